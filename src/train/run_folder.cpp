#include "attnviz/train/run_folder.h"

#include <filesystem>

#include "attnviz/base/error.h"
#include "attnviz/base/file.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr const char* newest = "runs/latest";
constexpr std::size_t max_path = 1U << 16U;

/// Also if that cannot be told: what may be there is not replaced, and reading it says why.
bool exists(const std::string& path) {
  std::error_code unknown;
  return fs::exists(path, unknown) || unknown;
}

}  // namespace

bool RunFolder::holds_run() const {
  return exists(model()) || exists(last()) || exists(config()) || exists(metrics());
}

FolderLock RunFolder::claim(bool force) const {
  make_directory(path_);
  FolderLock lock(path_);
  if (holds_run() && !force) {
    throw InUseError(printable(path_, no_limit) +
                     ": holds a run already; go on with it by --resume, choose another folder with "
                     "--out, or replace it with --force");
  }
  for (const std::string& name : {model(), last(), metrics(), config()}) check_writable(name);
  return lock;
}

FolderLock RunFolder::reopen() const {
  const std::string name = printable(path_, no_limit);
  std::error_code error;
  if (!fs::is_directory(path_, error)) {
    throw InputError(
        name + ": expected the folder of a run, got " +
        (exists(path_) ? "a file; --init-from starts a new run from a model" : "none"));
  }
  FolderLock lock(path_);
  if (!exists(last())) {
    throw InputError(name + ": holds no last.safetensors, so no run to go on with" +
                     (exists(model()) ? "; --init-from starts a new one from its model" : ""));
  }
  return lock;
}

bool remember_newest_run(const std::string& path) {
  try {
    make_directory("runs");
    write_file(newest, path + "\n");
    return true;
  } catch (const OutputError&) {
    return false;
  }
}

std::string newest_run() {
  if (!exists(newest)) {
    throw InputError(
        "no model yet: train one with `attnviz train --task reverse`, or name one with "
        "--model");
  }
  std::string path = read_file(newest, max_path);
  while (!path.empty() && (path.back() == '\n' || path.back() == '\r')) path.pop_back();
  if (!exists(path + "/model.safetensors")) {
    throw InputError(std::string(newest) + ": names " + printable(path) +
                     ", which holds no model; name one with --model");
  }
  return path;
}

}  // namespace attnviz
