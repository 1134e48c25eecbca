// The lines of a file or of standard input, one after the other, in little memory.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

namespace attnviz {

class LineReader {
 public:
  static constexpr std::size_t max_line = std::size_t{1} << 20U;

  /// "-" for standard input. Throws InputError when the file cannot be opened.
  explicit LineReader(const std::string& path);

  /// The next line without its end (LF or CRLF); the byte order mark of the first one is dropped.
  /// False when there is none. Throws InputError when it cannot be read, LimitError over 1 MiB.
  bool next(std::string& line);

  /// The number of the line last read, from 1.
  std::size_t number() const { return number_; }
  /// "pairs.tsv:3", or "standard input:3": the line last read.
  std::string place() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) static_cast<void>(std::fclose(file));
    }
  };

  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  std::size_t number_ = 0;
};

}  // namespace attnviz
