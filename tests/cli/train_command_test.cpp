#include <unistd.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"

using namespace attnviz;

namespace {

std::string train(const std::string& more) {
  return std::string("train --task sort") + tiny + more;
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

const std::set<std::string> run_files{"config.json", "last.safetensors", "metrics.jsonl",
                                      "model.safetensors"};

}  // namespace

TEST_CASE("attnviz train: what it writes and says") {
  const WorkFolder folder;
  const auto result = folder.run(
      "train --task sort --steps 250 --hidden 8 --embedding 8 --attention-units 8 --seed 010");
  INFO(result.output);
  REQUIRE(result.exit_code == 0);
  CHECK(names_in(folder.work()) == std::set<std::string>{"runs"});
  CHECK(names_in(folder.work() / "runs") == std::set<std::string>{"latest", "sort"});
  CHECK(names_in(folder.work() / "runs/sort") == run_files);
  CHECK(folder.read("runs/latest") == "runs/sort\n");

  // three evaluations, at steps 100, 200 and 250
  std::istringstream lines(folder.read("runs/sort/metrics.jsonl"));
  std::vector<int> steps;
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line);
    steps.push_back(json.at("step"));
    CHECK(json.at("loss").get<double>() > 0.0);
    for (const char* share : {"exact_match", "token_accuracy", "gold_mass", "hit_rate"}) {
      CHECK(json.at(share).get<double>() >= 0.0);
      CHECK(json.at(share).get<double>() <= 1.0);
    }
  }
  CHECK(steps == std::vector<int>{100, 200, 250});
  const auto config = nlohmann::json::parse(folder.read("runs/sort/config.json"));
  CHECK(config.at("seed") == 10);  // not eight
  CHECK(config.at("task").at("name") == "sort");
  CHECK(config.at("recipe").at("hidden") == 8);
  CHECK(config.at("recipe").at("decoder_hidden") == 8);

  // one line per evaluation, how it ended, what to do next
  CHECK(result.err.find('\r') == std::string::npos);
  for (const char* part :
       {"step 100/250  loss ", "\nstep 200/250  loss ", "\nstep 250/250  loss ", "  tokens ",
        "  exact ", "  gold mass ", "  hit rate ", " examples/s  ", "new best\n",
        "\nall steps done\n", "\nnext: attnviz render --out heat.png\n"}) {
    INFO(part);
    CHECK(result.err.find(part) != std::string::npos);
  }
  CHECK(result.out.starts_with("test on 2000 unseen examples: exact match "));
  CHECK(result.out.find("\nsaved runs/sort/model.safetensors (best of 250 steps: step ") !=
        std::string::npos);
}

TEST_CASE("attnviz train: a run that exists is kept unless --force is given") {
  const WorkFolder folder;
  REQUIRE(folder.run(train("")).exit_code == 0);
  const std::string model = folder.read("runs/sort/model.safetensors");
  const std::string metrics = folder.read("runs/sort/metrics.jsonl");

  const auto again = folder.run(train("--seed 2"));
  check_refused(again, 7,
                "runs/sort: holds a run already; resume it with --resume, choose another "
                "folder with --out, or replace it with --force");
  CHECK(folder.read("runs/sort/model.safetensors") == model);
  CHECK(folder.read("runs/sort/metrics.jsonl") == metrics);

  CHECK(folder.run(train("--seed 2 --force")).exit_code == 0);
  CHECK(folder.read("runs/sort/model.safetensors") != model);
  CHECK(names_in(folder.work() / "runs/sort") == run_files);
}

TEST_CASE("attnviz train: the seed decides the model, the number of threads does not") {
  const WorkFolder folder;
  const auto model = [&](const std::string& name, const std::string& options) {
    REQUIRE(folder.run(train("--out " + name + ' ' + options)).exit_code == 0);
    return folder.read(name + "/model.safetensors");
  };
  const std::string one = model("one", "--seed 5 --batch 32");
  CHECK(model("same", "--seed 5 --batch 32") == one);
  CHECK(model("two-threads", "--seed 5 --batch 32 --threads 2") == one);
  CHECK(model("four-threads", "--seed 5 --batch 32 --threads 4") == one);
  CHECK(model("other", "--seed 6 --batch 32") != one);
  CHECK(model("biggest", "--seed 18446744073709551615 --batch 32") != one);
  CHECK(folder.read("runs/latest") == "biggest\n");
}

TEST_CASE("attnviz train: forms of the model") {
  const WorkFolder folder;
  for (const std::string form :
       {"query current", "query previous", "score additive", "score dot", "score scaled-dot",
        "score bilinear", "attention uniform", "attention none"}) {
    INFO(form);
    const auto result = folder.run(train("--force --" + form + " --json"));
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(nlohmann::json::parse(result.out).at("steps") == 30);
    const std::string key = form.starts_with("query") ? "query" : "attention";
    const auto info = nlohmann::json::parse(folder.run("info --json").out);
    CHECK(info.at("config").at(key) == form.substr(form.find(' ') + 1));
  }
}

