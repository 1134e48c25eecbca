// Sentence pairs from file to picture, by the program as a user runs it.
#include <algorithm>
#include <sstream>

#include "cli/run_program.h"
#include "json.h"

namespace attnviz {
namespace {

constexpr const char* small_pairs =
    " --steps 40 --hidden 8 --embedding 8 --attention-units 8 --quiet ";

/// Counting words: "two red" -> "red red", with gold.
std::string some_pairs() {
  std::string text;
  for (const char* color : {"red", "blue", "green", "black", "white"}) {
    const std::string c = color;
    text += "one " + c + "\t" + c + "\t1\n";
    text += "two " + c + "\t" + c + " " + c + "\t0,1 0?,1\n";
    text += c + " two\t" + c + " " + c + "\t0 0\n";
  }
  return text;
}

const WorkFolder& trained() {
  static const WorkFolder folder;
  static const bool once = [] {
    folder.write("pairs.tsv", some_pairs());
    const auto result = folder.run(std::string("train --data pairs.tsv --out m") + small_pairs);
    INFO(result.output);
    REQUIRE(result.exit_code == 0);
    return true;
  }();
  static_cast<void>(once);
  return folder;
}

TEST_CASE("a model of pairs is trained, asked, measured and drawn", "[pairs]") {
  const WorkFolder& folder = trained();
  CHECK(folder.has("m/model.safetensors"));
  const auto answers = folder.run("predict --model m --quiet -", "two red\none blue\n");
  CHECK(answers.exit_code == 0);
  CHECK(std::count(answers.out.begin(), answers.out.end(), '\n') == 2);
  const auto scores = folder.run("eval --model m --data pairs.tsv --json");
  CHECK(scores.exit_code == 0);
  for (const char* key : {"exact_match", "error_rate", "bleu", "confidence", "alignment_error_rate",
                          "gold_mass", "by_length"}) {
    CHECK(scores.out.find('"' + std::string(key) + '"') != std::string::npos);
  }
  CHECK(folder.run("eval --model m --data pairs.tsv --beam 3 --by-length").exit_code == 0);
  CHECK(folder.run("eval --model m --data - --min-exact 1", "one red\tnever\n").exit_code == 1);
  CHECK(folder.run("render --model m --input 'two red' 'one blue' --out p.png").exit_code == 0);
  CHECK(folder.run("render --model m --out sample.png").exit_code == 0);
  CHECK(folder.run("render --model m --gold --out gold.png")
            .err.starts_with("attnviz: note: --gold: no true alignment is known here\n"));
  CHECK(folder.read("p.png").starts_with("\x89PNG"));
  CHECK(folder.run("info m --json").out.find("\"unit\":\"word\"") != std::string::npos);
}

TEST_CASE("a run of pairs resumes to the same bytes", "[pairs]") {
  const WorkFolder& folder = trained();
  const std::string once = folder.read("m/model.safetensors");
  const std::string data = std::string("train --data pairs.tsv") + small_pairs;
  CHECK(folder.run(data + "--out again --force").exit_code == 0);
  CHECK(folder.read("again/model.safetensors") == once);
  CHECK(folder.run("train --resume again --quiet").exit_code == 0);
  CHECK(folder.read("again/model.safetensors") == once);
  CHECK(folder.run("train --resume again --steps 60 --quiet").exit_code == 0);
  CHECK(folder.run("train --resume again --data pairs.tsv --tokens word --max-length 100 --quiet")
            .exit_code == 0);
  for (const auto& [option, message] : std::vector<std::pair<std::string, std::string>>{
           {"--seed 99", "--seed: expected 1, as in the run that is resumed, got 99"},
           {"--lower", "--lower: expected false, as in the run that is resumed, got true"},
           {"--nfc", "--nfc: expected false, as in the run that is resumed, got true"},
           {"--tokens char", "--source-tokens: expected \"word\", as in the run"},
           {"--target-tokens char", "--target-tokens: expected \"word\", as in the run"},
           {"--split-punctuation", "--split-punctuation: expected false, as in the run"},
           {"--min-count 2", "--min-count: expected 1, as in the run"},
           {"--max-vocabulary 5", "--max-vocabulary: expected 0, as in the run"},
           {"--source pairs.tsv", "--source: needs --target"},
           {"--recipe sort", "--recipe: has no use with --resume"},
           {"--epochs 7", "--epochs: has no use with --resume"},
           {"--task reverse", "--task: the run that is resumed is one of pairs"},
           {"--max-length 3", "--max-length: expected 100, as in the run that is resumed, got 3"},
           {"--dropout 0.5", "--dropout: expected 0.0, as in the run that is resumed, got 0.5"}}) {
    INFO(option);
    check_refused(folder.run("train --resume again --quiet " + option), 2, message);
  }
  folder.write("other.tsv", some_pairs() + "a\tb\n");
  CHECK(folder.run("train --data other.tsv --out other" + std::string(small_pairs)).exit_code == 0);
  folder.write("other.tsv", some_pairs() + "a\tc\n");
  check_refused(folder.run("train --resume other --quiet"), 3,
                "other.tsv: the pairs are not those that the model was trained on");
}

TEST_CASE("a model of pairs is trained on with other pairs", "[pairs]") {
  const WorkFolder& folder = trained();
  folder.write("few.tsv", "two red\tred red\none blue\tblue\none red\tred\nzebra blue\tblue\n");
  const std::string train = "train --data few.tsv --init-from m --steps 5 --quiet ";
  CHECK(folder.run(train + "--out on").exit_code == 0);
  // The symbols are those of the model.
  CHECK(folder.run("predict --model on zebra").err.find("never seen \"zebra\"") !=
        std::string::npos);
  check_refused(folder.run(train + "--hidden 9 --out x"), 2, "--hidden: expected 8, as in m");
  check_refused(folder.run(train + "--tokens char --out x"), 2,
                "--tokens: expected how m reads, or nothing");
  check_refused(folder.run(train + "--min-count 2 --out x"), 2,
                "--min-count: has no use with --init-from");
  check_refused(folder.run(train + "--min-count 1 --out x"), 2,
                "--min-count: has no use with --init-from");
  check_refused(folder.run(train + "--split-punctuation --out x"), 2,
                "--tokens: expected how m reads, or nothing");
  CHECK(folder.run(train + "--tokens word --out y").exit_code == 0);
}

TEST_CASE("answers that are given have a probability and a picture", "[pairs]") {
  const WorkFolder& folder = trained();
  const auto given = folder.run("predict --model m 'two red' --target 'red red'");
  CHECK(given.exit_code == 0);
  CHECK(given.out.ends_with("\tred red\n"));
  CHECK(given.out.starts_with("-"));
  CHECK(folder.run("render --model m --input 'two red' --target 'red red' --out f.png").exit_code ==
        0);
  check_refused(folder.run("predict --model m a b --target c"), 2,
                "--target: expected one for each input, 2, got 1");
  check_refused(folder.run("predict --model m - --target c"), 2,
                "--target: expected inputs on the command line, got - for standard input");
  check_refused(folder.run("predict --model m a --target c --replace-unk"), 2,
                "--target excludes --replace-unk");
  check_refused(folder.run("predict --model m a --target c --json --logits"), 2,
                "--target excludes --logits");
}

TEST_CASE("the best answers are listed with their rank", "[pairs]") {
  const auto list = trained().run("predict --model m --beam 4 --n-best 3 --quiet 'two red'");
  CHECK(list.exit_code == 0);
  CHECK(std::count(list.out.begin(), list.out.end(), '\n') == 3);
  CHECK(list.out.starts_with("1\t1\t-"));
  const auto json = trained().run("predict --model m --beam 4 --n-best 3 --quiet --json 'two red'");
  std::istringstream lines(json.out);
  int rank = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto facts = nlohmann::json::parse(line).at("facts");
    CHECK(facts.at("rank") == std::to_string(++rank));
    CHECK(facts.at("log_probability").get<std::string>().starts_with("-"));
  }
  CHECK(rank == 3);
  check_refused(trained().run("predict --model m --beam 2 --n-best 3 red"), 2,
                "--n-best: expected at most --beam, 2, got 3");
  for (const char* format : {"npz", "json", "pharaoh"}) {
    check_refused(trained().run("predict --model m --beam 3 --n-best 3 red --alignment " +
                                std::string(format)),
                  2, std::string("--alignment: ") + format + " holds one answer an input");
  }
  for (const char* ending : {"npz", "json", "csv"}) {
    check_refused(trained().run("predict --model m --beam 3 --n-best 3 red --attention n." +
                                std::string(ending)),
                  2,
                  std::string("--attention: a .") + ending + " file holds one map; with --n-best");
  }
  const auto marian = trained().run(
      "predict --model m --beam 3 --n-best 3 red --quiet --alignment marian > n.marian");
  CHECK(marian.exit_code == 0);
  CHECK(trained()
            .run("render --matrix n.marian --input-format marian --sentence 3 --out n.png")
            .exit_code == 0);
}

TEST_CASE("alignments are printed in the formats of other programs", "[pairs]") {
  const WorkFolder& folder = trained();
  const std::string predict = "predict --model m --quiet 'two red' --target 'red red' ";
  const std::string ask = predict + "--alignment ";
  CHECK(folder.run(ask + "pharaoh").exit_code == 0);
  const auto map = nlohmann::json::parse(folder.run(predict + "--json").out);
  for (const char* format : {"marian", "nematus", "json", "npz"}) {
    INFO(format);
    CHECK(folder.run(ask + format + " > a." + format).exit_code == 0);
    const std::string given = std::string(format) == "npz" || std::string(format) == "json"
                                  ? ""
                                  : std::string(" --input-format ") + format;
    const auto drawn =
        folder.run(std::string("render --matrix a.") + format + given + " --out back.json");
    INFO(drawn.output);
    REQUIRE(drawn.exit_code == 0);
    const auto back = nlohmann::json::parse(folder.read("back.json"));
    CHECK(back.at("weights") == map.at("weights"));
    CHECK(back.at("target") == map.at("target"));
    // Marian's format has no input labels.
    if (std::string(format) != "marian") CHECK(back.at("source") == map.at("source"));
  }
  check_refused(folder.run("predict --model m --alignment npz --quiet red blue"), 2,
                "npz holds one map");
}

TEST_CASE("words the model does not know are reported", "[pairs]") {
  const auto result = trained().run("predict --model m 'two zebra'");
  CHECK(result.exit_code == 0);
  CHECK(result.err.find("never seen \"zebra\"; read as <unk>") != std::string::npos);
  const auto drawn =
      trained().run("render --model m --input 'two zebra' --target 'zebra lion' --out z.png");
  CHECK(drawn.err.starts_with(
      "attnviz: note: --input: the model has never seen \"zebra\"; read as <unk>\n"
      "attnviz: note: --target: the model has never seen \"zebra\", \"lion\"; read as <unk>\n"));
}

TEST_CASE("eval without pairs measures those held out to test with", "[pairs]") {
  const WorkFolder& folder = trained();
  const auto result = folder.run("eval --model m --json");
  INFO(result.output);
  CHECK(result.exit_code == 0);
  CHECK(result.err ==
        "attnviz: note: measured on the 2 pairs of pairs.tsv that were held out to "
        "test with\n");
  const auto scores = nlohmann::json::parse(result.out);
  const auto info = nlohmann::json::parse(folder.run("info m --json").out);
  CHECK(scores.at("examples") == 2);
  CHECK(scores.at("exact_match") == info.at("scores").at("exact_match"));
  CHECK(scores.at("token_accuracy") == info.at("scores").at("token_accuracy"));
  for (const char* useless : {"--count 5", "--seed 3", "--data pairs.tsv --count 5"}) {
    check_refused(folder.run(std::string("eval --model m ") + useless), 2,
                  "has no use with pairs, which are all measured");
  }
  const WorkFolder elsewhere;
  elsewhere.write("model.safetensors", folder.read("m/model.safetensors"));
  check_refused(elsewhere.run("eval --model model.safetensors"), 3, "pairs.tsv: cannot open");
  elsewhere.write("pairs.tsv", some_pairs() + "a\tb\n");
  check_refused(elsewhere.run("eval --model model.safetensors"), 3,
                "pairs.tsv: the pairs are not those that the model was trained on");
}

TEST_CASE("eval refuses a pair with its line", "[pairs]") {
  const WorkFolder& folder = trained();
  std::string longer;
  for (int i = 0; i < 1001; ++i) longer += "red ";
  check_refused(folder.run("eval --model m --data -", "one red\tred\n" + longer + "\tred\n"), 5,
                "standard input, line 2: source: expected at most 1000 words, got 1001");
  check_refused(folder.run("eval --model m --data -", "red\t" + longer + "\n"), 5,
                "standard input, line 1: target: expected at most 1000 words, got 1001");
  check_refused(folder.run("predict --model m red --target \"$(yes red | head -1001 | xargs)\""), 5,
                "target: expected at most 1000 words, got 1001");
}

TEST_CASE("ten faults of a file are ten lines", "[pairs]") {
  const WorkFolder folder;
  const std::vector<std::pair<std::string, std::string>> faults{
      {"no tab 0", ": column 9: expected source TAB target, or these and TAB gold, got 1 column"},
      {"a\tb\t0\t0",
       ": column 7: expected source TAB target, or these and TAB gold, got 4 columns"},
      {"a\rb\tc", ": column 2: expected no carriage return inside a line"},
      {"a;b", ": column 4: expected source TAB target, or these and TAB gold, got 1 column; there"},
      {"a\xff\tb", ": column 2: expected UTF-8, got the byte \\xff"},
      {"a\tb\t1", ": column 5: gold of target symbol 1: expected - or source positions in 0..0"},
      {"a\tb\t0 0", ": column 5: gold: expected 1 entries, one a target symbol, got 2"},
      {"a c\tb\t0,0", ": column 7: gold of target symbol 1: expected each position once"},
      {"a\tb\tx", ": column 5: gold of target symbol 1: expected - or source"},
      {"a\tb\t", ": column 5: gold: expected 1 entries, one a target symbol, got 0"}};
  std::string text = some_pairs();
  for (const auto& [line, message] : faults) text += line + '\n';
  folder.write("bad.tsv", text + "an eleventh\n");
  const auto result = folder.run("train --data bad.tsv --quiet");
  CHECK(result.exit_code == 3);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 10);
  std::istringstream told(result.err);
  std::string line;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    REQUIRE(std::getline(told, line));
    INFO(line);
    CHECK(line.starts_with("attnviz: error: bad.tsv:" + std::to_string(16 + i) + faults[i].second));
  }
  CHECK(line.ends_with("; column 3 is read as a gold alignment: --columns 1,2 leaves it out"));
  CHECK_FALSE(folder.has("runs"));
}

