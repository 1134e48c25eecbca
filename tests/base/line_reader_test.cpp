#include "base/line_reader.h"

#include <vector>

#include "attnviz/error.h"
#include "catch.h"
#include "temporary_file.h"

namespace attnviz {
namespace {

std::vector<std::string> lines_of(std::string_view bytes) {
  const TemporaryFile file(bytes);
  LineReader reader(file.path());
  std::vector<std::string> lines;
  for (std::string line; reader.next(line);) lines.push_back(line);
  CHECK(reader.number() == lines.size());
  return lines;
}

TEST_CASE("lines come without their ends") {
  using Lines = std::vector<std::string>;
  CHECK(lines_of("") == Lines{});
  CHECK(lines_of("\n") == Lines{""});
  CHECK(lines_of("a\nb") == Lines{"a", "b"});
  CHECK(lines_of("a\r\n\r\nb\r\n") == Lines{"a", "", "b"});
  CHECK(lines_of("\xef\xbb\xbf"
                 "a\n\xef\xbb\xbf"
                 "b\n") == Lines{"a",
                                 "\xef\xbb\xbf"
                                 "b"});
  CHECK(lines_of("a\rb\n") == Lines{"a\rb"});
  CHECK(lines_of(std::string_view("a\0b\n", 4)) == Lines{std::string("a\0b", 3)});
}

TEST_CASE("a line is read up to 1 MiB") {
  const std::string longest(LineReader::max_line, 'x');
  CHECK(lines_of(longest + "\nb").front() == longest);
  const TemporaryFile file("a\n" + longest + "x\n");
  LineReader reader(file.path());
  std::string line;
  CHECK(reader.next(line));
  CHECK(reader.place() == file.path() + ":1");
  CHECK_THROWS_WITH(reader.next(line), file.path() + ":2: expected at most 1 MiB a line");
}

TEST_CASE("what cannot be read is refused") {
  CHECK_THROWS_WITH(LineReader("/no/such/file"),
                    "/no/such/file: cannot open: No such file or directory");
  LineReader folder("/tmp");
  std::string line;
  CHECK_THROWS_AS(folder.next(line), InputError);
}

}  // namespace
}  // namespace attnviz
