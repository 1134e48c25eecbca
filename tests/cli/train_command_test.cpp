#include <unistd.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

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
  CHECK(folder.read("runs/latest") == "biggest/\n");
}

TEST_CASE("attnviz train: forms of the model") {
  const WorkFolder folder;
  for (const std::string form :
       {"cell lstm", "query current", "query previous", "score additive", "score dot",
        "score scaled-dot", "score bilinear", "attention uniform", "attention none"}) {
    INFO(form);
    const auto result = folder.run(train("--force --" + form + " --json"));
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(nlohmann::json::parse(result.out).at("steps") == 30);
    const std::string option = form.substr(0, form.find(' '));
    const std::string key = option == "score" ? "attention" : option;
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
  REQUIRE(folder.run("train --task sort --seed 2 --out runs/sort" + std::string(tiny)).exit_code ==
          0);
  const auto result = folder.run(all + "--seed 1");
  INFO(result.output);
  CHECK(result.exit_code == 1);
  CHECK(result.err.starts_with(
      "attnviz: error: --seed: expected 2, as in the run that is resumed, got 1\n"));
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
    const bool failed = task == "sort";  // its folder holds another run
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
  // What cannot be shown is known before the first step.
  const auto other = folder.run(
      "train --task reverse --alphabet xyz --out xyz --show --steps 30 --hidden 8 --embedding 8");
  CHECK(other.exit_code == 0);
  CHECK(other.err.starts_with("attnviz: note: --show: input"));
  CHECK(other.err.find("step 30/30") != std::string::npos);
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
      {"--task reverse --attention hard --query previous",
       "--query: expected current with --attention hard, got previous"},
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
  REQUIRE(folder.run(train("--out l --cell lstm")).exit_code == 0);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"--resume a --lr 0.5", "--lr: expected 0.012, as in the run that is resumed, got 0.5"},
      {"--resume a --batch 33", "--batch: expected 64, as in the run that is resumed, got 33"},
      {"--resume a --batch 32", "--batch: expected 64, as in the run that is resumed, got 32"},
      {"--resume a --hidden 9", "--hidden: expected 8, as in the run that is resumed, got 9"},
      {"--resume a --query previous", "--query: expected \"current\", as in"},
      {"--resume a --cell lstm", "--cell: expected \"gru\", as in the run that is resumed, got"},
      {"--task sort --init-from a --cell lstm", "--cell: expected \"gru\", as in a, got \"lstm\""},
      {"--task sort --cell rnn", "--cell: expected one of gru, lstm, got \"rnn\""},
      {"--resume l --cell gru", "--cell: expected \"lstm\", as in the run that is resumed, got"},
      {"--resume a --seed 2", "--seed: expected 1, as in the run that is resumed, got 2"},
      {"--resume a --task dates",
       "--task: expected sort, as in the run that is resumed, got dates"},
      {"--resume a --max-length 9", "--max-length: expected 10, as in"},
      {"--resume a --steps 29", "--steps: cannot be below 30 in a run that is resumed, got 29"},
      {"--resume a --steps 31",
       "--steps: cannot exceed 30, where this run's learning rate ends at 0; --init-from starts a "
       "new run from its model: attnviz train --task sort --init-from a --out NEW\n"},
      {"--resume a --evaluate-every 10",
       "--evaluate-every: expected 100, as in the run that is resumed, got 10"},
      {"--resume a --continue", "--resume excludes --continue"},
      {"--continue --force --task sort", "--force excludes --continue"},
      {"--continue --task sort --out a --seed 2",
       "--seed: expected 1, as in the run that is resumed, got 2"},
      {"--continue --task dates --out a",
       "--task: expected sort, as in the run that is resumed, got dates"},
      {"--continue --task sort --out a --hidden 9",
       "--hidden: expected 8, as in the run that is resumed, got 9"},
      {"--continue --task sort --out a --init-from a",
       "--out: expected another file than \"a/model.safetensors\" (--init-from), which is read"},
      {"reverse", "unexpected argument \"reverse\"; did you mean --task reverse?"},
      {"revrese --steps 3", "did you mean --task reverse?"},
      {"a", "did you mean --resume a?"},
      {"a/config.json", "did you mean --data a/config.json?"},
      {"in vain", "unexpected argument \"in\"; see attnviz train --help"},
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

TEST_CASE("attnviz train: a finished run says so, and what can be asked of it") {
  const WorkFolder folder;
  const std::string small =
      "train --task reverse --evaluate-every 10 --entropy-penalty "
      "0 --hidden 8 --embedding 8 --attention-units 8 ";
  REQUIRE(folder.run(small + "--steps 40 --out a").exit_code == 0);
  const std::string last = folder.read("a/last.safetensors");
  const auto again = folder.run("train --resume a");
  CHECK(again.exit_code == 0);
  CHECK(again.err.starts_with(
      "a: finished after 40 steps: all steps done; to train further: attnviz train "
      "--resume a --steps N, with N above 40\n"));
  CHECK(again.out.starts_with("test on 2000 unseen examples: exact match "));
  CHECK(again.out.ends_with("(best of 40 steps: step 40)\n"));
  CHECK((folder.read("a/last.safetensors") == last));
  CHECK(folder.run("train --resume a --steps 50").err.find("step 50/50") != std::string::npos);

  // where the learning rate ends at 0
  REQUIRE(folder.run(train("--out s")).exit_code == 0);
  CHECK(folder.run("train --resume s")
            .err.starts_with(
                "s: finished after 30 steps: all steps done; its learning rate ends at 0 there; a "
                "new run can "
                "start from its model: attnviz train --task sort --init-from s --out NEW\n"));

  // early: with a rate so high that nothing gets better for a while
  REQUIRE(folder.run(small + "--steps 2000 --lr 0.3 --patience 2 --out 'an early one'").exit_code ==
          0);
  const auto early = folder.run("train --resume 'an early one'");
  INFO(early.err);
  CHECK(early.exit_code == 0);
  CHECK(early.err.find(
            " steps: no new best in 2 evaluations; to train further: attnviz train --resume 'an "
            "early one' --steps N, with N from 2000 on, or --patience N, with N above 2\n") !=
        std::string::npos);
  const auto steps = [&](const std::string& more) {
    const auto result = folder.run("train --resume 'an early one' --json --quiet " + more);
    CHECK(result.exit_code == 0);
    return nlohmann::json::parse(result.out).at("steps").get<int>();
  };
  const int first = steps("");
  const int second = steps("--patience 4");
  CHECK(second > first);
  CHECK(steps("") == second);
  CHECK(steps("--patience 4") == second);
  const int third = steps("--steps 2000");
  CHECK(third > second);
  CHECK(steps("--steps 2001") > third);
}

TEST_CASE("attnviz train --continue: starts, resumes and ends a run by one line") {
  const WorkFolder folder;
  folder.write("pairs.tsv", [] {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      text += std::string(static_cast<std::size_t>(1 + i % 9), static_cast<char>('a' + i / 9)) +
              "\t" + static_cast<char>('a' + i / 9) + "\n";
    }
    return text;
  }());
  for (const std::string what :
       {"--task sort --steps 20", "--task reverse --steps 20 --max-length 5",
        "--data pairs.tsv --tokens char --steps 20", "--data pairs.tsv --tokens char --epochs 2",
        "--data pairs.tsv --recipe sort --steps 20"}) {
    INFO(what);
    const std::string line = "train --continue --out a --hidden 8 --embedding 8 " + what;
    const auto first = folder.run(line);
    INFO(first.err);
    REQUIRE(first.exit_code == 0);
    const std::string last = folder.read("a/last.safetensors");
    const auto second = folder.run(line);
    INFO(second.err);
    CHECK(second.exit_code == 0);
    CHECK(second.err.find("a: finished after ") != std::string::npos);
    CHECK(second.out.substr(0, second.out.find('\n')) == first.out.substr(0, first.out.find('\n')));
    CHECK((folder.read("a/last.safetensors") == last));
    CHECK(folder.run("train --continue --out a").exit_code == 0);
    if (what.find("reverse") != std::string::npos) {
      // The same line after the run was made longer asks for nothing.
      REQUIRE(folder.run("train --resume a --steps 30").exit_code == 0);
      const auto longer = folder.run(line);
      CHECK(longer.exit_code == 0);
      CHECK(longer.err.find("a: finished after 30 steps") != std::string::npos);
    }
    std::filesystem::remove_all(folder.work() / "a");
  }
  // Other pairs are refused.
  REQUIRE(folder.run("train --continue --out a --steps 5 --hidden 8 --data pairs.tsv").exit_code ==
          0);
  check_refused(folder.run("train --continue --out a --hidden 8 --data pairs.tsv --lower"), 2,
                "--lower: expected false, as in the run that is resumed, got true");
  folder.write("pairs.tsv", folder.read("pairs.tsv") + "x\ty\n");
  check_refused(folder.run("train --continue --out a --hidden 8 --data pairs.tsv"), 3,
                "pairs.tsv: the pairs are not those that the model was trained on");
  check_refused(folder.run("train --continue --out none"), 2, "--task or --data is required");
}