TEST_CASE("what was left out is reported", "[pairs]") {
  const WorkFolder folder;
  folder.write("s", "a b c\na\na\na\na\n\n");
  folder.write("t", "x\nx\nx\nx\nx\nx\n");
  folder.write("dev", "a c\tx\n");
  const std::string train = "train --source s --target t --max-length 2 --steps 2 --hidden 4 ";
  const auto result = folder.run(train + "--min-count 2 --dev dev --test dev --out m");
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.err.find("skipped 1 pair with a side of more than 2 symbols") != std::string::npos);
  CHECK(result.err.find("note: skipped 1 line with an empty side\n") != std::string::npos);
  CHECK(result.err.find("read pairs: 4 to train on, 1 to validate, 1 to test; 1 source and 1") !=
        std::string::npos);
  CHECK(result.err.find("note: read as <unk>: source symbols, 50.00 % in validation, 50.00 % in "
                        "test\n") != std::string::npos);
  const auto json = folder.run(train + "--min-count 2 --dev dev --test dev --out j --json --quiet");
  CHECK(nlohmann::json::parse(json.out).at("unknown") ==
        nlohmann::json{{"validation_source", 0.5}, {"test_source", 0.5}});
  check_refused(folder.run(train + "--min-count 5 --dev dev --test dev --out n --quiet"), 3,
                "source symbols: expected one that occurs at least 5 times in the training pairs, "
                "got at most 4 of one, \"a\"; lower --min-count");
  CHECK_FALSE(folder.has("n"));
}

