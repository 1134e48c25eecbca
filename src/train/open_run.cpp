// Opening what a run has left, to resume it or to say that it has no model.
#include <fmt/core.h>

#include "attnviz/error.h"
#include "base/file.h"
#include "formats/safetensors.h"
#include "train/run.h"
#include "train/run_record.h"

namespace attnviz {
namespace {

constexpr std::size_t max_state = std::size_t{1} << 34U;

SavedRun load_state(const RunFolder& folder) {
  const std::string file = folder.last();
  const std::string name = printable(file, no_limit);
  const auto check_start = [&](std::string_view start) { check_safetensors_start(start, name); };
  return read_saved_run(read_file(file, max_state, check_start), name);
}

}  // namespace

OpenRun open_run(const std::string& folder) {
  const RunFolder run(folder);
  FolderLock lock = run.reopen();
  if (const std::string mixed = mixed_runs(run); !mixed.empty()) {
    throw InputError(
        fmt::format("{}: holds files of several runs: {}; move away those that do not "
                    "belong",
                    printable(folder, no_limit), mixed));
  }
  return {run, std::move(lock), load_state(run)};
}

void require_model(const RunFolder& folder) {
  if (folder.has_model()) return;
  const std::string name = printable(folder.path(), no_limit);
  const std::string aside = printable(folder.replaced(), no_limit);
  if (folder.has_state()) {
    const SavedRun saved = load_state(folder);
    throw NoEvaluationError(
        fmt::format("{}: no evaluation yet, step {} of {}{}", name, saved.trainer.adam.updates,
                    saved.position.limit,
                    folder.is_replacing()
                        ? fmt::format(" (the run that it replaces is in {})", aside)
                        : ""),
        folder.path());
  }
  if (folder.is_replacing()) {
    throw NoEvaluationError(
        fmt::format("{}: its run is in {}, where it was put to be replaced", name, aside),
        folder.path());
  }
}

}  // namespace attnviz
