#include "infer/predict.h"

#include "attnviz/error.h"
#include "base/grapheme.h"
#include "base/utf8.h"
#include "catch.h"
#include "infer/small_model.h"

using namespace attnviz;

TEST_CASE("a map has a row for every answered symbol and a column for every input, END last",
          "[predict]") {
  const Model model = small_model();
  const std::vector<std::vector<std::string>> sources = {split_characters("monojitcnn"),
                                                         split_characters("abcd")};
  const auto predictions = predict(model, sources);
  REQUIRE(predictions.size() == 2);
  for (std::size_t k = 0; k < 2; ++k) {
    const AttentionMap& map = predictions[k].map;
    CHECK(map.columns() == sources[k].size() + 1);
    CHECK(map.source.back() == "</s>");
    CHECK(map.rows() == predictions[k].answer.size() + (predictions[k].ended ? 1 : 0));
    CHECK(map.weights.size() == map.rows() * map.columns());
    CHECK(map.gold.size() == map.rows());
    CHECK(map.expected.size() == map.rows());
    CHECK(map.expected[0] == sources[k].back());  // reverse
  }
}

TEST_CASE("an END that comes too soon has no gold, though the right answer goes on", "[predict]") {
  Model model = small_model();
  model.weights.decoder.readout.b[Vocabulary::end] = 1000;
  const std::vector<std::vector<std::string>> sources = {split_characters("abc")};
  const AttentionMap map = predict(model, sources)[0].map;
  CHECK(map.target == std::vector<std::string>{"</s>"});
  CHECK(map.gold == GoldAlignment(1));
  CHECK(map.expected == std::vector<std::string>{"c"});  // reverse
}

TEST_CASE("inputs that a model cannot read are refused by name", "[predict]") {
  const Model model = small_model();
  const SourceReader reader(model);
  CHECK(reader.read("abc").symbols == std::vector<std::string>{"a", "b", "c"});
  CHECK_THROWS_AS(reader.read(""), InputError);
  CHECK_THROWS_AS(reader.read("a\xff"), InputError);
  CHECK_THROWS_AS(reader.read(std::string(max_input + 1, 'a')), LimitError);
  try {
    reader.read("abCdE");
    FAIL("characters the model never saw were taken");
  } catch (const InputError& error) {
    const std::string message = error.what();
    CHECK(message.find("never seen \"C\" (\"c\" is known), \"E\"") != std::string::npos);
  }
}

TEST_CASE("separators between digits are dropped, with a note", "[predict]") {
  const Model model = small_model("sort");
  const SourceReader reader(model);
  const SourceText spaced = reader.read("1, 9, 4,3");
  CHECK(join(spaced.symbols) == "1943");
  CHECK(spaced.separators_dropped);
  CHECK(!reader.read("1943").separators_dropped);
  CHECK_THROWS_AS(reader.read(" , "), InputError);

  const Model dates = small_model("dates");  // which takes none
  CHECK(SourceReader(dates).read("July 30, 2021").symbols.size() == 13);
}

TEST_CASE("a model of pairs reads text as it was trained on, unknown symbols included",
          "[predict]") {
  Model model = small_model();
  model.metadata.erase("task");
  model.metadata["text"] = text_to_json({.source = {Unit::word, true, false},
                                         .target = {Unit::word, false, false},
                                         .longest = 4,
                                         .takes_unknown = true,
                                         .sample = ""});
  const SourceReader reader(model);
  const SourceText source = reader.read("A  b zebra");
  CHECK(source.symbols == std::vector<std::string>{"a", "b", "zebra"});
  CHECK(source.unknown == "\"zebra\"");
  CHECK(reader.read_target("A b").symbols == std::vector<std::string>{"A", "b"});
  const std::vector<std::vector<std::string>> sources = {source.symbols};
  const Prediction answer = predict(model, sources).front();
  CHECK(answer.map.source == std::vector<std::string>{"a", "b", "zebra", "</s>"});
  CHECK(answer.answer.size() <= 4);
  CHECK(answer.source_text == "a b zebra");
  CHECK(answer.answer_text == join(answer.answer, " "));
}

