#include "base/lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"

namespace attnviz {
namespace {

template <typename Call>
int uninterrupted(Call&& call) {
  int result = -1;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

/// Whether `path` still names the open file: the last holder of the lock may have removed it.
/// Nothing, with errno set, when that cannot be determined.
std::optional<bool> is_named(int file, const std::string& path) {
  struct stat opened {
  }, named{};
  if (::fstat(file, &opened) != 0) return std::nullopt;
  if (::stat(path.c_str(), &named) != 0) {
    return errno == ENOENT ? std::optional(false) : std::nullopt;
  }
  return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

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

}  // namespace

FolderLock::FolderLock(const std::string& folder) : path_(folder + "/.lock") {
  // Repeated when the last holder removes the file after it was opened and before it is locked.
  while (!try_to_lock(folder)) {
  }
  // For messages only: a full disk is no reason to stop here.
  const std::string text = this_process();
  if (::ftruncate(file_, 0) != 0) return;
  [[maybe_unused]] const auto written = ::pwrite(file_, text.data(), text.size(), 0);
}

bool FolderLock::try_to_lock(const std::string& folder) {
  const auto open_lock = [&](int flags) {
    return uninterrupted(
        [&] { return ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0666); });
  };
  const auto refusal_for = [&](const std::string& why) {
    return OutputError(fmt::format("{}: cannot lock: {}", printable(folder, no_limit), why));
  };
  const auto refusal = [&](int error) {
    return refusal_for(error == ELOOP ? ".lock is a symbolic link"
                                      : std::generic_category().message(error));
  };
  file_ = open_lock(O_CREAT | O_EXCL);
  const bool is_new = file_ >= 0;
  if (!is_new && errno == EEXIST) {
    file_ = open_lock(0);
    if (file_ < 0 && errno == ENOENT) return false;
  }
  if (file_ < 0) throw refusal(errno);
  if (uninterrupted([&] { return ::flock(file_, LOCK_EX | LOCK_NB); }) < 0) {
    const int error = errno;
    const std::string who = holder(file_);
    ::close(std::exchange(file_, -1));
    if (error != EWOULDBLOCK) {
      if (is_new) ::unlink(path_.c_str());
      throw refusal(error);
    }
    throw FolderInUseError(fmt::format("{}: in use by {}", printable(folder, no_limit), who));
  }
  const std::optional<bool> named = is_named(file_, path_);
  if (named == true && !is_ours(file_)) {
    ::close(std::exchange(file_, -1));
    throw refusal_for(".lock is a file of something else; move it away");
  }
  if (named == true) return true;
  const int error = errno;
  ::close(std::exchange(file_, -1));
  if (named == false) return false;
  if (is_new) ::unlink(path_.c_str());
  throw refusal(error);
}

FolderLock::~FolderLock() {
  if (file_ < 0) return;
  // While it is held, so that it cannot be another's, unless somebody has put a file in its place.
  if (is_named(file_, path_) != false) ::unlink(path_.c_str());
  ::close(file_);
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

}  // namespace attnviz
