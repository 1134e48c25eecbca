// What the commands print on a terminal cannot control it.
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "catch.h"
#include "cli/run_program.h"

namespace attnviz {
namespace {

/// What the program prints on a terminal, both streams, and its exit code.
ProgramResult run_on_terminal(const WorkFolder& folder, const std::string& arguments) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string command = "cd '" + folder.work().string() +
                                "' && NO_COLOR=1 ATTNVIZ_FONT_PATH= ATTNVIZ_SYSTEM_FONTS= exec '" +
                                ATTNVIZ_PROGRAM "' " + arguments;
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  ProgramResult result;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(terminal, buffer, sizeof buffer)) > 0;) {
    result.output.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(terminal);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

bool is_safe(const std::string& text) {
  const auto disturbs = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
  };
  return std::none_of(text.begin(), text.end(), disturbs) &&
         text.find("\u202e") == std::string::npos && text.find("\xc2\x9b") == std::string::npos;
}

/// A shell word with an escape, a deletion, a control of 8 bits and an override of direction.
const std::string junk = R"-("$(printf '\033[31m\177\302\233\342\200\256')")-";

}  // namespace

TEST_CASE("nothing that users supply controls the terminal") {
  const WorkFolder folder;
  std::filesystem::copy(trained_on_sort().work() / "runs", folder.work() / "runs",
                        std::filesystem::copy_options::recursive);
  folder.run(
      "--version >/dev/null; printf ',\\033[31m\\177\\302\\233\\342\\200\\256\\nb,1\\n' >m.csv");
  folder.run("--version >/dev/null; printf 'a\\033\\tb\\033\\n' >pairs.tsv");
  folder.run("--version >/dev/null; mkdir " + junk + "; printf '{}' >" + junk + "/metrics.jsonl");
  for (const std::string& arguments :
       {std::string("render --matrix m.csv --format terminal"),
        "render --matrix m.csv --format terminal --title " + junk,
        std::string("render --matrix m.csv --out - --format csv"),
        std::string("render --matrix m.csv --out - --format tsv"),
        std::string("render --matrix m.csv --out - --format json"),
        std::string("render --matrix m.csv --out - --format svg"),
        "render --matrix m.csv --out " + junk + ".svg",
        "render --matrix " + junk + ".csv --out a.svg",
        "render --matrix m.csv --row-labels " + junk + " --out a.svg",
        "render --matrix m.csv --font " + junk + " --out a.svg",
        "render --curve " + junk + " --curve-of training --out a.svg",
        "render --curve " + junk + " --out a.svg",
        "render --" + junk,
        "render --matrix m.csv --array " + junk + " --out a.svg",
        "tasks --task sort --sample 3 --alphabet " + junk + "abc",
        "tasks --task sort --sample 3 --json --alphabet " + junk + "abc",
        "tasks --task sort --alphabet " + junk + "abc",
        "tasks --task " + junk,
        "info " + junk,
        "info --json " + junk,
        "eval --model " + junk,
        "eval --data " + junk,
        std::string("eval --data pairs.tsv"),
        junk,
        "--" + junk + "=1"}) {
    const ProgramResult result = run_on_terminal(folder, arguments);
    INFO(arguments << '\n' << result.output);
    CHECK_FALSE(result.output.empty());
    CHECK(is_safe(result.output));
    CHECK(result.exit_code < 6);
  }
  // Elsewhere the data are what they are.
  CHECK(folder.run("render --matrix m.csv --out - --format csv").out == folder.read("m.csv"));
}

TEST_CASE("bytes that are no text are not printed on a terminal") {
  const WorkFolder folder;
  folder.write("m.csv", "1,0\n0,1\n");
  for (const std::string format : {"png", "npy", "npz"}) {
    INFO(format);
    const ProgramResult result =
        run_on_terminal(folder, "render --matrix m.csv --out - --format " + format);
    CHECK(result.exit_code == 2);
    CHECK(result.output == "attnviz: error: --out: expected a file or a pipe for " + format +
                               ", got a terminal\r\n");
  }
  for (const std::string device : {"/dev/tty", "/dev/stdout"}) {
    CHECK(run_on_terminal(folder, "render --matrix m.csv --format json --out " + device).output ==
          "attnviz: error: " + device + ": cannot write: it is a terminal; expected a file\r\n");
  }
}

}  // namespace attnviz
