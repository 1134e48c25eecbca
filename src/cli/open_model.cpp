#include "cli/open_model.h"

#include "attnviz/error.h"
#include "base/hash.h"
#include "cli/output.h"
#include "model/checkpoint.h"
#include "train/run.h"
#include "train/run_record.h"

namespace attnviz {

Option add_model_option(const Command& command, const std::string& name, std::string& target) {
  return command.path(name, target, "a run's folder or a model file (default: the newest run)");
}

void note_mixed_runs(const std::string& folder) {
  const std::string mixed = mixed_runs(RunFolder(folder));
  if (mixed.empty()) return;
  tell_note(false, printable(folder, no_limit) + ": holds files of several runs: " + mixed);
}

Model open_model(const std::string& path) {
  const std::string name = path.empty() ? newest_run() : path;
  require_model(RunFolder(name));
  Model model = load_model(name);
  note_mixed_runs(name);
  if (!model.checked) {
    tell_note(false, printable(name, no_limit) +
                         ": made elsewhere: no checksums, so damage would go unseen");
  }
  return model;
}

std::string checksum_of(const Model& model) {
  return "fnv1a64:" + fnv1a_hex(write_model(model));
}

}  // namespace attnviz