TEST_CASE("how a model reads text is kept in its file, and checked", "[predict]") {
  Model model = small_model();
  CHECK(text_of(model).source == Tokenizer{});
  CHECK(!text_of(model).takes_unknown);
  const ModelText text{{Unit::word, true, false}, {Unit::character, false, true}, 17, true, "a b"};
  model.metadata["text"] = text_to_json(text);
  CHECK(text_of(model).source == text.source);
  CHECK(text_of(model).target == text.target);
  CHECK(text_of(model).longest == 17);
  CHECK(text_of(model).takes_unknown);
  CHECK(text_of(model).sample == "a b");
  for (const char* bad : {"", "[]", "{}", R"({"source":{"unit":"line"}})"}) {
    model.metadata["text"] = bad;
    CHECK_THROWS_AS(text_of(model), InputError);
  }
  const std::string good = text_to_json(text);
  for (const char* longest : {"-1", "17.0", "true", "2001", "4294967313", "17,\"longest\":17"}) {
    std::string changed = good;
    changed.replace(changed.find("17"), 2, longest);
    model.metadata["text"] = changed;
    INFO(changed);
    CHECK_THROWS_AS(text_of(model), InputError);
  }
}

TEST_CASE("a given answer is aligned as if the model had answered so", "[predict]") {
  const Model model = small_model();
  const std::vector<std::vector<std::string>> sources = {split_characters("abcdef"),
                                                         split_characters("dcba")};
  const auto answers = predict(model, sources);
  const std::vector<std::vector<std::string>> targets = {answers[0].answer, {"a", "b"}};
  const auto aligned = align(model, sources, targets);
  REQUIRE(aligned.size() == 2);
  CHECK(aligned[1].answer == targets[1]);
  CHECK(aligned[1].map.target == std::vector<std::string>{"a", "b", "</s>"});
  CHECK(aligned[1].log_probability < 0.0);
  CHECK(aligned[1].map.metadata.contains("log_probability"));
  const std::size_t rows = answers[0].answer.size();
  for (std::size_t i = 0; i < rows * 7; ++i) {
    CHECK(aligned[0].map.weights[i] == Catch::Approx(answers[0].map.weights[i]).margin(1e-6));
  }
}

TEST_CASE("an unknown symbol is replaced by the input that it attends to most", "[predict]") {
  Model model = small_model();
  model.weights.decoder.readout.b[Vocabulary::unknown] = 100;
  const std::vector<std::vector<std::string>> sources = {split_characters("abcdef")};
  const Prediction plain = predict(model, sources).front();
  CHECK(plain.answer.front() == "<unk>");
  AnswerOptions options;
  options.replace_unknown = true;
  const Prediction replaced = predict(model, sources, options).front();
  REQUIRE(replaced.answer.size() == plain.answer.size());
  for (std::size_t i = 0; i < replaced.answer.size(); ++i) {
    const float* row = replaced.map.weights.data() + 7 * i;
    const auto most = std::max_element(row, row + 6) - row;  // END is no symbol
    CHECK(replaced.answer[i] == sources[0][static_cast<std::size_t>(most)]);
  }
}

TEST_CASE("the best answers come ranked, input by input", "[predict]") {
  const Model model = small_model();
  const std::vector<std::vector<std::string>> sources = {split_characters("abcdef"),
                                                         split_characters("dcba")};
  AnswerOptions options;
  options.beam = {.width = 4, .n_best = 3};
  const auto predictions = predict(model, sources, options);
  REQUIRE(predictions.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(predictions[i].input == i / 3);
    CHECK(predictions[i].rank == static_cast<int>(i % 3) + 1);
  }
  CHECK(predictions[0].log_probability >= predictions[1].log_probability);
}

