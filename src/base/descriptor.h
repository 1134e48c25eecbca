// An open file, its bytes, and what is said when it cannot be written.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace attnviz {

/// An open file. The destructor closes it after a failure; a writer calls close() and checks it.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

  /// The error of close(), or 0. Linux closes the file even when it reports an error, so close() is
  /// never called again; an interrupted close is not a failure.
  int close();

 private:
  int fd_;
};

/// As open(), which is tried again after a signal; -1 with errno.
int open_file(const std::string& path, int flags, mode_t mode = 0);

/// The number of bytes read, 0 at the end, or -1 with errno. Waits for a non-blocking file.
ssize_t read_some(int fd, char* bytes, std::size_t count);

/// The error that kept `bytes` from being written as a whole, or 0.
int write_all(int fd, std::string_view bytes);

/// Whether `path` names this open file, and not a link to it. Nothing, with errno, when that cannot
/// be determined.
std::optional<bool> is_named(int fd, const std::string& path);

/// The text of a value of errno.
std::string error_text_of(int error);

/// Throws OutputError: "<path>: cannot write: <what>".
[[noreturn]] void refuse_write(const std::string& path, const std::string& what);
[[noreturn]] void refuse_write(const std::string& path, int error);

}  // namespace attnviz