TEST_CASE("options of pairs that do not fit are refused", "[pairs]") {
  const WorkFolder folder;
  folder.write("p", "a\tb\n");
  check_refused(folder.run("train --source p"), 2, "--source: needs --target");
  check_refused(folder.run("train --data p --task reverse"), 2, "--data: takes no --task");
  check_refused(folder.run("train --data p --task all"), 2, "--data: takes no --task");
  check_refused(folder.run("train --data -", "a\tb\n"), 2,
                "--data: expected files that can be opened again by their names, got -");
  check_refused(folder.run("train --data p --epochs 2 --steps 3"), 2, "--steps excludes --epochs");
  for (const char* option :
       {"--dev p", "--test p", "--tokens word", "--lower", "--nfc", "--min-count 2",
        "--max-vocabulary 9", "--epochs 3", "--recipe sort", "--bucket 2", "--batch-tokens 100",
        "--columns 1,2", "--split-punctuation", "--min-count 1", "--copy"}) {
    INFO(option);
    const std::string name = std::string(option).substr(0, std::string(option).find(' '));
    check_refused(folder.run(std::string("train --task reverse ") + option), 2,
                  name + ": is for pairs: expected --data, or --source and --target");
  }
  check_refused(folder.run("train --data p --tokens letters"), 2, "--tokens: expected one of");
  check_refused(folder.run("train --data nothing.tsv"), 3, "nothing.tsv: cannot open");
  check_refused(
      folder.run("train --data p"), 3,
      "p: expected at least one pair to train on (1 held out to validate with), got none; "
      "name a file of them with --dev");
  folder.write("two", "a\tb\nc\td\n");
  check_refused(folder.run("train --data two"), 3,
                "(1 held out to validate with, 1 held out to test with), got none; name a file of "
                "them with --dev and --test");
  check_refused(folder.run("train --data p --columns 1,1"), 2,
                "--columns: expected two or three different numbers in 1..1000, as in 1,2, got");
  check_refused(folder.run("train --source p --target p --columns 1,2"), 2,
                "--columns: has no use with --source and --target");
  check_refused(folder.run("train --data p --tokens char --split-punctuation"), 2,
                "--split-punctuation: has no use with characters");
}

}  // namespace
}  // namespace attnviz
