// Files of pairs as people have them: other columns, other encodings, moved away.
#include <sys/stat.h>

#include <filesystem>
#include <sstream>

#include "cli/run_program.h"
#include "json.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr const char* small_run =
    " --steps 20 --hidden 8 --embedding 8 --attention-units 8 --quiet ";

std::string colors() {
  std::string text;
  for (const char* color : {"red", "blue", "green", "black", "white", "pink", "grey", "brown"}) {
    text += std::string("one ") + color + "\t" + color + "\n";
    text += std::string("two ") + color + "\t" + color + " " + color + "\n";
  }
  return text;
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  INFO(part);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

TEST_CASE("a run and its pairs may move", "[pairs]") {
  const WorkFolder folder;
  fs::create_directories(folder.work() / "data");
  folder.write("data/p.tsv", colors());
  const std::string train = std::string("train --data data/p.tsv --out runs/r") + small_run;
  REQUIRE(folder.run(train).exit_code == 0);
  const std::string model = folder.read("runs/r/model.safetensors");
  const auto scores = folder.run("eval --model runs/r --json");
  CHECK(scores.exit_code == 0);

  SECTION("another working folder") {
    for (const char* at : {"cd runs;", "cd runs/r;", "cd data;", "cd /;"}) {
      INFO(at);
      const std::string run = std::string(at) == "cd /;"
                                  ? "'" + (folder.work() / "runs/r").string() + "'"
                              : std::string(at) == "cd data;"   ? "../runs/r"
                              : std::string(at) == "cd runs/r;" ? "."
                                                                : "r";
      const auto result = folder.run("--version >/dev/null; " + std::string(at) +
                                     " '" ATTNVIZ_PROGRAM "' eval --json --model " + run);
      INFO(result.err);
      CHECK(result.out == scores.out);
    }
    CHECK(folder
              .run("--version >/dev/null; cd runs; '" ATTNVIZ_PROGRAM
                   "' train --resume r --steps 20 --quiet")
              .exit_code == 0);
    CHECK(folder.read("runs/r/model.safetensors") == model);
  }
  SECTION("the pairs beside the run, or in it") {
    for (const char* place : {"runs/p.tsv", "runs/r/p.tsv", "p.tsv"}) {
      INFO(place);
      fs::rename(folder.work() / "data/p.tsv", folder.work() / place);
      CHECK(folder.run("eval --model runs/r --json").out == scores.out);
      fs::rename(folder.work() / place, folder.work() / "data/p.tsv");
    }
  }
  SECTION("a link to the run") {
    fs::create_directories(folder.work() / "elsewhere/deep");
    fs::create_directory_symlink(folder.work() / "runs/r", folder.work() / "elsewhere/deep/r");
    const auto result = folder.run("--version >/dev/null; cd elsewhere; '" ATTNVIZ_PROGRAM
                                   "' eval --json --model deep/r");
    CHECK(result.out == scores.out);
  }
  SECTION("where the user says") {
    fs::create_directories(folder.work() / "n");
    fs::rename(folder.work() / "data/p.tsv", folder.work() / "n/q.tsv");
    const std::string missing =
        "names its pairs: data/p.tsv: cannot open: expected a file of at most 4 GiB, here or in " +
        fs::canonical(folder.work()).string() + "/runs/r and the folders above; got none";
    check_refused(folder.run("train --resume runs/r"), 3, "runs/r/last.safetensors " + missing);
    check_refused(folder.run("eval --model runs/r"), 3, "runs/r/model.safetensors " + missing);
    check_refused(folder.run("eval --model runs/r"), 3,
                  "got none; --data names where they are now (eval: with --held-out)");
    CHECK(folder.run("eval --model runs/r --data n/q.tsv --held-out --json").out == scores.out);
    CHECK(folder.run("train --resume runs/r --data n/q.tsv --quiet").exit_code == 0);
    // From now on the run names them there.
    CHECK(folder.run("eval --model runs/r --json").out == scores.out);
    CHECK(folder.run("train --resume runs/r --quiet").exit_code == 0);
    // As two files they are the same pairs.
    CHECK(folder.run("--version >/dev/null; cut -f1 n/q.tsv > s; cut -f2 n/q.tsv > t").exit_code ==
          0);
    CHECK(folder.run("train --resume runs/r --source s --target t --quiet").exit_code == 0);
    CHECK(folder.run("eval --model runs/r --source s --target t --held-out --json").out ==
          scores.out);
    folder.write("n/q.tsv", colors() + "a\tb\n");
    for (const char* command :
         {"train --resume runs/r --quiet", "eval --model runs/r --held-out"}) {
      const auto refused = folder.run(std::string(command) + " --data n/q.tsv");
      check_refused(refused, 3,
                    "n/q.tsv: the pairs are not those that the model was trained on: expected "
                    "[12,2,2] (to train, validate, test) with checksum ");
      has(refused.err, ", got [13,2,2] (to train, validate, test) with checksum ");
    }
    check_refused(folder.run("train --resume runs/r --data -"), 2, "--data: expected files that");
  }
  SECTION("other pairs under the same name, the right ones further away") {
    fs::rename(folder.work() / "data/p.tsv", folder.work() / "runs/p.tsv");
    folder.write("data/p.tsv", "a\tb\nc\td\ne\tf\n");
    CHECK(folder.run("eval --model runs/r --json").out == scores.out);
    fs::remove(folder.work() / "runs/p.tsv");
    check_refused(folder.run("eval --model runs/r"), 3,
                  "runs/r/model.safetensors names its pairs: data/p.tsv: the pairs are not those");
  }
}

TEST_CASE("a model opens no file that is not its pairs", "[pairs]") {
  const WorkFolder folder;
  folder.write("p.tsv", colors());
  REQUIRE(folder.run(std::string("train --data p.tsv --out r") + small_run).exit_code == 0);
  const auto replace = [&](const std::string& by) {
    fs::remove(folder.work() / "p.tsv");
    if (!by.empty()) fs::create_symlink(by, folder.work() / "p.tsv");
  };
  replace("/etc/passwd");
  for (const char* command : {"eval --model r", "train --resume r"}) {
    check_refused(folder.run(command), 3, "safetensors names its pairs: p.tsv:1: column ");
  }
  for (const auto& [path, kind] : std::vector<std::pair<std::string, std::string>>{
           {"/dev/zero", "a device"}, {"/tmp", "a folder"}}) {
    replace(path);
    check_refused(folder.run("eval --model r"), 3, "got " + kind);
  }
  replace("");
  REQUIRE(::mkfifo((folder.work() / "p.tsv").c_str(), 0600) == 0);
  check_refused(folder.run("eval --model r"), 3, "got a pipe");
  check_refused(folder.run("train --resume r"), 3, "got a pipe");
  check_refused(folder.run("train --data p.tsv --out q"), 3,
                "p.tsv: expected a file that can be read again by its name, got a pipe");
  check_refused(folder.run("train --data /dev/stdin --out q", colors()), 3, "got a stream");
  CHECK_FALSE(folder.has("q"));
}

TEST_CASE("runs of parallel files with their own dev and test move too", "[pairs]") {
  const WorkFolder folder;
  for (const char* name : {"de", "en", "dev", "test", "n/x"}) {
    fs::create_directories((folder.work() / name).parent_path());
    folder.write(name, std::string(name) == "de"   ? "a b\nc d\n"
                       : std::string(name) == "en" ? "x y\nz w\n"
                                                   : "a d\tx w\n");
  }
  REQUIRE(folder
              .run(std::string("train --source de --target en --dev dev --test test --out r") +
                   small_run)
              .exit_code == 0);
  const auto scores = folder.run("eval --model r --json");
  for (const char* name : {"de", "en", "dev", "test"}) {
    fs::rename(folder.work() / name, folder.work() / "n" / name);
  }
  check_refused(folder.run("train --resume r"), 3, "names its pairs: de: cannot open");
  const auto mistyped = folder.run("train --resume r --source n/de --target n/no");
  check_refused(mistyped, 3, "attnviz: error: n/no: cannot open");
  // The others are looked for beside those that are named.
  CHECK(folder.run("train --resume r --source n/de --target n/en --quiet").exit_code == 0);
  CHECK(folder.run("train --resume r --test n/test --quiet").exit_code == 0);
  CHECK(folder.run("eval --model r --source n/de --target n/en --held-out --json").out ==
        scores.out);
  CHECK(folder.run("eval --model r --json").out == scores.out);
  check_refused(folder.run("train --resume r --source n/de --target n/de"), 3,
                "n/de and n/de: the pairs are not those that the model was trained on");
}

TEST_CASE("columns of a file are chosen", "[pairs]") {
  const WorkFolder folder;
  std::string text;
  std::istringstream lines(colors());
  for (std::string line; std::getline(lines, line);) text += line + "\tCC-BY 2.0 #1 (CM)\n";
  folder.write("tatoeba.tsv", text);
  const auto refused = folder.run("train --data tatoeba.tsv --out r");
  CHECK(refused.exit_code == 3);
  has(refused.err, "; column 3 is read as a gold alignment: --columns 1,2 leaves it out\n");
  const std::string train =
      std::string("train --data tatoeba.tsv --columns 1,2 --out r") + small_run;
  CHECK(folder.run(train).exit_code == 0);
  CHECK(folder.run("eval --model r").exit_code == 0);
  CHECK(folder.run("train --resume r --quiet").exit_code == 0);
  CHECK(folder.run("train --resume r --quiet --columns 1,2").exit_code == 0);
  check_refused(folder.run("train --resume r --columns 2,1"), 3, "the pairs are not those");
  has(folder.run("eval --model r --data tatoeba.tsv").err, "--columns 1,2 leaves it out\n");
  CHECK(folder.run("eval --model r --data tatoeba.tsv --columns 1,2").exit_code == 0);
  CHECK(folder.run("eval --model r --data tatoeba.tsv --columns 1,2 --held-out").exit_code == 0);
  check_refused(folder.run("eval --model r --columns 1,2"), 2, "--columns: has no use without");
  folder.write("ids.tsv", "1\ta\t2\tb\n");
  check_refused(folder.run("eval --model r --data ids.tsv"), 3,
                "got 4 columns; --columns 1,2 reads the first two");
}

TEST_CASE("files that are no text are named, with what helps", "[pairs]") {
  const WorkFolder folder;
  folder.write("p.tsv.gz", "\x1f\x8b\x08 and more");
  folder.write("p.utf16", std::string_view("\xff\xfe"
                                           "a\0\t\0b\0\n\0",
                                           10));
  check_refused(folder.run("train --data p.tsv.gz"), 3,
                "p.tsv.gz:1: expected text in UTF-8, got a gzip file; unpack it with `gunzip -c`");
  check_refused(folder.run("train --data p.utf16"), 3,
                "got text in UTF-16; convert it with `iconv -f UTF-16 -t UTF-8`");
  folder.write("s", "a\nb\n");
  check_refused(folder.run("train --source s --target p.tsv.gz"), 3, "p.tsv.gz:1: expected text");
}

TEST_CASE("what may not be meant as it is read is told", "[pairs]") {
  const WorkFolder folder;
  folder.write("p.tsv", "Source\tTarget\n\"a\"\t\"b\"\n\"c\"\t\"d\"\n<unk>\t</s> e\n");
  const std::string train = "train --steps 2 --hidden 4 --out r --force --data p.tsv";
  const auto noted = folder.run(train);
  has(noted.err,
      "note: p.tsv:4: \"<unk>\" is the label of a special symbol and is read as an unknown one, "
      "the "
      "first of 2 such symbols\n");
  has(noted.err, "note: p.tsv:1: looks like the names of the columns, but is read as a pair\n");
  CHECK(noted.err.find("double quotes") == std::string::npos);
  folder.write("p.tsv", "\"a\"\t\"b\"\n\"c\"\t\"d\"\n\"e\"\t\"f\"\r\n");
  has(folder.run(train).err,
      "note: every side is in double quotes, which are read as part of it\n");
  CHECK(folder.run(train + " --quiet").err.empty());
}

TEST_CASE("marks of punctuation are split off, and joined in answers", "[pairs]") {
  const WorkFolder folder;
  std::string text;
  for (int i = 0; i < 30; ++i) {
    const std::string word = "w" + std::to_string(i % 10);
    text += word + (i < 10 ? "." : i < 20 ? "!" : "?") + "\t(" + word + ").\n";
  }
  folder.write("p.tsv", text);
  const std::string run = std::string(" --steps 20 --hidden 8 --embedding 8 --attention-units 8 ");
  const auto result = folder.run("train --data p.tsv --split-punctuation --out r" + run);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  has(result.err, "; 13 source and 13 target symbols");
  const auto info = nlohmann::json::parse(folder.run("info r --json").out);
  CHECK(info.at("text").at("source").at("split_punctuation") == true);
  const auto answer = folder.run("predict --model r w3! --target '(w3).'");
  CHECK(answer.out.ends_with("\t(w3).\n"));
  CHECK(answer.err.empty());
  CHECK(folder.run("eval --model r").exit_code == 0);
  CHECK(folder.run("render --model r --out r.png").exit_code == 0);
  CHECK(folder.run("train --resume r --split-punctuation --quiet").exit_code == 0);
}

TEST_CASE("eval shows what is wrong", "[pairs]") {
  const WorkFolder folder;
  folder.write("p.tsv", colors());
  REQUIRE(folder.run(std::string("train --data p.tsv --out r") + small_run).exit_code == 0);
  const std::string pairs = "one red\tnever\x1b[31m\none red\tever\none blue\tno\n\nx\t<unk>\n";
  const auto text = folder.run("eval --model r --data - --wrong 2 --out all.jsonl", pairs);
  INFO(text.out);
  CHECK(text.exit_code == 0);
  has(text.err, "note: skipped 1 line with an empty side\n");
  has(text.err, "\"<unk>\" is the label of a special symbol and is read as an unknown one\n");
  has(text.out, "\n1 source has several right answers: any of them counts\n");
  has(text.out, "\nwrong answers, 2 of 3:\n\n  source  one red\n  right   never\\x1b[31m | ever\n");
  std::istringstream lines(folder.read("all.jsonl"));
  std::vector<nlohmann::json> all;
  for (std::string line; std::getline(lines, line);) all.push_back(nlohmann::json::parse(line));
  REQUIRE(all.size() == 3);
  CHECK(all[0].at("right") == std::vector<std::string>{"never\x1b[31m", "ever"});
  CHECK(all[1].at("source") == "one blue");
  CHECK(all[1].at("exact") == false);
  const auto json =
      nlohmann::json::parse(folder.run("eval --model r --data - --wrong 1 --json", pairs).out);
  CHECK(json.at("wrong").size() == 1);
  CHECK(json.at("several_answers") == 1);
  CHECK(json.at("examples") == 4);
  check_refused(folder.run("eval --model r --data p.tsv --out p.tsv"), 2,
                "--out: expected another file than \"p.tsv\" (--data), which is read");
  check_refused(folder.run("eval --model r --out r/model.safetensors"), 2,
                "--out: expected another");
  check_refused(folder.run("eval --model r --out -"), 2, "--out: expected a file");
  check_refused(folder.run("eval --model r --out /nowhere/x"), 4, "/nowhere");
  check_refused(folder.run("eval --model r --held-out"), 2,
                "--held-out: has no use without --data");
}

TEST_CASE("what eval reads is not replaced by --out", "[pairs]") {
  const WorkFolder folder;
  folder.write("p.tsv", colors());
  REQUIRE(folder.run(std::string("train --data p.tsv --out r") + small_run).exit_code == 0);
  fs::create_hard_link(folder.work() / "p.tsv", folder.work() / "other.tsv");
  fs::create_symlink("r/last.safetensors", folder.work() / "last");
  for (const char* out : {"p.tsv", "other.tsv", "last", "r/config.json", "r/metrics.jsonl"}) {
    INFO(out);
    const std::string before = folder.read(out);
    check_refused(folder.run(std::string("eval --model r --out ") + out), 2,
                  "--out: expected another file than ");
    CHECK(folder.read(out) == before);
  }
}

TEST_CASE("exact match of pairs is drawn by length", "[pairs]") {
  const WorkFolder folder;
  std::string text;
  for (const char* color : {"red", "blue", "green", "black", "white", "pink", "grey", "brown"}) {
    text += std::string(color) + "\tx\n";
    text += std::string("the ") + color + " one\tx\n";
  }
  folder.write("p.tsv", text);
  REQUIRE(folder.run(std::string("train --data p.tsv --out r") + small_run).exit_code == 0);
  CHECK(folder.run("render --curve r r --out c.png").exit_code == 0);
  CHECK(folder.run("render --curve r --count 1 --out c.svg").exit_code == 0);
  CHECK(folder.read("c.png").starts_with(png_signature));
  fs::remove(folder.work() / "p.tsv");
  check_refused(folder.run("render --curve r --out c.png"), 3,
                "r/model.safetensors names its pairs: p.tsv: cannot open");
}

TEST_CASE("eval of a task shows what is wrong", "[pairs]") {
  const auto result = trained_on_sort().run("eval --count 3 --wrong 5 --out all.jsonl");
  CHECK(result.exit_code == 0);
  has(result.out, "wrong answers, 3 of 3:\n\n  source  ");
  const auto first =
      nlohmann::json::parse(trained_on_sort()
                                .read("all.jsonl")
                                .substr(0, trained_on_sort().read("all.jsonl").find('\n')));
  std::string sorted = first.at("source");
  std::sort(sorted.begin(), sorted.end());
  CHECK(first.at("right") == std::vector<std::string>{sorted});
  check_refused(trained_on_sort().run("eval --data - --held-out", "21\t12\n"), 2,
                "--held-out: the model was not trained on pairs");
  check_refused(trained_on_sort().run("train --resume runs/sort --data p.tsv"), 2,
                "--data: is for pairs: the run that is resumed is one of a task");
}

}  // namespace
}  // namespace attnviz
