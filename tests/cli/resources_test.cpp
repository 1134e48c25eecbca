// The program with resources that are scarce, shared, missing or changed.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "attnviz/error.h"
#include "base/file.h"
#include "catch.h"
#include "cli/run_program.h"
#include "infer/small_model.h"
#include "model/checkpoint.h"
#include "nn/processor.h"

using namespace attnviz;

namespace {

const std::string train = std::string("train --task reverse") + tiny;

/// Shell text that runs the program with what `before` sets up.
std::string under(const std::string& before, const std::string& arguments) {
  return "--version >/dev/null && ( " + before + " '" ATTNVIZ_PROGRAM "' " + arguments + " )";
}

}  // namespace

TEST_CASE("the same model and picture in every environment, with any number of threads") {
  const WorkFolder folder;
  const std::vector<std::string> environments{"",
                                              "MALLOC_PERTURB_=165",
                                              "MALLOC_TOP_PAD_=1234567",
                                              "MALLOC_MMAP_THRESHOLD_=1000",
                                              "MALLOC_ARENA_MAX=1 X=\"$(seq 5000)\"",
                                              "LC_ALL=de_DE.UTF-8",
                                              "env -i"};
  std::string model, picture;
  int threads = 0;
  for (const std::string& environment : environments) {
    INFO(environment);
    const auto result = folder.run(under(
        environment, train + "--force --batch 32 --threads " + std::to_string(1 + threads++ % 4)));
    INFO(result.output);
    REQUIRE(result.exit_code == 0);
    REQUIRE(folder.run(under(environment, "render --out heat.png")).exit_code == 0);
    if (model.empty()) model = folder.read("runs/reverse/model.safetensors");
    if (picture.empty()) picture = folder.read("heat.png");
    CHECK((folder.read("runs/reverse/model.safetensors") == model));
    CHECK((folder.read("heat.png") == picture));
  }
}

TEST_CASE("the same model and picture on every processor with a fused multiply-add") {
  const WorkFolder folder;
  std::string model, picture;
  for (const Processor& processor : processors()) {
    if (!processor.is_here() || processor.name == "x86-64-v2") continue;
    const std::string environment = "ATTNVIZ_CPU=" + std::string(processor.name);
    INFO(environment);
    for (const std::string task : {"reverse", "sort", "dates"}) {
      const std::string arguments = "train --task " + task + tiny + "--force --out " + task;
      REQUIRE(folder.run(under(environment, arguments)).exit_code == 0);
    }
    REQUIRE(folder.run(under(environment, "render --model sort --out heat.png")).exit_code == 0);
    const std::string models = folder.read("reverse/model.safetensors") +
                               folder.read("sort/model.safetensors") +
                               folder.read("dates/model.safetensors");
    if (model.empty()) model = models;
    if (picture.empty()) picture = folder.read("heat.png");
    CHECK((models == model));
    CHECK((folder.read("heat.png") == picture));
    CHECK(folder.run(under(environment, "--version"))
              .out.find("processor: " + std::string(processor.name)) != std::string::npos);
  }
}

TEST_CASE("a processor that there is not is refused before anything is done") {
  const WorkFolder folder;
  const auto result = folder.run(under("ATTNVIZ_CPU=x86-64-v5", train));
  CHECK(result.exit_code == 2);
  CHECK(result.err.find("ATTNVIZ_CPU: expected one of ") != std::string::npos);
  CHECK(result.err.find("got x86-64-v5") != std::string::npos);
  CHECK(!std::filesystem::exists(folder.work() / "runs"));
}

TEST_CASE("where resources are scarce, work is done or refused with a message") {
  const WorkFolder folder;
  REQUIRE(folder.run(train).exit_code == 0);
  struct Case {
    std::string limit;
    std::string arguments;
    int exit_code;
  };
  std::vector<Case> cases{{"ulimit -n 8;", "render --out a.png", 0},
                          {"ulimit -n 8;", train + "--out b", 0},
                          {"ulimit -s 256;", "render --out a.png", 0},
                          {"ulimit -s 256;", "predict monojitcnn", 0},
                          {"ulimit -f 1;", train + "--out d", 4}};
#ifndef ATTNVIZ_SANITIZED  // a sanitizer's own memory does not fit
  cases.push_back({"ulimit -v 60000;", "train --task reverse --hidden 512 --out c", 5});
#endif
  for (const auto& [limit, arguments, exit_code] : cases) {
    const auto result = folder.run(under(limit, arguments));
    INFO(limit << ' ' << arguments << '\n' << result.output);
    CHECK(result.exit_code == exit_code);
    if (exit_code != 0) CHECK(result.err.find("attnviz: error: ") != std::string::npos);
  }
}

