#include "base/line_reader.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "attnviz/error.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 16U;
constexpr std::size_t max_skipped = std::size_t{1} << 30U;  // of one line
constexpr int forever = -1;

[[noreturn]] void refuse(const std::string& name, const char* what, int error) {
  throw InputError(fmt::format("{}: {}: {}", name, what, std::generic_category().message(error)));
}

/// Whether read() would not wait: there is input, the end, or an error to report. Waits that many
/// milliseconds for it.
bool is_readable(int fd, int milliseconds) {
  pollfd input{fd, POLLIN, 0};
  return ::poll(&input, 1, milliseconds) != 0;
}

int open_lines(const std::string& path) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

}  // namespace

LineReader::LineReader(const std::string& path)
    : name_(path == "-" ? "standard input" : printable(path, no_limit)),
      is_standard_(path == "-"),
      fd_(is_standard_ ? STDIN_FILENO : open_lines(path)) {
  if (fd_ < 0) refuse(name_, "cannot open", errno);
}

LineReader::~LineReader() {
  if (!is_standard_) ::close(fd_);
}

std::string LineReader::place() const {
  return is_standard_ ? fmt::format("{}, line {}", name_, number_)
                      : fmt::format("{}:{}", name_, number_);
}

/// Whether next() needs no more input. Then `searched_` is the end of the line: its newline, or the
/// end of the buffer.
bool LineReader::has_line() {
  if (skipping_) {
    const std::size_t end = buffer_.find('\n', begin_);
    skipping_ = end == std::string::npos;
    const std::size_t rest = skipping_ ? buffer_.size() : end + 1;
    skipped_ += rest - begin_;
    begin_ = searched_ = rest;
    at_end_ = at_end_ || skipped_ > max_skipped;
  }
  searched_ = std::min(buffer_.find('\n', searched_), buffer_.size());
  return searched_ < buffer_.size() || at_end_ || searched_ - begin_ > max_line;
}

void LineReader::read_more() {
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + chunk);
  ssize_t got = -1;
  // EAGAIN: another process made standard input non-blocking.
  do {
    got = ::read(fd_, buffer_.data() + size, chunk);
  } while (got < 0 && (errno == EINTR || (errno == EAGAIN && is_readable(fd_, forever))));
  error_ = got < 0 ? errno : 0;
  buffer_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  at_end_ = got <= 0;
}

bool LineReader::would_wait() {
  while (!has_line()) {
    if (!is_readable(fd_, 0)) return true;
    read_more();
  }
  return false;
}

bool LineReader::next(std::string& line) {
  while (!has_line()) read_more();
  line.clear();
  if (searched_ == buffer_.size() && error_ != 0) refuse(name_, "cannot read", error_);
  if (skipped_ > max_skipped) {
    throw InputError(place() + ": expected the end of the line within 1 GiB, got none");
  }
  if (begin_ == buffer_.size()) return false;
  ++number_;
  if (searched_ - begin_ > max_line) {
    skipping_ = true;
    skipped_ = 0;
    throw LimitError(place() + ": expected at most 1 MiB a line");
  }
  line.assign(buffer_, begin_, searched_ - begin_);
  begin_ = searched_ = std::min(searched_ + 1, buffer_.size());
  if (line.ends_with('\r')) line.pop_back();
  if (number_ == 1 && line.starts_with(byte_order_mark)) line.erase(0, byte_order_mark.size());
  return true;
}

}  // namespace attnviz
