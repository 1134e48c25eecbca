#include "base/lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "attnviz/error.h"

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

std::string holder(int file) {
  char text[80];
  const ssize_t length = ::pread(file, text, sizeof text, 0);
  std::string_view name(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  name = name.substr(0, name.find('\n'));
  return name.empty() ? "another process" : printable(name);
}

std::string this_process() {
  char host[65] = "";
  ::gethostname(host, sizeof host - 1);
  return fmt::format("process {} on {}\n", ::getpid(), host);
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
  const auto refusal = [&](int error) {
    return OutputError(fmt::format("{}: cannot lock: {}", printable(folder, no_limit),
                                   std::generic_category().message(error)));
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
  if (named == true) return true;
  const int error = errno;
  ::close(std::exchange(file_, -1));
  if (named == false) return false;
  if (is_new) ::unlink(path_.c_str());
  throw refusal(error);
}

FolderLock::~FolderLock() {
  if (file_ < 0) return;
  ::unlink(path_.c_str());  // while it is held, so that it cannot be another's
  ::close(file_);
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

}  // namespace attnviz