TEST_CASE("attnviz train: --json and --quiet") {
  const WorkFolder folder;
  const auto quiet = folder.run(train("--json --out \"$(printf 'a b\\377')\""));
  REQUIRE(quiet.exit_code == 0);
  CHECK(quiet.err.empty());
  const auto report = nlohmann::json::parse(quiet.out);  // although the name is no UTF-8
  CHECK(report.at("steps") == 30);
  CHECK(report.at("best_step") == 30);
  CHECK(report.at("test").at("examples") == 2000);
  CHECK(report.at("test").contains("exact_match"));
  CHECK(report.at("test").contains("gold_mass"));
  // the newest run has an odd name; it is drawn nevertheless
  CHECK(folder.run("render --out heat.png").exit_code == 0);
}

TEST_CASE("attnviz train --task all: a row and a verdict for every task") {
  const WorkFolder folder;
  const std::string all = std::string("train --task all") + tiny;
  REQUIRE(folder.run("train --task sort --out runs/sort" + std::string(tiny)).exit_code == 0);
  const auto result = folder.run(all);
  INFO(result.output);
  CHECK(result.exit_code == 1);
  CHECK(result.err.starts_with("attnviz: error: runs/sort: holds a run already"));
  CHECK(result.err.ends_with("attnviz: error: not every task reached its target\n"));

  const auto runs = nlohmann::json::parse(folder.read("runs/manifest.json")).at("runs");
  REQUIRE(runs.size() == 5);
  std::istringstream rows(result.out);
  std::string row;
  std::getline(rows, row);
  CHECK(row == "task         verdict  exact   gold mass  hit rate  steps  time");
  for (const auto& run : runs) {
    const std::string task = run.at("task");
    INFO(task);
    REQUIRE(std::getline(rows, row));
    const bool failed = task == "sort";  // its folder is taken
    CHECK(run.at("verdict") == (failed ? "failed" : "missed"));
    CHECK(row.starts_with(task + std::string(13 - task.size(), ' ') +
                          (failed ? "failed" : "missed   0.00 %  0.")));
    if (!failed) CHECK(folder.has("runs/" + task + "/model.safetensors"));
  }
  CHECK(!std::getline(rows, row));
}

TEST_CASE("attnviz train: folders that cannot be had are refused before training") {
  const WorkFolder folder;
  folder.write("file", "mine");
  for (const std::string out : {"file", "file/x", "/proc/x", "/dev/null/x", "/dev/full"}) {
    INFO(out);
    const auto result = folder.run("train --task reverse --out " + out);
    check_refused(result, 4, out + ": cannot make the directory: ");
  }
  CHECK(folder.read("file") == "mine");
  if (geteuid() != 0) {
    std::filesystem::create_directory(folder.work() / "locked");
    std::filesystem::permissions(folder.work() / "locked", std::filesystem::perms::owner_read);
    check_refused(folder.run("train --task reverse --out locked"), 4, "locked");
  }
}

TEST_CASE("attnviz train: a working folder that is gone") {
  const WorkFolder folder;
  std::filesystem::create_directory(folder.work() / "gone");
  const auto result = folder.run("--version && cd gone && rmdir ../gone && '" ATTNVIZ_PROGRAM "' " +
                                 train("--out " + (folder.work() / "elsewhere").string()));
  INFO(result.output);
  CHECK(result.exit_code == 0);
  CHECK(names_in(folder.work() / "elsewhere") == run_files);
}

TEST_CASE("attnviz train --show: the sample input's attention, for people") {
  const WorkFolder folder;
  const auto result = folder.run(std::string("train --task reverse --show") + tiny);
  CHECK(result.exit_code == 0);
  CHECK(result.err.starts_with("reverse: monojitcnn → "));
  CHECK(result.out.find("│") == std::string::npos);
  const auto other =
      folder.run(std::string("train --task reverse --alphabet xyz --out xyz --show") + tiny);
  CHECK(other.exit_code == 0);
  CHECK(other.err.starts_with("attnviz: note: --show: input"));
}

TEST_CASE("attnviz train: settings that contradict each other") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"--task sort --shift 2",
       "--shift: the task sort has no such setting; these have: left-shift, right-shift"},
      {"--task dates --max-length 3", "--max-length: the task dates has no such setting"},
      {"--task reverse --min-length 9 --max-length 4",
       "--max-length: expected an integer in 9..1000 (the minimum length is 9), got 4"},
      {"--task left-shift --shift -3", "--shift: expected an integer in 0..1000, got \"-3\""},
      {"--task revrese", "did you mean \"reverse\"?"},
      {"--task reverse --score dot --attention none", "--score excludes --attention"},
      {"--task reverse --query curent", "did you mean \"current\"?"},
      {"--task reverse --alphabet \"$(printf 'ab\\nc')\"", "--alphabet: a control character"},
      {"--task reverse --alphabet \"$(printf 'ab\\377c')\"", "--alphabet: invalid UTF-8 at byte 3"},
      {"--task sort --alphabet 1", "--alphabet: wrong number of characters"},
  };
  for (const auto& [arguments, message] : cases) {
    INFO(arguments);
    check_refused(run_program("train " + arguments), 2, message);
  }
}

