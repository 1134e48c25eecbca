#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"

using namespace attnviz;

namespace {

const std::vector<std::string> commands{"train",   "render", "predict", "eval",
                                        "explain", "attend", "info",    "tasks"};

}  // namespace

TEST_CASE("attnviz --help: examples first, every command named") {
  const auto help = run_program("--help");
  CHECK(help.exit_code == 0);
  CHECK(help.err.empty());
  CHECK(help.out.find("Examples:") < help.out.find("Usage:"));
  for (const std::string& command : commands) {
    CHECK(help.out.find("\n  " + command + " ") != std::string::npos);
  }
}

TEST_CASE("attnviz COMMAND --help: examples first, every option explained") {
  for (const std::string& command : commands) {
    INFO(command);
    const auto help = run_program(command + " --help");
    INFO(help.out);
    CHECK(help.exit_code == 0);
    CHECK(help.err.empty());
    CHECK(help.out.find("\n  attnviz " + command) < help.out.find("\nUsage: "));
    CHECK(help.out.find("\nUsage: ") < help.out.find("\nOptions:"));
    CHECK(run_program(command + " -h").out == help.out);
    // the help of an option with a value states what happens without it
    for (std::size_t at = help.out.find("\n  --"); at != std::string::npos;
         at = help.out.find("\n  --", at + 1)) {
      const std::string line = help.out.substr(at + 1, help.out.find('\n', at + 1) - at - 1);
      INFO(line);
      CHECK(line.size() > 30);
      const bool takes_value =
          line.find(' ', 4) + 1 < line.size() && line[line.find(' ', 4) + 1] != ' ';
      const bool says_default =
          line.find("default") != std::string::npos || line.find("(required") != std::string::npos;
      const bool optional_by_nature = line.find("--attention PATH") != std::string::npos ||
                                      line.find("--matrix") != std::string::npos ||
                                      line.find("--data PATH") != std::string::npos ||
                                      line.find("--source PATH") != std::string::npos ||
                                      line.find("--target ") != std::string::npos ||
                                      line.find("--curve") != std::string::npos ||
                                      line.find("--resume") != std::string::npos ||
                                      line.find("--init-from") != std::string::npos ||
                                      line.find("--font FILE") != std::string::npos ||
                                      line.find("--dpi") != std::string::npos || command == "tasks";
      CHECK((!takes_value || says_default || optional_by_nature));
    }
  }
}

TEST_CASE("attnviz --version: program, compiler, libraries") {
  const auto version = run_program("--version");
  CHECK(version.exit_code == 0);
  CHECK(version.out.starts_with("attnviz "));
  for (const char* fact : {"\ncompiler: ", "Eigen 3.", "CLI11 ", "JSON for Modern C++ "}) {
    CHECK(version.out.find(fact) != std::string::npos);
  }
}

TEST_CASE("attnviz without a command: help on standard error") {
  const auto result = run_program("");
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(result.err == run_program("--help").out);
}

TEST_CASE("attnviz: unknown words, each with the nearest that there is") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"trian", R"(unknown command "trian"; did you mean "train"?; see attnviz --help)"},
      {"zzzzzzzz", R"(unknown command "zzzzzzzz"; see attnviz --help)"},
      {"--verison", R"(unknown option "--verison"; did you mean "--version"?)"},
      {"-x", R"(unknown option "-x"; see attnviz --help)"},
      // a misspelt option comes before the required one that is missing for it
      {"train --tas reverse", R"(unknown option "--tas"; did you mean "--task"?)"},
      {"train --task reverse --hiden=8", R"(unknown option "--hiden"; did you mean "--hidden"?)"},
      {"train --task reverse extra", R"(unexpected argument "extra"; see attnviz train --help)"},
      {"train --task reverse -- --extra", R"("--extra")"},
      {"train --task reverse eval", R"(unexpected argument "eval")"},
      {"predict -abc", R"(unknown option "-abc"; see attnviz predict --help)"},
      {"\"$(printf 'a\\nb\\033[31m\\377')\"", R"(unknown command "a\nb\x1b[31m\xff")"},
      {"train", "--task or --data is required; see attnviz train --help"},
      {"predict", "input is required; see attnviz predict --help"},
      {"render", "--out is required; see attnviz render --help"},
      {"explain", "input is required; see attnviz explain --help"},
  };
  for (const auto& [arguments, message] : cases) {
    INFO(arguments);
    check_refused(run_program(arguments), 2, message);
  }
}

