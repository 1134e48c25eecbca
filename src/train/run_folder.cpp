#include "train/run_folder.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "attnviz/error.h"
#include "base/file.h"
#include "train/run.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_path = 1U << 16U;

// The files of a run in the order of moving and removing them: its state goes first and comes back
// last. A folder with a state and without a model then always holds a new run, which is under way.
constexpr const char* moved_files[] = {"last.safetensors", "model.safetensors", "metrics.jsonl",
                                       "maps.jsonl", "config.json"};

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

/// Throws OutputError naming `path` and what failed.
void must(const std::error_code& error, const std::string& path, const char* what) {
  if (!error) return;
  throw OutputError(
      fmt::format("{}: cannot {}: {}", printable(path, no_limit), what, error.message()));
}

void move(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  must(error, from, "move");
}

void remove(const std::string& path) {
  std::error_code error;
  fs::remove(path, error);
  must(error, path, "remove");
}

/// Whether runs/latest may be written: it is not there, or a line as remember_newest_run() has it.
bool is_our_newest() {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(newest_run_file, error);
  if (status.type() == fs::file_type::not_found) return true;
  if (status.type() != fs::file_type::regular) return false;
  try {
    const std::string text = read_file(newest_run_file, max_path);
    if (text.empty() || text.find('\n') != text.size() - 1) return false;
    const std::string path = text.substr(0, text.size() - 1);
    return path.starts_with("runs/") || path.ends_with('/') || fs::is_directory(path, error);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::vector<std::string> RunFolder::files() const {
  return {model(), last(), metrics(), maps(), config()};
}

bool RunFolder::has_model() const {
  return exists(model());
}

bool RunFolder::has_state() const {
  return exists(last());
}

bool RunFolder::has_metrics() const {
  return exists(metrics());
}

bool RunFolder::has_maps() const {
  return exists(maps());
}

bool RunFolder::holds_run() const {
  return std::ranges::any_of(files(), exists) || is_replacing();
}

void RunFolder::check_free(bool force) const {
  const fs::file_status status = look_at(path_);
  const std::string name = printable(path_, no_limit);
  if (fs::exists(status) && !fs::is_directory(status)) {
    throw OutputError(name + ": cannot make the directory: Not a directory");
  }
  if (!force && holds_run()) throw RunExistsError(name + ": holds a run already");
}

FolderLock RunFolder::claim(bool force) const {
  make_directory(path_);
  FolderLock lock(path_);
  check_files();
  settle();
  if (!force) check_free(force);
  for (const std::string& path : files()) check_writable(path);
  put_aside();
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
  check_files();
  settle();
  if (!has_state()) {
    throw NoRunError(name + ": holds no last.safetensors, so no run to resume", has_model());
  }
  return lock;
}

/// A file of the run that leads out of the folder, or is none, is not ours to write.
void RunFolder::check_files() const {
  const auto refuse = [](const std::string& path, const char* what) {
    throw OutputError(fmt::format("{}: cannot write: it is {}, not a file of a run; move it away",
                                  printable(path, no_limit), what));
  };
  std::error_code unknown;  // then look_at() reports it
  for (const std::string& path : files()) {
    if (fs::is_symlink(fs::symlink_status(path, unknown))) refuse(path, "a symbolic link");
    const fs::file_status status = look_at(path);
    if (fs::is_directory(status)) refuse(path, "a folder");
    if (fs::exists(status) && !fs::is_regular_file(status)) refuse(path, "a device or pipe");
  }
  const fs::file_status aside = fs::symlink_status(replaced(), unknown);
  if (fs::is_symlink(aside)) refuse(replaced(), "a symbolic link");
  if (fs::exists(aside) && !fs::is_directory(aside)) refuse(replaced(), "a file");
}

bool RunFolder::is_replacing() const {
  return std::ranges::any_of(RunFolder(replaced()).files(), exists);
}

/// Ends what a killed owner has begun.
void RunFolder::settle() const {
  if (!has_state()) return bring_back();
  if (has_model()) drop_replaced();
}

void RunFolder::put_aside() const {
  if (is_replacing()) {  // and the run that was to replace it gave no model
    for (const char* name : moved_files) remove(file(name));
    return;
  }
  const RunFolder aside(replaced());
  try {
    for (const char* name : moved_files) {
      if (!exists(file(name))) continue;
      make_directory(replaced());
      move(file(name), aside.file(name));
    }
  } catch (const Error&) {
    bring_back();
    throw;
  }
}

void RunFolder::bring_back() const {
  if (!exists(replaced())) return;
  const RunFolder aside(replaced());
  for (auto name = std::rbegin(moved_files); name != std::rend(moved_files); ++name) {
    if (exists(aside.file(*name))) move(aside.file(*name), file(*name));
  }
  std::error_code not_empty;  // something of somebody else
  fs::remove(replaced(), not_empty);
}

void RunFolder::drop_replaced() const {
  if (!exists(replaced())) return;
  for (const std::string& path : RunFolder(replaced()).files()) remove(path);
  std::error_code not_empty;
  fs::remove(replaced(), not_empty);
}

void RunFolder::restore_replaced() const {
  for (const char* name : moved_files) remove(file(name));
  bring_back();
}

bool remember_newest_run(const std::string& path) {
  try {
    make_directory("runs");
    if (!is_our_newest()) return false;
    // The slash tells a run that is gone from words that were never a run.
    const bool is_plain = path.starts_with("runs/") || path.ends_with('/');
    write_file(newest_run_file, path + (is_plain ? "\n" : "/\n"));
    return true;
  } catch (const OutputError&) {
    return false;
  }
}

std::string newest_run() {
  if (!exists(newest_run_file)) throw NoModelError("no model yet");
  std::string path = read_file(newest_run_file, max_path);
  path.erase(path.find_last_not_of("\r\n/") + 1);
  require_model(RunFolder(path));
  if (!RunFolder(path).has_model()) {
    throw NoModelError(
        fmt::format("{}: names {}, which holds no model", newest_run_file, printable(path)));
  }
  return path;
}

}  // namespace attnviz