TEST_CASE("every command reports that its standard output is full or closed") {
  const WorkFolder folder;
  REQUIRE(folder.run(train).exit_code == 0);
  for (const std::string arguments :
       {"predict mono", "predict --json mono", "eval --count 5", "info", "info --json",
        "render --out - --format png", "render --format terminal", "tasks --json"}) {
    INFO(arguments);
    check_refused(folder.run(arguments + " >/dev/full"), 4,
                  "standard output: cannot write: No space left on device");
    check_refused(folder.run(arguments + " >&-"), 4,
                  "standard output: cannot write: Bad file descriptor");
  }
  // The report is lost, the run is not.
  CHECK(folder.run(train + "--out full --json >/dev/full").exit_code == 4);
  CHECK((folder.read("full/model.safetensors") == folder.read("runs/reverse/model.safetensors")));
}

TEST_CASE("two containers that write into one folder keep each other's temporary files") {
  const WorkFolder folder;
  folder.write("m.csv", ",a\nb,1\n");
  // In each, processes have small numbers, and those of the other do not exist.
  const std::string one =
      "unshare -p -f --mount-proc sh -c 'for i in $(seq 60); do \"" ATTNVIZ_PROGRAM
      "\" render --matrix m.csv --quiet --out shared/$0.json || exit 1; done' ";
  const auto result = folder.run(
      "--version >/dev/null; mkdir shared; unshare -p -f --mount-proc true || exit 77; " + one +
      "a & first=$!; " + one + "b & second=$!; wait $first && wait $second");
  if (result.exit_code == 77) {
    WARN("skipped: unshare is not available");
    return;
  }
  INFO(result.output);
  CHECK(result.exit_code == 0);
  CHECK(folder.run("--version >/dev/null; ls -A shared").out == "a.json\nb.json\n");
}

TEST_CASE("a file that is mounted is named as such, before the work and untouched") {
  const WorkFolder folder;
  folder.write("m.csv", ",a\nb,1\n");
  folder.write("mounted", "old");
  folder.write("other", "mine");
  const std::string mount =
      "--version >/dev/null; unshare -m sh -c 'mount --bind mounted other || exit 77; ";
  if (folder.run(mount + "true'").exit_code == 77 || folder.run(mount + "true'").exit_code == 1) {
    WARN("skipped: unshare is not available");
    return;
  }
  const auto result = folder.run(mount + "exec \"" ATTNVIZ_PROGRAM
                                         "\" render --matrix m.csv --format json --out other'");
  check_refused(result, 4, "other: cannot write: it is a mount point, which cannot be replaced; ");
  CHECK(folder.read("mounted") == "old");
  CHECK(folder.read("other") == "mine");
}

TEST_CASE("what is no file is refused where a file is meant, a process substitution is one") {
  const WorkFolder folder;
  folder.write("m.json", R"({"format":"attnviz-attention","version":1,"orientation":)"
                         R"("rows=output,columns=input","source":["a"],"target":["b"],)"
                         R"("weights":[[1]]})");
  for (const std::string& arguments :
       {std::string("render --matrix /dev/zero --input-format npy --out o.csv"),
        std::string("render --matrix /dev/null --input-format json --out o.csv"),
        std::string("render --matrix m.json --row-labels /dev/zero --out o.csv"),
        std::string("render --matrix m.json --font /dev/zero --out o.png"),
        std::string("info /dev/zero"), std::string("predict a --model /dev/null")}) {
    INFO(arguments);
    check_refused(folder.run(arguments), 3, ": cannot read: expected a file, got a device");
  }
  const std::string program = "'" ATTNVIZ_PROGRAM "' render --input-format json --out ";
  const auto result = folder.run(
      "--version >/dev/null; command -v bash >/dev/null || exit 77; mkfifo in unread; "
      "bash -c \"" +
      program + "a.csv --matrix <(cat m.json) && " + program +
      "b.csv --matrix <(sleep 0.3; cat m.json) && cat m.json | " + program +
      "c.csv --matrix /dev/stdin && (sleep 0.2; cat m.json >in) & " + program +
      "d.csv --matrix in\"");
  if (result.exit_code == 77) return;
  INFO(result.output);
  CHECK(result.exit_code == 0);
  folder.run("--version >/dev/null; sleep 1");
  for (const std::string name : {"a.csv", "b.csv", "c.csv", "d.csv"}) {
    INFO(name);
    CHECK(folder.read(name) == ",a\nb,1\n");
  }
}

