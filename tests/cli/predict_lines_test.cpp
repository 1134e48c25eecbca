// `attnviz predict` on lines: bad ones among them, from whoever waits for the answers, with given
// answers, and on a terminal.
#include <chrono>
#include <sstream>

#include "attnviz/error.h"
#include "base/utf8.h"
#include "cli/conversation.h"
#include "cli/run_program.h"
#include "infer/model_text.h"
#include "infer/small_model.h"
#include "json.h"
#include "model/checkpoint.h"

namespace attnviz {
namespace {

using namespace std::string_literals;
using Lines = std::vector<std::string>;

/// A folder with a small model that reverses the letters a to j, and one of pairs of words.
const WorkFolder& models() {
  static const WorkFolder folder;
  static const bool once = [] {
    const std::string sizes = " --steps 30 --hidden 8 --embedding 8 --attention-units 8 --quiet ";
    folder.write("pairs.tsv",
                 "one red\tred\ntwo red\tred red\none cat\tcat\ntwo cat\tcat cat\n"
                 "one caf\u00e9\tcaf\u00e9\ntwo caf\u00e9\tcaf\u00e9 caf\u00e9\none |||\t|||\n"
                 "two |||\t||| |||\none blue\tblue\ntwo blue\tblue blue\n");
    REQUIRE(
        folder.run("train --task reverse --alphabet abcdefghij --out letters" + sizes).exit_code ==
        0);
    REQUIRE(
        folder.run("train --data pairs.tsv --dev pairs.tsv --test pairs.tsv --out words" + sizes)
            .exit_code == 0);
    return true;
  }();
  static_cast<void>(once);
  return folder;
}

ProgramResult predict(const std::string& arguments, std::string_view input = "") {
  return models().run("predict " + arguments, input);
}

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// What the model answers to each alone, "" for "".
Lines answers_to(const std::string& model, const Lines& inputs) {
  Lines answers;
  for (const std::string& input : inputs) {
    std::string answer;
    if (!input.empty()) answer = predict("--model " + model + " --quiet -- '" + input + "'").out;
    if (answer.ends_with('\n')) answer.pop_back();
    answers.push_back(answer);
  }
  return answers;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// An input whose second, third, ... line has no answer, and the inputs that have one.
const std::string& bad_letters() {
  static const std::string text = "abcd\n\nabxd\n" + std::string(1001, 'a') +
                                  "\na\xff"
                                  "b\n" +
                                  std::string((1U << 20U) + 70'000, 'a') +
                                  "\na\0b\na\rb\n\u2028\n"
                                  "jihg\r\n   \nfeeb"s;
  return text;
}
const Lines good_letters{"abcd", "", "", "", "", "", "", "", "", "jihg", "", "feeb"};

}  // namespace

TEST_CASE("attnviz predict -: a line without an answer ends nothing") {
  const auto result = predict("--model letters -", bad_letters());
  INFO(result.err.substr(0, 4000));
  CHECK(result.exit_code == 1);
  CHECK(lines_of(result.out) == answers_to("letters", good_letters));
  const std::string start = "attnviz: note: standard input, line ";
  const std::vector<std::pair<std::string, std::string>> notes{
      {"2: ", "input: expected at least one character, got none"},
      {"3: ", "input \"abxd\": the model has never seen \"x\"; it knows \"abcdefghij\""},
      {"4: ", "input: expected at most 1000 characters, got 1001"},
      {"5: ", "input: byte 2 is not valid UTF-8"},
      {"6: ", "expected at most 1 MiB a line"},
      {"7: ", "input \"a\\x00b\": the model has never seen \"\\x00\"; it knows \"abcdefghij\""},
      {"8: ", "expected no carriage return inside a line"},
      {"9: ",
       "input \"\\u2028\": the model has never seen \"\\u2028\" (it is invisible); it knows"},
      {"11: ", "input \"   \": the model has never seen \" \"; it knows \"abcdefghij\""}};
  for (const auto& [place, reason] : notes) CHECK(has(result.err, start + place + reason));
  CHECK(result.err.ends_with("attnviz: error: 9 of 12 inputs have no answer\n"));
  CHECK(lines_of(result.err).size() == notes.size() + 1);

  const auto quiet = predict("--model letters --quiet -", bad_letters());
  CHECK(quiet.exit_code == 1);
  CHECK(quiet.out == result.out);
  CHECK(quiet.err == "attnviz: error: 9 of 12 inputs have no answer\n");
}

TEST_CASE("attnviz predict -: blank lines alone, an empty file, a mark at the start") {
  const auto blank = predict("--model letters -", "\n\n\n");
  CHECK(blank.exit_code == 1);
  CHECK(blank.out == "\n\n\n");
  CHECK(blank.err.ends_with("attnviz: error: 3 of 3 inputs have no answer\n"));
  CHECK(predict("--model letters -", "").output.empty());
  const auto marked = predict("--model letters --quiet -",
                              "\xef\xbb\xbf"
                              "abcd\n\xef\xbb\xbf\n");
  CHECK(lines_of(marked.out) == answers_to("letters", {"abcd", ""}));
  CHECK(marked.exit_code == 1);
}

TEST_CASE("attnviz predict: notes of many bad lines are cut, the count is not") {
  std::string input;
  for (int i = 0; i < 3000; ++i) input += i == 2500 ? "abcd\n" : "?\n";
  const auto result = predict("--model letters -", input);
  CHECK(result.exit_code == 1);
  REQUIRE(lines_of(result.out).size() == 3000);
  CHECK(lines_of(result.out)[2500] == answers_to("letters", {"abcd"})[0]);
  const Lines notes = lines_of(result.err);
  REQUIRE(notes.size() == 22);
  CHECK(notes[19].starts_with("attnviz: note: standard input, line 20: "));
  CHECK(notes[20] == "attnviz: note: further notes of this kind are left out");
  CHECK(notes[21] == "attnviz: error: 2999 of 3000 inputs have no answer");
}

TEST_CASE("attnviz predict: arguments are treated as lines, unless one stands alone") {
  const auto several = predict("--model letters abcd xyz dcba");
  CHECK(several.exit_code == 1);
  CHECK(lines_of(several.out) == answers_to("letters", {"abcd", "", "dcba"}));
  CHECK(has(several.err, "attnviz: note: input 2: input \"xyz\": the model has never seen \"x\""));
  CHECK(has(several.err, "attnviz: error: 1 of 3 inputs has no answer\n"));
  check_refused(predict("--model letters xyz"), 3,
                "error: input \"xyz\": the model has never seen");
  const auto strict = predict("--model letters --strict --quiet abcd xyz dcba");
  CHECK(strict.exit_code == 3);
  CHECK(lines_of(strict.out) == answers_to("letters", {"abcd"}));
}

TEST_CASE("attnviz predict: an entry in every format for an input without an answer") {
  const std::string input = "abcd\n\ndcba\n";
  const auto in_format = [&](const std::string& options) {
    const auto result = predict("--model letters --quiet " + options + " -", input);
    CHECK(result.exit_code == 1);
    return result.out;
  };
  const auto alone = [&](const std::string& options, const std::string& text) {
    return predict("--model letters --quiet " + options + " " + text).out;
  };
  CHECK(in_format("--alignment pharaoh") ==
        alone("--alignment pharaoh", "abcd") + "\n" + alone("--alignment pharaoh", "dcba"));
  CHECK(in_format("--alignment marian") ==
        alone("--alignment marian", "abcd") + " ||| \n" + alone("--alignment marian", "dcba"));
  const std::string nematus = in_format("--alignment nematus");
  CHECK(has(nematus, "\n\n1 |||  ||| -inf |||  ||| 0 0\n\n2 ||| "));
  for (const std::string options : {"--json", "--alignment json", "--json --logits"}) {
    INFO(options);
    const Lines maps = lines_of(in_format(options));
    REQUIRE(maps.size() == 3);
    CHECK(maps[2] + '\n' == alone(options, "dcba"));
    const auto missing = nlohmann::json::parse(maps[1]);
    CHECK(missing.at("source").empty());
    CHECK(missing.at("weights").empty());
    CHECK(missing.at("facts").at("input") == "2");
    CHECK(missing.at("facts").at("error") == "input: expected at least one character, got none");
    CHECK(missing.contains("logits") == has(options, "logits"));
  }
  const Lines best = lines_of(in_format("--beam 3 --n-best 2"));
  REQUIRE(best.size() == 5);
  CHECK(best[1].starts_with("1\t2\t"));
  CHECK(best[2] == "2\t1\t-inf\t");
  CHECK(best[3].starts_with("3\t1\t"));
  const std::string list = in_format("--beam 3 --n-best 2 --alignment marian");
  CHECK(has(list, "\n1 |||  |||  ||| F0= -inf ||| -inf\n2 ||| "));

  // their readers count the entry and name it when it is chosen
  in_format("--attention maps.jsonl");
  models().write("maps.marian", in_format("--alignment marian"));
  models().write("maps.nematus", nematus);
  for (const std::string file :
       {"maps.jsonl", "maps.marian --input-format marian", "maps.nematus --input-format nematus"}) {
    INFO(file);
    const std::string render = "render --out m.csv --matrix " + file + " --sentence ";
    CHECK(models().run(render + "3").exit_code == 0);
    CHECK(models().run(render + "2").exit_code == 3);
    CHECK(models().run(render + "1").exit_code == 0);
  }
  const auto none = predict("--model letters --attention none.json -", "\n");
  CHECK(none.exit_code == 1);
  CHECK(has(none.err, "attnviz: note: none.json: not written: no map\n"));
  CHECK_FALSE(models().has("none.json"));
}

TEST_CASE("attnviz predict: a symbol that a format cannot hold is one input without an answer") {
  const auto result = predict("--model words --alignment nematus -", "one red\none |||\none cat\n");
  CHECK(result.exit_code == 1);
  CHECK(has(result.err,
            "attnviz: note: standard input, line 2: symbol \"|||\": separates the fields of "
            "Nematus' format; expected none, or --alignment pharaoh, json or npz"));
  CHECK(has(result.out, "\n1 |||  ||| -inf |||  ||| 0 0\n\n2 ||| "));
  const auto strict =
      predict("--model words --strict --alignment nematus -", "one red\none |||\none cat\n");
  CHECK(strict.exit_code == 3);
  CHECK(strict.out.starts_with("0 ||| "));
  CHECK_FALSE(has(strict.out, "\n1 |||"));
}

TEST_CASE("attnviz predict -: whoever writes a line and waits gets its answer") {
  for (const std::string model : {"letters", "words"}) {
    const Lines inputs =
        model == "letters" ? Lines{"abcd", "", "jihg"} : Lines{"one red", "", "cat"};
    const Lines expected = answers_to(model, inputs);
    Conversation program(models().work(), {"predict", "--quiet", "--model", model, "-"});
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      REQUIRE(program.write(inputs[i] + '\n'));
      CHECK(program.read_line() == expected[i]);
    }
    // the rest of a line comes later, and what was complete does not wait for it
    REQUIRE(program.write(inputs[0] + '\n' + inputs[2].substr(0, 2)));
    CHECK(program.read_line() == expected[0]);
    REQUIRE(program.write(inputs[2].substr(2)));
    program.end_input();
    CHECK(program.read_line() == expected[2]);
    CHECK(program.read_all().empty());
    CHECK(program.finish() == 1);
  }
}

TEST_CASE("attnviz predict -: a batch is the same in pieces and as a whole") {
  std::string input;
  Lines words;
  for (int i = 0; i < 5000; ++i) {
    std::string& word = words.emplace_back();
    for (const char digit : std::to_string(i)) word += static_cast<char>('a' + (digit - '0'));
    input += word + '\n';
  }
  const auto whole = predict("--model letters --quiet -", input);
  CHECK(lines_of(whole.out).size() == words.size());
  Conversation program(models().work(), {"predict", "--quiet", "--model", "letters", "-"});
  std::string answers;
  constexpr std::size_t piece = 1357;
  for (std::size_t first = 0, lines = 0; first < input.size(); first += piece) {
    const std::string part = input.substr(first, piece);
    REQUIRE(program.write(part));
    for (auto n = std::count(part.begin(), part.end(), '\n'); n > 0; --n, ++lines) {
      answers += program.read_line() + '\n';
    }
  }
  CHECK(answers == whole.out);
  CHECK(program.finish() == 0);
}

TEST_CASE("attnviz predict: input or output without an end") {
  const auto zeros = predict("--model letters --quiet - < /dev/zero");
  CHECK(zeros.exit_code == 3);
  CHECK(zeros.out == "\n");
  CHECK(zeros.err ==
        "attnviz: error: standard input, line 1: expected the end of the line within 1 GiB, got "
        "none\n");
  const auto early = models().run("tasks > /dev/null; yes abcd | '" ATTNVIZ_PROGRAM
                                  "' predict --quiet --model letters - | head -3");
  CHECK(lines_of(early.out) == Lines(3, answers_to("letters", {"abcd"})[0]));
}

TEST_CASE("attnviz predict --data: the attention of given answers, line by line") {
  const std::string pairs =
      "one red\tred\ntwo cat\tcat cat\t0 0\n\none blue\none blue\t\n\tred\n"
      "two dog\tcat red\r\nred\ta\tb\tc";
  models().write("given.tsv", pairs);
  const auto result = predict("--model words --data given.tsv");
  INFO(result.err);
  CHECK(result.exit_code == 1);
  const Lines lines = lines_of(result.out);
  REQUIRE(lines.size() == 8);
  const auto given = [](const std::string& input, const std::string& target) {
    const std::string out =
        predict("--quiet --model words '" + input + "' --target '" + target + "'").out;
    return out.substr(0, out.size() - 1);
  };
  CHECK(lines[0] == given("one red", "red"));
  CHECK(lines[1] == given("two cat", "cat cat"));
  for (const std::size_t bad : {2U, 3U, 4U, 5U}) CHECK(lines[bad].empty());
  CHECK(lines[6] == given("two dog", "cat red"));
  CHECK(lines[7] == given("red", "a"));
  CHECK(has(result.err, "attnviz: note: given.tsv:2: columns after the second are left out\n"));
  CHECK(has(result.err, "attnviz: note: given.tsv:3: expected source TAB target, got no TAB"));
  CHECK(
      has(result.err, "attnviz: note: given.tsv:5: target: expected at least one word, got none"));
  CHECK(has(result.err, "attnviz: note: given.tsv:6: input: expected at least one word, got none"));
  CHECK(has(result.err, "attnviz: note: given.tsv:7: the model has never seen \"dog\"; read as"));
  CHECK(has(result.err, "attnviz: note: given.tsv:8: target: the model has never seen \"a\""));
  CHECK(result.err.ends_with("attnviz: error: 4 of 8 inputs have no answer\n"));
  CHECK(predict("--model words --data -", pairs).out == result.out);
  check_refused(predict("--model words --data - --strict", "red\n"), 3,
                "standard input, line 1: expected source TAB target, got no TAB");

  const auto links =
      predict("--quiet --model words --alignment pharaoh --attention g.jsonl --data -",
              "two cat\tcat cat\n\none red\tred\n");
  CHECK(lines_of(links.out).size() == 3);
  const Lines maps = lines_of(models().read("g.jsonl"));
  REQUIRE(maps.size() == 3);
  CHECK(nlohmann::json::parse(maps[0]).at("target") ==
        std::vector<std::string>{"cat", "cat", "</s>"});
  CHECK(nlohmann::json::parse(maps[0]).at("facts").contains("log_probability"));
  for (const std::string format : {"marian", "nematus", "json"}) {
    INFO(format);
    const auto out =
        predict("--quiet --model words --alignment " + format + " --data -", "one red\tred\n");
    CHECK(out.exit_code == 0);
    CHECK(has(out.out, "red"));
  }
}

TEST_CASE("attnviz predict: lengths that training did not have are noted once") {
  const auto letters = predict("--model letters -", "abcd\na\nabcdefghijabcdef\n");
  CHECK(letters.exit_code == 0);
  const std::string message =
      "attnviz: note: standard input, line 2: the model was trained on inputs of 4 to 12 symbols; "
      "this one has 1, so the answer may be wrong\n";
  CHECK(has(letters.err, message));
  CHECK(letters.err.find("trained on") == letters.err.rfind("trained on"));
  CHECK_FALSE(has(predict("--quiet --model letters a").err, "trained on"));
  CHECK(has(predict("--model words 'one two red'").err,
            "attnviz: note: the model was trained on inputs of 2 symbols; this one has 3,"));
  CHECK_FALSE(has(predict("--model words 'one red'").err, "trained on"));
  CHECK(has(models().run("render --model letters --input abc --out m.png").err,
            "attnviz: note: --input: the model was trained on inputs of 4 to 12 symbols"));
}

TEST_CASE("attnviz predict: an answer of unusual probability is noted") {
  Model model = small_model();
  model.metadata["scores"] = R"({"examples":2000,"exact_match":1,"least_log_probability":-1e-9})";
  const WorkFolder folder;
  folder.write("m", write_model(model));
  const std::string note = " is less probable than every right one in the final test of training";
  const auto lines = folder.run("predict --model m -", "abcd\n\nabcde\n");
  CHECK(has(lines.err, "attnviz: note: standard input, line 1: the answer \""));
  CHECK(has(lines.err, "attnviz: note: standard input, line 3: the answer \""));
  CHECK(has(lines.err, note));
  CHECK_FALSE(has(folder.run("predict --model m abcd --quiet").err, note));
  CHECK_FALSE(has(folder.run("predict --model m abcd --target dcba").err, note));
}

TEST_CASE("attnviz predict: what looks the same is told apart") {
  const auto result = predict("--model words -", "two ca\u200bt\ntwo cat\u00ad\ntwo cafe\u0301\n");
  CHECK(result.exit_code == 0);
  const std::string start = "attnviz: note: standard input, line ";
  CHECK(has(result.err, start + "1: the model has never seen \"ca\\u200bt\" (without U+200B it is "
                                "known); read as <unk>\n"));
  CHECK(has(result.err, start + "2: the model has never seen \"cat\\u00ad\" (without U+00AD it is "
                                "known); read as <unk>\n"));
  CHECK(has(result.err, start + "3: the model has never seen \"cafe\\u0301\" (its composed form is "
                                "known); read as <unk>\n"));
  check_refused(predict("--model letters 'ab\u00adc'"), 3,
                "input \"ab\\u00adc\": the model has never seen \"\\u00ad\" (it is invisible)");
}

TEST_CASE("attnviz predict: a file's name is a text, with a hint") {
  models().write("it's a file.txt", "abcd\n");
  const auto named = predict("--model words pairs.tsv");
  CHECK(named.exit_code == 0);
  CHECK(
      named.err.starts_with("attnviz: note: \"pairs.tsv\" is taken as a text; for the lines of "
                            "this file: attnviz predict "
                            "--model words - < pairs.tsv, for its pairs: attnviz predict --model "
                            "words --data pairs.tsv\n"));
  const auto quoted = predict("--model letters \"it's a file.txt\"");
  CHECK(quoted.exit_code == 3);
  CHECK(has(quoted.err, "attnviz predict --model letters - < 'it'\\''s a file.txt'\n"));
  models().write("line\nbreak", "");
  CHECK(has(predict("--model letters \"$(printf 'line\\nbreak')\"").err,
            "attnviz predict --model letters - < $'line\\nbreak'\n"));
  CHECK(has(predict("--model letters abcd --attention=-map.json").err,
            "next: attnviz render --matrix ./-map.json --out heat.png\n"));
  CHECK(has(predict("--model letters abcd --attention 'a map.json'").err,
            "next: attnviz render --matrix 'a map.json' --out heat.png\n"));
}

TEST_CASE("attnviz predict: a terminal gets no control characters, a pipe the same bytes") {
  // Whatever it is given, this model answers with the only symbol it has.
  Model model = small_model();
  const std::string symbol =
      "\x1b]0;owned\x07\u202e\u009b"
      "1m";
  model.metadata = {{"text", text_to_json({.source = {Unit::word, false, false},
                                           .target = {Unit::word, false, false},
                                           .longest = 3,
                                           .takes_unknown = true,
                                           .sample = "a"})}};
  std::vector<std::string> symbols = model.target.symbols();
  symbols[0] = symbol;
  model.target = Vocabulary(symbols);
  model.source = Vocabulary(symbols);
  model.weights.decoder.readout.b[Vocabulary::reserved] = 1000;
  const WorkFolder folder;
  folder.write("m", write_model(model));
  const std::string answer = symbol + ' ' + symbol + ' ' + symbol;
  CHECK(folder.run("predict --quiet --model m a").out == answer + '\n');
  const auto is_unsafe = [](const std::string& text) {
    for (const char32_t c : code_points(text)) {
      if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || (c >= 0x7f && c < 0xa0) ||
          c == 0x202e) {
        return true;
      }
    }
    return false;
  };
  CHECK(is_unsafe(folder.run("predict --quiet --model m a").out));
  for (const Lines& options :
       {Lines{}, Lines{"--json"}, Lines{"--show"}, Lines{"--alignment", "marian"},
        Lines{"--alignment", "nematus"}, Lines{"--alignment", "json"}, Lines{"--target", symbol},
        Lines{"--beam", "2", "--n-best", "2"}}) {
    Lines arguments{"predict", "--model", "m", "x " + symbol};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Conversation program(folder.work(), arguments, Conversation::Output::terminal);
    const std::string shown = program.read_all();
    INFO(printable(shown, no_limit));
    CHECK_FALSE(is_unsafe(shown));
    CHECK(shown.size() > 20);
  }
  for (const std::string arguments : {"info", "info --json"}) {
    INFO(arguments);
    Lines words{"info", "m"};
    if (arguments != "info") words.emplace_back("--json");
    Conversation program(folder.work(), words, Conversation::Output::terminal);
    CHECK_FALSE(is_unsafe(program.read_all()));
  }
}

TEST_CASE("a model whose vocabulary would break lines is refused, with its entry") {
  TensorFile file = read_safetensors(write_model(small_model()), "m");
  const WorkFolder folder;
  for (const std::string key : {"source_symbols", "target_symbols"}) {
    for (const char* symbol : {R"(k\n)", R"(k\u0000)", R"(k\u2028)"}) {
      INFO(key << ' ' << symbol);
      TensorFile changed = file;
      std::string& list = changed.metadata[key];
      list.replace(list.find("\"k\""), 3, '"' + std::string(symbol) + '"');
      folder.write("m", write_safetensors(changed));
      check_refused(folder.run("predict --model m abcd"), 3, "m: " + key + ": vocabulary: \"k\\");
      check_refused(folder.run("info m"), 3, "holds a line break or NUL");
    }
  }
}

#ifndef ATTNVIZ_SANITIZED  // takes minutes
TEST_CASE("maps without room in a file take nothing from the answers, nor from those that have") {
  constexpr std::size_t inputs = 30;  // of 13 MB each
  std::string side = "red";
  for (int i = 1; i < 1000; ++i) side += " red";
  std::string lines;
  for (std::size_t i = 0; i < inputs; ++i) lines += side + '\t' + side + '\n';
  const auto result = predict("--model words --data - --attention many.jsonl --quiet", lines);
  CHECK(result.exit_code == 5);
  CHECK(lines_of(result.out).size() == inputs);
  const std::string maps = models().read("many.jsonl");
  std::filesystem::remove(models().work() / "many.jsonl");
  CHECK(maps.size() <= std::size_t{1} << 28U);
  CHECK(maps.ends_with("}\n"));
  CHECK(result.err ==
        "attnviz: error: --attention: expected at most 256 MiB of maps, got more: "
        "many.jsonl holds those of the first " +
            std::to_string(std::count(maps.begin(), maps.end(), '\n')) + " of 30 inputs\n");
}
#endif

TEST_CASE("weights whose numbers are not finite are refused by every command that uses them") {
  Model model = small_model();
  Seq2SeqWeights::visit([](std::string_view, auto& tensor) { tensor.setConstant(3e38F); },
                        model.weights);
  const WorkFolder folder;
  folder.write("big.safetensors", write_model(model));
  const std::string message =
      "big.safetensors: its weights give numbers that are not finite: the attention of output "
      "symbol 1";
  for (const std::string arguments :
       {"predict --model big.safetensors abcd", "predict --model big.safetensors abcd --json",
        "predict --model big.safetensors abcd --beam 3 --n-best 2",
        "predict --model big.safetensors abcd --alignment pharaoh",
        "predict --model big.safetensors abcd --attention m.jsonl --show",
        "predict --model big.safetensors abcd --target dcba", "eval --model big.safetensors",
        "render --model big.safetensors --input abcd --out m.png", "info big.safetensors",
        "predict --model big.safetensors -"}) {
    INFO(arguments);
    check_refused(folder.run(arguments, "abcd\nefgh\n"), 3, message);
  }
  CHECK_FALSE(folder.has("m.png"));
  CHECK_FALSE(folder.has("m.jsonl"));
}

}  // namespace attnviz