TEST_CASE("attnviz train: a signal saves and says how to resume, which ends at the same bytes") {
  const WorkFolder folder;
  // Long enough to be interrupted, small enough to be resumed in a moment.
  const std::string options =
      "train --task reverse --steps 6000 --patience 1000 --hidden 8 --embedding 8 "
      "--attention-units 8 --seed 7 ";
  // Not by the clock, which a busy machine stretches: the signal comes a moment after the program
  // has asked for SIGTERM (0x4000 among the signals it catches).
  const auto stopped_by = [&](const std::string& signal, const std::string& arguments) {
    return folder.run(
        "--version >/dev/null && { rm -f pid; ("
        " until [ -s pid ] && grep -q 'SigCgt:.*[4-7c-f]...$' /proc/$(cat pid)/status; do"
        " sleep 0.01; done; sleep 0.1; kill -" +
        signal + " $(cat pid) ) & sh -c 'echo $$ >pid; exec \"$0\" \"$@\"' '" ATTNVIZ_PROGRAM "' " +
        arguments + " --quiet; }");
  };
  REQUIRE(folder.run(options + "--out whole --quiet").exit_code == 0);
  const auto result = stopped_by("INT", options + "--out 'my run'");
  INFO(result.output);
  CHECK(result.exit_code == 130);
  CHECK(result.out.empty());
  CHECK(result.err.find("attnviz: stopped by SIGINT after step ") == 0);
  CHECK(result.err.find(", saved; resume with: attnviz train --resume 'my run'\n") !=
        std::string::npos);
  CHECK(stopped_by("TERM", "train --resume 'my run'").exit_code == 143);
  CHECK(stopped_by("HUP", "train --resume 'my run'").exit_code == 129);
  stopped_by("KILL", "train --resume 'my run'");
  REQUIRE(folder.run("train --resume 'my run' --quiet").exit_code == 0);
  for (const std::string& name : run_files) {
    INFO(name);
    CHECK((folder.read("my run/" + name) == folder.read("whole/" + name)));
  }
  CHECK(names_in(folder.work() / "my run") == run_files);
}

TEST_CASE("attnviz train: what --resume and --init-from refuse") {
  const WorkFolder folder;
  REQUIRE(folder.run(train("--out a")).exit_code == 0);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"--resume a --lr 0.5", "--lr: expected 0.006, as in the run that is resumed, got 0.5"},
      {"--resume a --batch 33", "--batch: expected 32, as in the run that is resumed, got 33"},
      {"--resume a --batch 32", "--batch: expected 128, as in the run that is resumed, got 32"},
      {"--resume a --hidden 9", "--hidden: expected 8, as in the run that is resumed, got 9"},
      {"--resume a --query previous", "--query: expected \"current\", as in"},
      {"--resume a --seed 2", "--seed: expected 1, as in the run that is resumed, got 2"},
      {"--resume a --task dates",
       "--task: expected sort, as in the run that is resumed, got dates"},
      {"--resume a --max-length 9", "--max-length: expected 10, as in"},
      {"--resume a --steps 29", "--steps: cannot be below 30 in a run that is resumed, got 29"},
      {"--resume a --steps 31",
       "--steps: cannot exceed 30, where this run's learning rate ends at 0; --init-from"},
      {"--resume a --task all", "--task all: one run at a time can be resumed"},
      {"--resume a --force", "--force excludes --resume"},
      {"--resume a --out b", "--out excludes --resume"},
      {"--resume a --init-from a", "--init-from excludes --resume"},
      {"--task all --init-from a", "--task all: has no use for --init-from"},
      {"--task sort --init-from a --hidden 9", "--hidden: expected 8, as in a, got 9"},
      {"", "--task or --data is required; see attnviz train --help"},
  };
  for (const auto& [arguments, message] : cases) {
    INFO(arguments);
    check_refused(folder.run("train " + arguments), 2, message);
  }
  check_refused(folder.run("train --task dates --init-from a --out b"), 3,
                "a: does not know the symbol \" \", which the task dates needs");
  // An option given again with the same value is no change.
  CHECK(folder.run(train("--resume a --seed 1")).exit_code == 0);
  CHECK(folder.run(train("--init-from a --out c")).exit_code == 0);
}

TEST_CASE("attnviz train: what cannot be learnt or held ends with a reason") {
  const WorkFolder folder;
  const auto diverged = folder.run("train --task reverse --quiet --steps 100 --lr 1000");
  check_refused(diverged, 1, "training diverged at step 100: the loss is ");
  CHECK(diverged.err.find(" holds ") != std::string::npos);
  check_refused(folder.run("train --task sort --hidden 4096 --batch 4096"), 5,
                "--max-memory: expected a run of at most 4 GiB, got one of about ");
  CHECK(!folder.has("runs/sort"));
  check_refused(folder.run(train("--max-memory 0.01 --batch 4096")), 5, "at most 0.01 GiB");
}
