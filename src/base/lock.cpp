#include "base/lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "attnviz/error.h"
#include "base/number.h"

namespace attnviz {
namespace {

std::string text_of(int file) {
  char text[160];
  const ssize_t length = ::pread(file, text, sizeof text, 0);
  return {text, length > 0 ? static_cast<std::size_t>(length) : 0};
}

std::string holder(int file) {
  const std::string text = text_of(file);
  const std::string name = text.substr(0, text.find('\n'));
  return name.empty() ? "another process" : printable(name);
}

constexpr std::string_view process = "process ";

/// In a container the number of a process means nothing outside, so its namespace is named too.
std::string this_process() {
  char host[65] = "";
  ::gethostname(host, sizeof host - 1);
  constexpr const char* of_the_machine = "pid:[4026531836]";  // fixed in Linux
  std::error_code unknown;
  const std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", unknown).string();
  const bool is_contained = !space.empty() && space != of_the_machine;
  return fmt::format("{}{} on {}{}\n", process, ::getpid(), host,
                     is_contained ? " in the container " + space : "");
}

/// Whether the file is one that an owner writes, or has made and not written yet.
bool is_ours(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const std::string text = text_of(file);
  if (text.empty()) return true;
  if (!text.starts_with(process) || !text.ends_with('\n')) return false;
  const std::string number =
      text.substr(process.size(), text.find(' ', process.size()) - process.size());
  return parse_integer<pid_t>(number).has_value();
}

[[noreturn]] void refuse(const std::string& folder, const std::string& why) {
  throw OutputError(fmt::format("{}: cannot lock: {}", printable(folder, no_limit), why));
}

/// The lock file, locked. Not open when the last holder removed it after it was opened here and
/// before it was locked: then it is to be tried again.
Descriptor try_to_own(const std::string& folder, const std::string& path) {
  constexpr int flags = O_RDWR | O_NOFOLLOW;
  Descriptor made(open_file(path, flags | O_CREAT | O_EXCL, 0666));
  const bool is_new = made.is_open() || errno != EEXIST;
  Descriptor file(is_new ? made.release() : open_file(path, flags));
  if (!file.is_open()) {
    if (!is_new && errno == ENOENT) return file;
    refuse(folder, errno == ELOOP ? ".lock is a symbolic link" : error_text_of(errno));
  }
  const auto give_up = [&](int error) {
    if (is_new) ::unlink(path.c_str());
    refuse(folder, error_text_of(error));
  };
  if (const int error = try_lock(file.get())) {
    if (error != EWOULDBLOCK) give_up(error);
    throw FolderInUseError(
        fmt::format("{}: in use by {}", printable(folder, no_limit), holder(file.get())));
  }
  const std::optional<bool> named = is_named(file.get(), path);
  if (!named) give_up(errno);
  if (named == false) return Descriptor(-1);
  if (!is_new && !is_ours(file.get())) {
    refuse(folder, ".lock is a file of something else; move it away");
  }
  return file;
}

Descriptor own(const std::string& folder, const std::string& path) {
  for (;;) {
    Descriptor file = try_to_own(folder, path);
    if (file.is_open()) return file;
  }
}

}  // namespace

FolderLock::FolderLock(const std::string& folder)
    : path_(folder + "/.lock"), file_(own(folder, path_)) {
  // For messages only: a full disk is no reason to stop here.
  const std::string text = this_process();
  if (::ftruncate(file_.get(), 0) != 0) return;
  [[maybe_unused]] const auto written = ::pwrite(file_.get(), text.data(), text.size(), 0);
}

FolderLock::~FolderLock() {
  // While it is held, so that it cannot be another's, unless somebody has put a file in its place.
  if (file_.is_open() && is_named(file_.get(), path_) != false) ::unlink(path_.c_str());
}

}  // namespace attnviz
