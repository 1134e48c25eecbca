// The lines of a file or of standard input, one after the other, in little memory.
#pragma once

#include <cstddef>
#include <string>

#include "base/descriptor.h"

namespace attnviz {

class LineReader {
 public:
  static constexpr std::size_t max_line = std::size_t{1} << 20U;

  /// "-" for standard input. Throws InputError when the file cannot be opened.
  explicit LineReader(const std::string& path);

  /// The next line without its end (LF or CRLF); the byte order mark of the first one is dropped.
  /// False when there is none. Throws InputError when it cannot be read; LimitError over 1 MiB,
  /// after which the next call gives the line that follows (or InputError, if that line has no end
  /// within 1 GiB).
  bool next(std::string& line);

  /// Whether next() would have to wait for whoever writes the lines. Reads what is there.
  bool would_wait();

  /// The number of the line last read, from 1.
  std::size_t number() const { return number_; }
  /// "pairs.tsv:3", or "standard input, line 3": the line last read.
  std::string place() const;

 private:
  bool has_line();
  void read_more();

  std::string name_;
  bool is_standard_;
  Descriptor file_;
  bool at_end_ = false;  // or at an error
  int error_ = 0;
  bool skipping_ = false;     // the rest of a line that was too long
  std::size_t skipped_ = 0;   // bytes of it
  std::string buffer_;        // at most a line and what is read at once
  std::size_t begin_ = 0;     // of the next line in the buffer
  std::size_t searched_ = 0;  // no line ends between `begin_` and this
  std::size_t number_ = 0;
};

}  // namespace attnviz