TEST_CASE("attnviz: options with too many values or too few") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"train --task reverse --seed 1 --seed 2", "--seed: expected once, got it 2 times"},
      {"train --task reverse --task sort --task sort", "--task: expected once, got it 3 times"},
      {"train --task", "--task: expected a value (NAME), got none"},
      {"train --task reverse --json=false", "--json: takes no value"},
      {"render --out a.png --out b.png", "--out: expected once, got it 2 times"},
      {"eval --model a --model b", "--model: expected once, got it 2 times"},
      {"info --model", "--model: expected a value (PATH), got none"},
      {"info a b", R"(unexpected argument "b")"},
  };
  for (const auto& [arguments, message] : cases) {
    INFO(arguments);
    check_refused(run_program(arguments), 2, message);
  }
}

TEST_CASE("attnviz: numbers that are none, or out of range") {
  const std::vector<std::string> integers{"train --task reverse --min-length",
                                          "train --task reverse --max-length",
                                          "train --task left-shift --shift",
                                          "train --task reverse --threads",
                                          "train --task reverse --embedding",
                                          "train --task reverse --hidden",
                                          "train --task reverse --steps",
                                          "train --task reverse --batch",
                                          "train --task reverse --seed",
                                          "train --task reverse --decoder-hidden",
                                          "eval --count",
                                          "train --task reverse --attention-units",
                                          "eval --seed",
                                          "render --out a.png --cell",
                                          "tasks --task reverse --sample"};
  for (const std::string& option : integers) {
    const std::string name = option.substr(option.rfind("--"));
    for (const std::string value : {"nan", "-1", "''", "1.5", "1e9", "0x10", "' 1'", "+1",
                                    "18446744073709551616", "99999999999999999999999"}) {
      INFO(option << ' ' << value);
      const std::string got = value.front() == '\'' ? value.substr(1, value.size() - 2) : value;
      const auto result = run_program(option + ' ' + value);
      check_refused(result, 2, name + ": expected an integer in ");
      CHECK(result.err.find("got \"" + got + '"') != std::string::npos);
    }
  }
  for (const std::string option : {"train --task reverse --lr", "eval --min-exact",
                                   "train --task reverse --entropy-penalty"}) {
    for (const std::string value : {"nan", "inf", "-1", "''", "1e999", "0,5", "1e9"}) {
      INFO(option << ' ' << value);
      check_refused(run_program(option + ' ' + value), 2, ": expected a number in ");
    }
  }
}

TEST_CASE("attnviz: a path that is empty is refused, not taken for one that was not given") {
  for (const std::string arguments :
       {"train --task reverse --out ''", "eval --model ''", "info ''", "info --model ''",
        "predict abc --model ''", "predict abc --attention ''", "render --out a.png --matrix ''",
        "render --out a.png --model ''"}) {
    INFO(arguments);
    check_refused(run_program(arguments), 2, ": expected a path, got nothing");
  }
}

TEST_CASE("attnviz: an empty value is refused in the words of its option, with = as without") {
  const std::string render = "render --out a.png --matrix a.npz ";
  const std::pair<std::string, std::string> options[] = {
      {render + "--array", "--array: expected a name"},
      {render + "--sentence", "--sentence: expected a number from 1, a range or all"},
      {render + "--font", "--font: expected a path"},
      {"train --task reverse --out", "--out: expected a path"},
      {"predict abc --model", "--model: expected a path"}};
  for (const auto& [option, message] : options) {
    INFO(option);
    check_refused(run_program(option + " ''"), 2, message + ", got nothing");
    check_refused(run_program(option + "="), 2, message + ", got nothing");
    // What follows is not the value.
    check_refused(run_program(option + "= --quiet"), 2, message + ", got nothing");
  }
  check_refused(run_program("eval --count="), 2, "--count: expected an integer in ");
  check_refused(run_program("train --task="), 2, "--task: expected one of ");
  check_refused(run_program(render + "--cell= 5"), 2, "--cell: expected an integer in ");
  check_refused(run_program(render + "--annotate="), 2, "--annotate: expected a value after =");
  check_refused(run_program(render + "--annotate=true"), 2,
                "--annotate: expected no value or another");
  check_refused(run_program("render --out="), 2, "--out: expected a file that ends in");
}

