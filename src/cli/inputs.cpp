#include "cli/inputs.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "attnviz/error.h"
#include "base/file.h"
#include "train/run_folder.h"

namespace attnviz {

namespace {

namespace fs = std::filesystem;

bool is_standard_input(const std::string& path) {
  return path == "-" || path == "/dev/stdin" || path == "/dev/fd/0" || path == "/proc/self/fd/0";
}

}  // namespace

void Inputs::add_file(const std::string& option, const std::string& path) {
  if (is_standard_input(path)) {
    const auto other =
        std::ranges::find_if(files_, [](const File& file) { return is_standard_input(file.path); });
    if (other != files_.end()) {
      throw UsageError(fmt::format("{}: standard input can be read once, and {} reads it", option,
                                   other->option));
    }
  }
  files_.push_back({option, path});
}

void Inputs::add(const std::string& option, const std::string& path) {
  if (path.empty()) return;
  std::error_code unknown;
  const bool is_folder = fs::is_directory(path, unknown);
  if (!is_folder) add_file(option, path);
  // Where a link to a file of a run leads, the others are too.
  const fs::path file = fs::weakly_canonical(path, unknown);
  const RunFolder run(is_folder ? path : file.parent_path().string());
  const std::vector<std::string> files = run.files();
  const auto is_given = [&](const std::string& own) {
    return fs::path(own).filename() == file.filename();
  };
  if (!is_folder && std::ranges::none_of(files, is_given)) return;
  for (const std::string& own : files) files_.push_back({option, own});
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

void Inputs::add_pairs(const PairSettings& settings) {
  for (const PairFiles* files : {&settings.train, &settings.validation, &settings.test}) {
    add("the pairs of the run", {files->pairs, files->source, files->target});
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
