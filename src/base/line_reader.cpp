#include "base/line_reader.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "attnviz/error.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 16U;
constexpr std::size_t max_skipped = std::size_t{1} << 30U;  // of one line

/// Whether read() would not wait: there is input, the end, or an error to report.
bool is_readable(int fd) {
  pollfd input{fd, POLLIN, 0};
  return ::poll(&input, 1, 0) != 0;
}

Descriptor open_lines(const std::string& path, const std::string& name) {
  std::string problem;
  Descriptor file(open_input(path, problem));
  if (!file.is_open()) throw InputError(name + ": cannot open: " + problem);
  return file;
}

}  // namespace

LineReader::LineReader(const std::string& path)
    : name_(path == "-" ? "standard input" : printable(path, no_limit)),
      is_standard_(path == "-"),
      file_(open_lines(path, name_)) {}

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
  const ssize_t got = read_some(file_.get(), buffer_.data() + size, chunk);
  error_ = got < 0 ? errno : 0;
  buffer_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  at_end_ = got <= 0;
}

bool LineReader::would_wait() {
  while (!has_line()) {
    if (!is_readable(file_.get())) return true;
    read_more();
  }
  return false;
}

bool LineReader::next(std::string& line) {
  while (!has_line()) read_more();
  line.clear();
  if (searched_ == buffer_.size() && error_ != 0) {
    throw InputError(name_ + ": cannot read: " + error_text_of(error_));
  }
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
