#include "cli/inputs.h"

#include <fmt/core.h>

#include <filesystem>

#include "attnviz/error.h"
#include "base/file.h"
#include "train/run_folder.h"

namespace attnviz {

void Inputs::add(const std::string& option, const std::string& path) {
  if (path.empty()) return;
  std::error_code unknown;
  if (!std::filesystem::is_directory(path, unknown)) return files_.push_back({option, path});
  add(option, RunFolder(path).files());
}

void Inputs::add(const std::string& option, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) add(option, path);
}

void Inputs::add_model(const std::string& option, const std::string& path) {
  if (!path.empty()) return add(option, path);
  try {
    add("the newest run", newest_run_file);
    add("the newest run", newest_run());
  } catch (const Error&) {  // there is none: opening it says so
  }
}

void Inputs::refuse_output(const std::string& option, const std::string& path) const {
  for (const File& file : files_) {
    if (!is_same_file(file.path, path)) continue;
    const std::string input =
        file.path == "-" ? "standard input"
                         : fmt::format("\"{}\" ({})", printable(file.path, no_limit), file.option);
    const std::string output = path == "-" ? "the same" : '"' + printable(path, no_limit) + '"';
    throw UsageError(fmt::format("{}: expected another file than {}, which is read, got {}", option,
                                 input, output));
  }
}

}  // namespace attnviz
