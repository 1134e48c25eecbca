#include "base/descriptor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"

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

/// After a while, whether no process has a named pipe open to write to it. Without data only a
/// second look tells: when another writer leaves, the pipe of the last one ends.
bool has_no_other_end(int fd, const std::string& path) {
  pollfd ready{fd, POLLIN, 0};
  int events = -1;
  do {
    events = ::poll(&ready, 1, patience_ms);
  } while (events < 0 && errno == EINTR);
  if (events != 0) return false;
  Descriptor(open_file(path, O_WRONLY | O_NONBLOCK)).close();
  return ::poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) == 0;
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

std::optional<int> stream_of(const std::string& path) {
  if (path == "-" || path == "/dev/stdin") return STDIN_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (path.starts_with(folder)) return parse_integer<int>(path.substr(folder.size()));
  }
  return std::nullopt;
}

int open_input(const std::string& path, std::string& problem) {
  const std::optional<int> stream = stream_of(path);
  // Opening a pipe would wait for a writer that may never come.
  Descriptor file(stream ? ::fcntl(*stream, F_DUPFD_CLOEXEC, 0)
                         : open_file(path, O_RDONLY | O_NONBLOCK));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) {
    problem = error_text_of(errno);
  } else if ((S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) && stream != STDIN_FILENO) {
    problem = "expected a file, got a device";
  } else if (S_ISFIFO(status.st_mode) && !stream && has_no_other_end(file.get(), path)) {
    problem = "nobody writes to this pipe";
  } else {
    if (S_ISFIFO(status.st_mode) && !stream) (void)::fcntl(file.get(), F_SETFL, 0);
    return file.release();
  }
  return -1;
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

int try_lock(int fd) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
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
