#include "base/line_reader.h"

#include <fmt/core.h>

#include <cerrno>
#include <system_error>

#include "attnviz/error.h"
#include "base/utf8.h"

namespace attnviz {

LineReader::LineReader(const std::string& path)
    : name_(path == "-" ? "standard input" : printable(path, no_limit)),
      file_(path == "-" ? stdin : std::fopen(path.c_str(), "rbe")) {
  if (!file_) {
    throw InputError(
        fmt::format("{}: cannot open: {}", name_, std::generic_category().message(errno)));
  }
}

std::string LineReader::place() const {
  return fmt::format("{}:{}", name_, number_);
}

bool LineReader::next(std::string& line) {
  line.clear();
  std::FILE* file = file_.get();
  errno = 0;
  int byte = std::getc(file);
  if (byte == EOF && std::ferror(file) == 0) return false;
  ++number_;
  for (; byte != EOF && byte != '\n'; byte = std::getc(file)) {
    if (line.size() == max_line) throw LimitError(place() + ": expected at most 1 MiB a line");
    line += static_cast<char>(byte);
  }
  if (std::ferror(file) != 0) {
    throw InputError(
        fmt::format("{}: cannot read: {}", place(), std::generic_category().message(errno)));
  }
  if (line.ends_with('\r')) line.pop_back();
  if (number_ == 1 && line.starts_with(byte_order_mark)) line.erase(0, byte_order_mark.size());
  return true;
}

}  // namespace attnviz