TEST_CASE("attnviz train --task all: resumed where it was, it keeps what it has") {
  const WorkFolder folder;
  const std::string all = std::string("train --task all --out a") + tiny;
  // killed in the middle: one is finished, one stopped, the others are not begun
  REQUIRE(folder.run("train --task reverse --out a/reverse" + std::string(tiny)).exit_code == 0);
  REQUIRE(
      folder.run("train --task left-shift --out a/left-shift --save-every 0" + std::string(tiny))
          .exit_code == 0);
  const std::string reverse = folder.read("a/reverse/last.safetensors");
  const auto first = folder.run(all);
  CHECK(first.exit_code == 1);  // the targets are missed
  CHECK((folder.read("a/reverse/last.safetensors") == reverse));
  const std::string manifest = folder.read("a/manifest.json");
  CHECK(nlohmann::json::parse(manifest).at("runs").size() == 5);

  const auto second = folder.run(all);
  CHECK(second.exit_code == 1);
  CHECK(second.out == first.out);
  CHECK(folder.read("a/manifest.json") == manifest);
  // An error takes nothing away.
  const auto refused = folder.run(all + "--seed 2");
  CHECK(refused.exit_code == 1);
  CHECK(refused.out.find("failed") != std::string::npos);
  CHECK(folder.read("a/manifest.json") == manifest);
  // Another run in a folder is only asked for by force.
  const auto anew = folder.run(all + "--seed 2 --force");
  CHECK(anew.exit_code == 1);
  CHECK(folder.read("a/manifest.json") != manifest);
  CHECK(nlohmann::json::parse(folder.read("a/manifest.json")).at("seed") == 2);
  check_refused(
      folder.run("train --resume a"), 2,
      "--resume: a holds the runs of --task all; resume them with: attnviz train --task all "
      "--out a\n");
  folder.write("a/manifest.json", "my own");
  check_refused(folder.run(all), 4,
                "a/manifest.json: cannot write: it is no manifest of --task all; move it away");
  CHECK(folder.read("a/manifest.json") == "my own");
}