TEST_CASE("attnviz: a flag takes no value") {
  for (const std::string value : {"true", "false", "1", "on", ""}) {
    INFO(value);
    check_refused(run_program("predict abc --quiet=" + value), 2, "--quiet: takes no value");
    check_refused(run_program("tasks --json=" + value), 2, "--json: takes no value");
    check_refused(run_program("--help=" + value), 2, "--help: takes no value");
    check_refused(run_program("train --help=" + value), 2, "--help: takes no value");
    check_refused(run_program("train --task reverse --force=" + value), 2,
                  "--force: takes no value");
  }
  CHECK(run_program("predict -- --quiet=true").err.find("takes no value") == std::string::npos);
}

TEST_CASE("attnviz: the words of other programs are understood as ours") {
  const std::pair<std::string, std::string> words[] = {{"train --learning-rate 1", "--lr"},
                                                       {"train --learning_rate 1", "--lr"},
                                                       {"train --learning_rate=1", "--lr"},
                                                       {"train --batch-size 1", "--batch"},
                                                       {"train --hidden_size 1", "--hidden"},
                                                       {"train --num_epochs 1", "--epochs"},
                                                       {"train --max_length 9", "--max-length"},
                                                       {"train --output d", "--out"},
                                                       {"render --cmap x", "--colormap"},
                                                       {"render --vmax 1", "--scale"},
                                                       {"render --cols a,b", "--column-labels"},
                                                       {"render --output x", "--out"},
                                                       {"render -o x", "--out"},
                                                       {"render --head 1", "--index"},
                                                       {"predict a --beam-size 3", "--beam"},
                                                       {"predict a --checkpoint m", "--model"},
                                                       {"evaluate", "eval"},
                                                       {"plot", "render"},
                                                       {"translate", "predict"}};
  for (const auto& [arguments, ours] : words) {
    INFO(arguments);
    check_refused(run_program(arguments), 2, "; did you mean \"" + ours + "\"?");
  }
  // Not where the command has no such option.
  CHECK(run_program("eval --learning-rate 1").err.find("--lr") == std::string::npos);
}

TEST_CASE("attnviz: standard output that cannot be written") {
  for (const std::string arguments : {"--help", "--version", "tasks", "train --help"}) {
    INFO(arguments);
    check_refused(run_program(arguments + " >/dev/full"), 4,
                  "standard output: cannot write: No space left on device");
    check_refused(run_program(arguments + " >&-"), 4,
                  "standard output: cannot write: Bad file descriptor");
  }
  // the reader closes at once
  const auto result =
      run_program("tasks --task reverse --sample 200000 | head -n 1; exit ${PIPESTATUS:-0}");
  CHECK(result.err == "attnviz: error: standard output: cannot write: Broken pipe\n");
}

TEST_CASE("attnviz: no standard streams at all") {
  const WorkFolder folder;
  const auto result = folder.run(std::string("train --task reverse") + tiny + " <&- >&- 2>&-");
  CHECK(result.exit_code == 4);
  CHECK(folder.has("runs/reverse/model.safetensors"));
  CHECK(folder.read("runs/reverse/metrics.jsonl").starts_with("{"));
}

TEST_CASE("attnviz: without a model, the command that makes one") {
  for (const std::string arguments : {"eval", "info", "predict abc", "render --out a.png"}) {
    INFO(arguments);
    check_refused(run_program(arguments), 3,
                  "no model yet; train one with `attnviz train --task reverse`");
  }
}