TEST_CASE("a working folder in which nothing can be written, and no home") {
  const WorkFolder folder;
  REQUIRE(folder.run(train).exit_code == 0);
  const std::string model = (folder.work() / "runs/reverse").string();
  const std::string there = "cd /proc && env -u HOME";
  check_refused(folder.run(under(there, train)), 4, "runs/reverse: cannot make the directory: ");
  check_refused(folder.run(under(there, "render --model " + model + " --out heat.png")), 4,
                "heat.png: cannot write: ");
  CHECK(folder.run(under(there, train + "--out " + model + "2")).exit_code == 0);
  CHECK(folder.run(under(there, "predict --model " + model + " mono")).exit_code == 0);
}

TEST_CASE("a second training in a folder at work stops at once and names the first") {
  const WorkFolder folder;
  const auto result = folder.run(
      "--version >/dev/null && ( '" ATTNVIZ_PROGRAM
      "' train --task sort --out a --quiet "
      ">/dev/null 2>&1 & first=$!; while [ ! -e a/last.safetensors ]; do sleep 0.02; done; "
      "'" ATTNVIZ_PROGRAM "' train --task sort --out a --force; code=$?; '" ATTNVIZ_PROGRAM
      "' train --resume a; code=$code$?; kill -KILL $first; wait $first 2>/dev/null; "
      "'" ATTNVIZ_PROGRAM "' train --resume a --seed 2; echo $first $code$? )");
  INFO(result.output);
  const std::string first = result.out.substr(0, result.out.find(' '));
  CHECK(result.out == first + " 772\n");
  const std::string message = "attnviz: error: a: in use by process " + first + " on ";
  CHECK(result.err.find(message) == 0);
  CHECK(result.err.find(message, 1) != std::string::npos);
}

TEST_CASE("ten thousand readers see whole models while they are replaced") {
  const WorkFolder folder;
  const std::string path = folder.work() / "model.safetensors";
  const std::vector<std::string> models{write_model(small_model("reverse", 1)),
                                        write_model(small_model("reverse", 2))};
  write_file(path, models[0]);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::size_t i = 0; !stop; ++i) write_file(path, models[i % 2]);
  });
  int others = 0;
  try {
    for (int i = 0; i < 10'000; ++i) {
      const std::string bytes = read_file(path, 1U << 20U);
      others += bytes == models[0] || bytes == models[1] ? 0 : 1;
      if (i % 100 == 0) read_model(bytes, path);
    }
  } catch (const Error& error) {
    INFO(error.what());
    ++others;
  }
  stop = true;
  writer.join();
  CHECK(others == 0);
}

TEST_CASE("pictures drawn to one file at the same time leave one of them") {
  const WorkFolder folder;
  REQUIRE(folder.run(train).exit_code == 0);
  REQUIRE(folder
              .run("render --input abcd --out a.png && '" ATTNVIZ_PROGRAM
                   "' render --input wxyz --out b.png")
              .exit_code == 0);
  const auto result =
      folder.run(under("for i in 1 2 3 4 5 6 7 8; do for t in abcd wxyz; do '" ATTNVIZ_PROGRAM
                       "' render --input $t --out both.png >/dev/null 2>&1 & done; done; wait;",
                       "--version"));
  CHECK(result.exit_code == 0);
  const std::string both = folder.read("both.png");
  CHECK(((both == folder.read("a.png")) || (both == folder.read("b.png"))));
  for (const auto& entry : std::filesystem::directory_iterator(folder.work())) {
    CHECK(!entry.path().filename().string().starts_with(".attnviz"));
  }
}

TEST_CASE("a reader that has gone is an error of writing, not a crash") {
  const WorkFolder folder;
  const auto result =
      folder.run("--version >/dev/null && { { sleep 0.3; '" ATTNVIZ_PROGRAM
                 "' tasks --task dates --sample 1000; echo $? >code; } | true; }; sleep 0.5");
  INFO(result.output);
  CHECK(folder.read("code") == "4\n");
  CHECK(result.err == "attnviz: error: standard output: cannot write: Broken pipe\n");
}
