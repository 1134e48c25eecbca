#include "base/descriptor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "attnviz/error.h"

namespace attnviz {
namespace {

/// Whether a read or write that failed with errno should be tried again. Waits for a standard
/// stream that another process made non-blocking.
bool may_try_again(int fd, short event) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN) return false;
  pollfd ready{fd, event, 0};
  return ::poll(&ready, 1, -1) > 0 || errno == EINTR;
}

}  // namespace

int Descriptor::close() {
  const int fd = std::exchange(fd_, -1);
  return fd < 0 || ::close(fd) == 0 || errno == EINTR ? 0 : errno;
}

int open_file(const std::string& path, int flags, mode_t mode) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

ssize_t read_some(int fd, char* bytes, std::size_t count) {
  ssize_t got = -1;
  do {
    got = ::read(fd, bytes, count);
  } while (got < 0 && may_try_again(fd, POLLIN));
  return got;
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0) {
      return EIO;  // no progress and no reason: trying again might never end
    } else if (!may_try_again(fd, POLLOUT)) {
      return errno;
    }
  }
  return 0;
}

std::optional<bool> is_named(int fd, const std::string& path) {
  struct stat opened {
  }, named{};
  if (::fstat(fd, &opened) != 0) return std::nullopt;
  if (::lstat(path.c_str(), &named) != 0) {
    return errno == ENOENT ? std::optional(false) : std::nullopt;
  }
  return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

std::string error_text_of(int error) {
  return std::generic_category().message(error);
}

void refuse_write(const std::string& path, const std::string& what) {
  throw OutputError(fmt::format("{}: cannot write: {}", printable(path, no_limit), what));
}

void refuse_write(const std::string& path, int error) {
  refuse_write(path, error_text_of(error));
}

}  // namespace attnviz
