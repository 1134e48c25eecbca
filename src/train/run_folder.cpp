#include "train/run_folder.h"

#include <filesystem>

#include "attnviz/error.h"
#include "base/file.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr const char* newest = "runs/latest";
constexpr std::size_t max_path = 1U << 16U;

/// Throws InputError if it cannot be told: what may be there must not be taken for missing.
fs::file_status look_at(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::status_known(status)) {
    throw InputError(printable(path, no_limit) + ": cannot read: " + error.message());
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
    throw InUseError(printable(path_, no_limit) +
                     ": holds a run already; go on with it by --resume, choose another folder with "
                     "--out, or replace it with --force");
  }
  for (const std::string& name : {model(), last(), metrics(), config()}) check_writable(name);
  return lock;
}

FolderLock RunFolder::reopen() const {
  const std::string name = printable(path_, no_limit);
  const fs::file_status status = look_at(path_);
  if (!fs::is_directory(status)) {
    throw InputError(
        name + ": expected the folder of a run, got " +
        (fs::exists(status) ? "a file; --init-from starts a new run from a model" : "none"));
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
