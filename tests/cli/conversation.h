// The program at the other end of a pipe, written to and read from while it runs.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

class Conversation {
 public:
  enum class Output { pipe, terminal };

  /// Runs the program in `folder`. Its standard output, and on a terminal its standard error too,
  /// is what read_line() reads.
  Conversation(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
               Output output = Output::pipe) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe(in.data()) != 0) throw std::runtime_error("no pipe");
    if (output == Output::pipe) {
      if (::pipe(out.data()) != 0) throw std::runtime_error("no pipe");
    } else {
      open_terminal(out);
    }
    process_ = ::fork();
    if (process_ == 0) {
      run(folder, arguments, in, out, output);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    in_ = in[1];
    out_ = out[0];
    // Other programs that are started must not hold the pipe open.
    ::fcntl(in_, F_SETFD, FD_CLOEXEC);
    ::fcntl(out_, F_SETFD, FD_CLOEXEC);
  }
  ~Conversation() { finish(); }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  bool write(std::string_view text) const {
    return ::write(in_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }

  /// The next line without its end, or what there is when none came for ten seconds.
  std::string read_line() {
    std::string line;
    for (char c = 0; read_byte(c) && c != '\n';) {
      if (c != '\r') line += c;  // a terminal ends lines with CR LF
    }
    return line;
  }

  /// All that is left, up to the end.
  std::string read_all() {
    std::string text;
    for (char c = 0; read_byte(c);) text += c;
    return text;
  }

  /// Ends what the program reads.
  void end_input() {
    if (in_ >= 0) ::close(in_);
    in_ = -1;
  }

  /// Ends both, then waits for the program: its exit code.
  int finish() {
    end_input();
    if (out_ >= 0) ::close(out_);
    out_ = -1;
    if (process_ > 0) ::waitpid(process_, &status_, 0);
    process_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  }

 private:
  static void open_terminal(std::array<int, 2>& out) {
    out[0] = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (out[0] < 0 || ::grantpt(out[0]) != 0 || ::unlockpt(out[0]) != 0) {
      throw std::runtime_error("no terminal");
    }
    out[1] = ::open(::ptsname(out[0]), O_RDWR | O_NOCTTY);
    if (out[1] < 0) throw std::runtime_error("no terminal");
  }

  static void run(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
                  const std::array<int, 2>& in, const std::array<int, 2>& out, Output output) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    if (output == Output::terminal) ::dup2(out[1], STDERR_FILENO);
    for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
    std::vector<char*> argv{const_cast<char*>("attnviz")};
    for (const std::string& argument : arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    if (::chdir(folder.c_str()) == 0) ::execv(ATTNVIZ_PROGRAM, argv.data());
  }

  bool read_byte(char& c) const {
    constexpr int patience = 10'000;  // milliseconds
    pollfd ready{out_, POLLIN, 0};
    return ::poll(&ready, 1, patience) == 1 && ::read(out_, &c, 1) == 1;
  }

  pid_t process_ = -1;
  int in_ = -1;
  int out_ = -1;
  int status_ = 0;
};

}  // namespace attnviz