TEST_CASE("the task in a model file is checked", "[predict]") {
  Model model = small_model();
  REQUIRE(task_of(model).has_value());
  CHECK(task_of(model)->task->name == "reverse");
  CHECK(task_of(model)->options.max_length == 12);
  for (
      const char* bad :
      {"", "[]", R"({"name":"fly"})", R"({"name":"reverse"})",
       R"({"name":"reverse","min_length":9,"max_length":4,"shift":0,"alphabet":"ab"})",
       R"({"name":"reverse","min_length":4,"max_length":4294967300,"shift":0,"alphabet":"ab"})",
       R"({"name":"reverse","min_length":4.5,"max_length":9,"shift":0,"alphabet":"ab"})",
       R"({"name":"reverse","min_length":4,"max_length":9,"max_length":8,"shift":0,"alphabet":"ab"})"}) {
    model.metadata["task"] = bad;
    INFO(bad);
    CHECK_THROWS_AS(task_of(model), InputError);
  }
  model.metadata.erase("task");
  CHECK(!task_of(model).has_value());

  Model dates = small_model("dates");
  CHECK(task_of(dates)->options.cases);
  std::string& entry = dates.metadata["task"];
  const std::string cases = R"(,"cases":true)";
  entry.erase(entry.find(cases), cases.size());  // as in older files
  CHECK_FALSE(task_of(dates)->options.cases);
  entry.insert(entry.size() - 1, R"(,"cases":1)");
  CHECK_THROWS_AS(task_of(dates), InputError);
}

TEST_CASE("unknown symbols that look like known ones are told apart", "[predict]") {
  const Vocabulary vocabulary({"cat", "caf\u00e9", "nai\u0308ve", " ", "a b"});
  const std::vector<std::pair<std::string, std::string>> cases{
      {"cat", ""},
      {"dog", "\"dog\""},
      {"ca\u200bt", "\"ca\\u200bt\" (without U+200B it is known)"},
      {"cat\u00ad\u00ad\u200d",
       "\"cat\\u00ad\\u00ad\\u200d\" (without U+00AD, U+200D it is known)"},
      {"cafe\u0301", "\"cafe\\u0301\" (its composed form is known)"},
      {"cafe\u0301\u200b", "\"cafe\\u0301\\u200b\" (without U+200B it is known)"},
      {"na\u00efve", "\"na\u00efve\" (its decomposed form is known)"},
      {"\u00a0", "\"\\u00a0\" (with U+0020 for U+00A0 it is known)"},
      {"a\u2003b", "\"a\\u2003b\" (with U+0020 for U+2003 it is known)"},
      {"\u200b", "\"\\u200b\" (it is invisible)"},
      {"do\u200bg", "\"do\\u200bg\""},
      {std::string("a\0b", 3), "\"a\\x00b\""},
  };
  for (const auto& [symbol, shown] : cases) {
    INFO(shown);
    CHECK(list_unknown(vocabulary, std::vector<std::string>{symbol}) == shown);
  }
  const std::vector<std::string> several{"x", "cat", "y", "x"};
  CHECK(list_unknown(vocabulary, several) == "\"x\", \"y\"");
  const std::vector<std::string> many(1, std::string(500, 'z'));
  CHECK(list_unknown(vocabulary, many).size() < 100);
}

TEST_CASE("inputs shorter or longer than those of training are known", "[predict]") {
  const Model letters = small_model();  // 4 to 12
  const SourceReader reader(letters);
  CHECK(reader.length_warning(4).empty());
  CHECK(reader.length_warning(12).empty());
  CHECK(reader.length_warning(13) ==
        "the model was trained on inputs of 4 to 12 symbols; this one has 13, so the answer may be "
        "wrong");
  CHECK_FALSE(reader.length_warning(3).empty());

  Model pairs = small_model();
  pairs.metadata.erase("task");
  ModelText text{.source = {}, .target = {}, .longest = 9, .takes_unknown = true, .sample = ""};
  pairs.metadata["text"] = text_to_json(text);
  CHECK(SourceReader(pairs).length_warning(99).empty());  // not known
  text.shortest_source = text.longest_source = 2;
  pairs.metadata["text"] = text_to_json(text);
  CHECK(SourceReader(pairs).length_warning(2).empty());
  CHECK(SourceReader(pairs).length_warning(1).find("inputs of 2 symbols;") != std::string::npos);
  // older files say nothing of it
  pairs.metadata["text"] = R"({"source":{"unit":"word","lower":false,"nfc":false},
    "target":{"unit":"word","lower":false,"nfc":false},"longest":9,"takes_unknown":true,"sample":""})";
  CHECK(text_of(pairs).longest_source == 0);
  pairs.metadata["text"].insert(1, R"("longest_source":-1,)");
  CHECK_THROWS_AS(text_of(pairs), InputError);
}