TEST_CASE("attnviz train: every signal that asks to stop saves, of --task all too") {
  const WorkFolder folder;
  const auto stopped_by = [&](const std::string& signal, const std::string& arguments) {
    return folder.run(
        "--version >/dev/null && { rm -f pid; ("
        " until [ -s pid ] && grep -q 'SigCgt:.*[4-7c-f]...$' /proc/$(cat pid)/status; do"
        " sleep 0.01; done; sleep 0.2; kill -" +
        signal + " $(cat pid) ) & sh -c 'echo $$ >pid; exec \"$0\" \"$@\"' '" ATTNVIZ_PROGRAM "' " +
        arguments + " --quiet; }");
  };
  const std::string run = "train --task reverse --steps 100000 --out a --continue";
  for (const auto& [signal, code] :
       {std::pair{"USR1", 138}, std::pair{"USR2", 140}, std::pair{"XCPU", 152}}) {
    const auto result = stopped_by(signal, run);
    INFO(result.output);
    CHECK(result.exit_code == code);
    CHECK(result.err.find("attnviz: stopped by SIG" + std::string(signal) + " after step ") == 0);
    CHECK(result.err.find(", saved; resume with: attnviz train --resume a\n") != std::string::npos);
  }
  const auto all = stopped_by("TERM", "train --task all --steps 100000 --out b");
  CHECK(all.exit_code == 143);
  CHECK(all.err.find("attnviz: reverse: stopped by SIGTERM after step ") == 0);
  CHECK(all.err.find(", saved; resume with the same command\n") != std::string::npos);
  const auto anew = stopped_by("TERM", "train --task all --steps 100000 --out b --force");
  CHECK(anew.err.find("; resume with the same command without --force\n") != std::string::npos);
}

