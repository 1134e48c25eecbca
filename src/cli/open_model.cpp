#include "cli/open_model.h"

#include "attnviz/error.h"
#include "cli/output.h"
#include "model/checkpoint.h"
#include "train/run.h"
#include "train/run_record.h"

namespace attnviz {

Option add_model_option(const Command& command, const std::string& name, std::string& target) {
  return command.path(name, target, "a run's folder or a model file (default: the newest run)");
}

Model open_model(const std::string& path) {
  const std::string name = path.empty() ? newest_run() : path;
  const RunFolder folder(name);
  require_model(folder);
  Model model = load_model(name);
  if (const std::string mixed = mixed_runs(folder); !mixed.empty()) {
    tell_note(false, printable(name, no_limit) + ": holds files of several runs: " + mixed);
  }
  if (!model.checked) {
    tell_note(false, printable(name, no_limit) +
                         ": made elsewhere: no checksums, so damage would go unseen");
  }
  return model;
}

}  // namespace attnviz
