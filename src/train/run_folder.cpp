#include "train/run_folder.h"

#include <fmt/core.h>

#include <filesystem>

#include "attnviz/error.h"
#include "base/file.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_path = 1U << 16U;

/// Throws InputError when that cannot be determined: what may exist must not be taken for missing.
fs::file_status look_at(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::status_known(status)) {
    throw InputError(
        fmt::format("{}: cannot read: {}", printable(path, no_limit), error.message()));
  }
  return status;
}

bool exists(const std::string& path) {
  return fs::exists(look_at(path));
}

}  // namespace

bool RunFolder::holds_run() const {
  return exists(model()) || exists(last()) || exists(config()) || exists(metrics());
}

FolderLock RunFolder::claim(bool force) const {
  make_directory(path_);
  FolderLock lock(path_);
  if (!force && holds_run()) {
    throw RunExistsError(printable(path_, no_limit) + ": holds a run already");
  }
  for (const std::string& name : {model(), last(), metrics(), config()}) check_writable(name);
  return lock;
}

FolderLock RunFolder::reopen() const {
  const std::string name = printable(path_, no_limit);
  const fs::file_status status = look_at(path_);
  if (!fs::is_directory(status)) {
    const bool is_file = fs::exists(status);
    throw NoRunError(
        fmt::format("{}: expected the folder of a run, got {}", name, is_file ? "a file" : "none"),
        is_file);
  }
  FolderLock lock(path_);
  if (!exists(last())) {
    throw NoRunError(name + ": holds no last.safetensors, so no run to resume", exists(model()));
  }
  return lock;
}

bool remember_newest_run(const std::string& path) {
  try {
    make_directory("runs");
    write_file(newest_run_file, path + "\n");
    return true;
  } catch (const OutputError&) {
    return false;
  }
}

std::string newest_run() {
  if (!exists(newest_run_file)) throw NoModelError("no model yet");
  std::string path = read_file(newest_run_file, max_path);
  while (!path.empty() && (path.back() == '\n' || path.back() == '\r')) path.pop_back();
  if (!exists(path + "/model.safetensors")) {
    throw NoModelError(
        fmt::format("{}: names {}, which holds no model", newest_run_file, printable(path)));
  }
  return path;
}

}  // namespace attnviz
