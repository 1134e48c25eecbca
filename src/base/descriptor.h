// An open file, its bytes, and what is said when it cannot be written.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace attnviz {

/// An open file. The destructor closes it after a failure; a writer calls close() and checks it.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return fd_; }
  /// Closes it no more.
  int release() { return std::exchange(fd_, -1); }
  bool is_open() const { return fd_ >= 0; }

  /// The error of close(), or 0. Linux closes the file even when it reports an error, so close() is
  /// never called again; an interrupted close is not a failure.
  int close();

 private:
  int fd_;
};

/// As open(), which is tried again after a signal; -1 with errno.
int open_file(const std::string& path, int flags, mode_t mode = 0);

/// How long a named pipe without a process at its other end is waited for.
inline constexpr int patience_ms = 5000;

/// The number of the open file that a path stands for: 0 for "-" and /dev/stdin, 63 for /dev/fd/63.
std::optional<int> stream_of(const std::string& path);

/// Opens what a path of an input names, for reading that waits; "-" is standard input. -1, with the
/// reason as a text, when it cannot be opened, or is what would never begin or end: a device
/// (unless standard input comes from it), a named pipe that nobody writes to for a while.
int open_input(const std::string& path, std::string& problem);

/// The number of bytes read, 0 at the end, or -1 with errno. Waits for a non-blocking file.
ssize_t read_some(int fd, char* bytes, std::size_t count);

/// The error that kept `bytes` from being written as a whole, or 0.
int write_all(int fd, std::string_view bytes);

/// Whether `path` names this open file, and not a link to it. Nothing, with errno, when that cannot
/// be determined.
std::optional<bool> is_named(int fd, const std::string& path);

/// Locks an open file (flock) until it is closed: 0, or the error, EWOULDBLOCK when it is locked
/// already.
int try_lock(int fd);

/// The text of a value of errno.
std::string error_text_of(int error);

/// Throws OutputError: "<path>: cannot write: <what>".
[[noreturn]] void refuse_write(const std::string& path, const std::string& what);
[[noreturn]] void refuse_write(const std::string& path, int error);

}  // namespace attnviz
