#include "attnviz/infer/predict.h"
#include "attnviz/base/grapheme.h"

#include "attnviz/base/error.h"
#include "attnviz/base/utf8.h"
#include "catch.h"
#include "small_model.h"

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

TEST_CASE("inputs that a model cannot read are refused by name", "[predict]") {
  const Model model = small_model();
  CHECK(read_source(model.source, "", "abc").symbols == std::vector<std::string>{"a", "b", "c"});
  CHECK_THROWS_AS(read_source(model.source, "", ""), InputError);
  CHECK_THROWS_AS(read_source(model.source, "", "a\xff"), InputError);
  CHECK_THROWS_AS(read_source(model.source, "", std::string(max_input + 1, 'a')), LimitError);
  try {
    read_source(model.source, "", "abCdE");
    FAIL("characters the model never saw were taken");
  } catch (const InputError& error) {
    const std::string message = error.what();
    CHECK(message.find("never seen \"C\", \"E\"") != std::string::npos);
  }
}

TEST_CASE("separators between digits are dropped, and that is said", "[predict]") {
  const Model model = small_model("sort");
  CHECK(separators_of(model) == ", ");
  const SourceText spaced = read_source(model.source, separators_of(model), "1, 9, 4,3");
  CHECK(join(spaced.symbols) == "1943");
  CHECK(spaced.separators_dropped);
  CHECK(!read_source(model.source, separators_of(model), "1943").separators_dropped);
  CHECK_THROWS_AS(read_source(model.source, ", ", " , "), InputError);

  const Model dates = small_model("dates");  // whose vocabulary holds both characters
  CHECK(read_source(dates.source, ", ", "July 30, 2021").symbols.size() == 13);
  CHECK(separators_of(dates).empty());
}

TEST_CASE("the task in a model file is checked", "[predict]") {
  Model model = small_model();
  REQUIRE(task_of(model).has_value());
  CHECK(task_of(model)->task->name == "reverse");
  CHECK(task_of(model)->options.max_length == 12);
  for (const char* bad :
       {"", "[]", R"({"name":"fly"})", R"({"name":"reverse"})",
        R"({"name":"reverse","min_length":9,"max_length":4,"shift":0,"alphabet":"ab"})"}) {
    model.facts["task"] = bad;
    INFO(bad);
    CHECK_THROWS_AS(task_of(model), InputError);
  }
  model.facts.erase("task");
  CHECK(!task_of(model).has_value());
}
