#include "base/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>
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
  CHECK_FALSE(reader.next(line));
}

TEST_CASE("the line after one that is too long is the next") {
  const std::string longest(LineReader::max_line, 'x');
  for (const std::size_t more : {1U, 70'000U, 9'000'000U}) {
    INFO(more);
    const TemporaryFile file(longest + std::string(more, 'y') + "\nb\n" + longest + "zz");
    LineReader reader(file.path());
    std::string line;
    CHECK_THROWS_AS(reader.next(line), LimitError);
    CHECK(reader.next(line));
    CHECK(line == "b");
    CHECK(reader.place() == file.path() + ":2");
    CHECK_THROWS_AS(reader.next(line), LimitError);
    CHECK_FALSE(reader.next(line));
    CHECK(reader.number() == 3);
  }
}

TEST_CASE("what cannot be read is refused") {
  CHECK_THROWS_WITH(LineReader("/no/such/file"),
                    "/no/such/file: cannot open: No such file or directory");
  LineReader folder("/tmp");
  std::string line;
  CHECK_FALSE(folder.would_wait());
  CHECK_THROWS_WITH(folder.next(line), "/tmp: cannot read: Is a directory");
}

/// A pipe that is read by its name.
struct Pipe {
  Pipe() { REQUIRE(::pipe(ends.data()) == 0); }
  ~Pipe() {
    ::close(ends[0]);
    end();
  }
  std::string path() const { return "/dev/fd/" + std::to_string(ends[0]); }
  void write(std::string_view text) const {
    REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
  std::array<int, 2> ends{};
};

TEST_CASE("a reader of a pipe knows when it would wait") {
  Pipe pipe;
  LineReader reader(pipe.path());
  std::string line;
  CHECK(reader.would_wait());
  pipe.write("a\nbc\nd");
  CHECK_FALSE(reader.would_wait());
  CHECK(reader.next(line));
  CHECK(line == "a");
  CHECK_FALSE(reader.would_wait());
  CHECK(reader.next(line));
  CHECK(line == "bc");
  CHECK(reader.would_wait());  // "d" may go on
  CHECK(reader.would_wait());
  pipe.write("e\n");
  CHECK_FALSE(reader.would_wait());
  CHECK(reader.next(line));
  CHECK(line == "de");
  pipe.write("f");
  CHECK(reader.would_wait());
  pipe.end();
  CHECK_FALSE(reader.would_wait());
  CHECK(reader.next(line));
  CHECK(line == "f");
  CHECK_FALSE(reader.would_wait());
  CHECK_FALSE(reader.next(line));
  CHECK(reader.number() == 4);
}

TEST_CASE("a reader waits for input that another process made non-blocking") {
  Pipe pipe;
  const int standard = ::dup(STDIN_FILENO);
  REQUIRE(::fcntl(pipe.ends[0], F_SETFL, O_NONBLOCK) == 0);
  REQUIRE(::dup2(pipe.ends[0], STDIN_FILENO) == STDIN_FILENO);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    pipe.write("late\n");
  });
  LineReader reader("-");
  std::string line;
  CHECK(reader.would_wait());
  CHECK(reader.next(line));
  CHECK(line == "late");
  CHECK(reader.place() == "standard input, line 1");
  writer.join();
  ::dup2(standard, STDIN_FILENO);
  ::close(standard);
}

}  // namespace
}  // namespace attnviz
