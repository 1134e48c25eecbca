#include "attnviz/train/run_folder.h"

#include <filesystem>

#include "attnviz/base/error.h"
#include "attnviz/base/file.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr const char* newest = "runs/latest";
constexpr std::size_t max_path = 1U << 16U;

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

bool RunFolder::holds_run() const {
  return exists(model()) || exists(last()) || exists(config()) || exists(metrics());
}

void RunFolder::prepare(bool force) const {
  if (holds_run() && !force) {
    throw InUseError(path_ +
                     ": holds a run already; choose another folder with --out, or replace it "
                     "with --force");
  }
  make_directory(path_);
  for (const std::string& name : {model(), last(), metrics(), config()}) {
    check_writable(name);
    std::error_code error;
    fs::remove(name, error);
    if (error) throw OutputError(name + ": cannot remove: " + error.message());
  }
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