TEST_CASE("an answer less probable than any right one of the final test is known", "[predict]") {
  Model model = small_model();
  const std::vector<std::vector<std::string>> sources = {split_characters("abcdef")};
  const auto is_improbable = [&](const std::string& scores) {
    model.metadata["scores"] = scores;
    return predict(model, sources).front().is_improbable;
  };
  CHECK(is_improbable(R"({"examples":2000,"exact_match":0.5,"least_log_probability":-1e-9})"));
  CHECK_FALSE(is_improbable(R"({"examples":2000,"exact_match":0.5,"least_log_probability":-99})"));
  CHECK_FALSE(
      is_improbable(R"({"examples":1999,"exact_match":0.5,"least_log_probability":-1e-9})"));
  for (const char* older : {"", "{}", R"({"examples":2000,"exact_match":1})", "[1]",
                            R"({"examples":2000,"exact_match":1,"least_log_probability":"low"})"}) {
    INFO(older);
    CHECK_FALSE(is_improbable(older));
  }
  // recorded by the test itself
  const auto examples = some_examples("reverse", 5);
  DecodingScratch scratch(model.config);
  const Evaluation none = evaluate_greedily(model.weights, model.config, examples, scratch);
  CHECK(none.answers.exact == 0);
  CHECK(none.least_log_probability == 0.0);
  auto right = examples;
  double least = 0.0;
  for (EncodedExample& example : right) {
    const std::vector<const EncodedPair*> one{&example.pair};
    const Decoded answer = decode_greedily(model.weights, model.config, one, scratch).front();
    example.pair.target = answer.ids;
    example.gold.clear();
    least = std::min(least, answer.log_probability() / static_cast<double>(answer.ids.size()));
  }
  const Evaluation all = evaluate_greedily(model.weights, model.config, right, scratch);
  CHECK(all.answers.exact == right.size());
  CHECK(all.least_log_probability == Catch::Approx(least));
  CHECK(least < 0.0);
}

TEST_CASE("weights that give numbers that are not finite are refused", "[predict]") {
  const std::vector<std::vector<std::string>> sources = {split_characters("abcdef")};
  const std::vector<std::vector<std::string>> targets = {split_characters("fe")};
  AnswerOptions beam;
  beam.beam.width = beam.beam.n_best = 3;
  for (const bool everywhere : {true, false}) {
    Model model = small_model();
    model.name = "big";
    if (everywhere) {
      Seq2SeqWeights::visit([](std::string_view, auto& tensor) { tensor.setConstant(3e38F); },
                            model.weights);
    } else {
      model.weights.decoder.readout.b.setConstant(3e38F);
      model.weights.decoder.readout.b[5] = std::numeric_limits<float>::infinity();
    }
    const std::string message = std::string("big: its weights give numbers that are not finite: ") +
                                (everywhere ? "the attention" : "the logits") +
                                " of output symbol 1";
    CHECK_THROWS_WITH(predict(model, sources), message);
    CHECK_THROWS_WITH(predict(model, sources, beam), message);
    CHECK_THROWS_WITH(align(model, sources, targets), message);
    DecodingScratch scratch(model.config);
    CHECK_THROWS_AS(
        evaluate_greedily(model.weights, model.config, some_examples("reverse", 3), scratch),
        InputError);
  }
}

TEST_CASE("the map of a prediction may be the posterior", "[predict][hard]") {
  const Model model = small_model("reverse", 3, {.hard = true});
  const std::vector<std::vector<std::string>> sources = {split_characters("monojitcnn")};
  const Prediction prior = predict(model, sources)[0];
  AnswerOptions options;
  options.posterior = true;
  const Prediction later = predict(model, sources, options)[0];
  CHECK(prior.posterior.size() == prior.map.weights.size());
  CHECK(later.map.weights == prior.posterior);
  CHECK(later.map.weights != prior.map.weights);
  CHECK(later.map.metadata.at("map") == "posterior");
  CHECK(!prior.map.metadata.contains("map"));
  const std::vector<std::vector<std::string>> targets = {prior.answer};
  CHECK(align(model, sources, targets, options)[0].map.metadata.at("map") == "posterior");
}