TEST_CASE("attnviz train: a run without an evaluation is named as such by every reader") {
  const WorkFolder folder;
  REQUIRE(folder.run(train("--out whole")).exit_code == 0);
  const auto stopped = folder.run(
      "--version >/dev/null && { ( until grep -qs on b/.lock && [ -e b/config.json ]; do sleep "
      "0.01; "
      "done; sleep 0.2; kill -TERM $(sed 's/process \\([0-9]*\\) .*/\\1/' b/.lock) ) & "
      "'" ATTNVIZ_PROGRAM
      "' train --task sort --evaluate-every 1000000 --steps 1000000 --out b "
      "--quiet; }");
  INFO(stopped.output);
  REQUIRE(stopped.exit_code == 143);
  for (const std::string command :
       {"predict --model b 194", "eval --model b", "info b", "render --model b --out x.png",
        "render --curve b --curve-of training --out x.png", "render --curve b --out x.png"}) {
    INFO(command);
    const auto result = folder.run(command);
    check_refused(result, 3, "attnviz: error: b: no evaluation yet, step ");
    CHECK(result.err.ends_with(" of 1000000; resume it with: attnviz train --resume b\n"));
  }
  for (const std::string of : {"", " --curve-of training"}) {
    const auto both = folder.run("render --curve b whole --out x.png" + of);
    INFO(both.err);
    CHECK(both.exit_code == 0);
    CHECK(both.err.find("attnviz: note: b: no evaluation yet, step ") != std::string::npos);
    CHECK(both.err.find(" of 1000000: left out\n") != std::string::npos);
  }
}

TEST_CASE("attnviz train: a state from another run is not resumed over a model") {
  const WorkFolder folder;
  REQUIRE(folder.run(train("--out sort")).exit_code == 0);
  REQUIRE(folder.run("train --task reverse --out reverse" + std::string(tiny)).exit_code == 0);
  std::filesystem::copy(folder.work() / "sort/last.safetensors",
                        folder.work() / "reverse/last.safetensors",
                        std::filesystem::copy_options::overwrite_existing);
  const std::string model = folder.read("reverse/model.safetensors");
  const auto refused = folder.run("train --resume reverse");
  check_refused(refused, 3,
                "reverse: holds files of several runs: last.safetensors is of the run sort-1-");
  CHECK(refused.err.find(", model.safetensors of reverse-1-") != std::string::npos);
  CHECK((folder.read("reverse/model.safetensors") == model));
  for (const std::string command :
       {"info reverse", "eval --model reverse --count 5", "predict --model reverse mono"}) {
    const auto result = folder.run(command);
    CHECK(result.exit_code == 0);
    CHECK(result.err.starts_with("attnviz: note: reverse: holds files of several runs: "));
  }
}

TEST_CASE("attnviz train: what can be refused is refused before the first step") {
  const WorkFolder folder;
  check_refused(folder.run("train --task reverse --alphabet a --quiet"), 2, "reverse");
  CHECK(!folder.has("runs"));
  REQUIRE(folder.run(train("--out a")).exit_code == 0);
  check_refused(folder.run("train --data missing.tsv --out a"), 3, "missing.tsv: cannot open");
  folder.write("bad.tsv", "no pair\n");
  check_refused(folder.run("train --data bad.tsv --out a"), 7, "a: holds a run already");
  check_refused(folder.run("train --data bad.tsv --out a/config.json"), 4,
                "a/config.json: cannot make the directory: Not a directory");
}

TEST_CASE("attnviz train: hints are typed as they must be") {
  const WorkFolder folder;
  const std::string odd = "$(printf 'a \\047b\\n\\377')";
  const auto result = folder.run("train --task sort --steps 3 --hidden 8 --out \"" + odd + '"');
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const std::string next = "\nnext: attnviz render --model ";
  const auto from = result.err.find(next);
  REQUIRE(from != std::string::npos);
  const std::string hint = result.err.substr(from + next.size());
  CHECK(hint == "$'a \\'b\\n\\xff' --out heat.png\n");
  const auto dash = folder.run("train --task sort --steps 3 --hidden 8 --out=-x");
  CHECK(dash.err.find("--model ./-x --out") != std::string::npos);
}
