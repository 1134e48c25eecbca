#include "train/watch.h"
#include "json.h"

#include <atomic>
#include <memory>

#include "attnviz/attention_file.h"
#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "catch.h"
#include "infer/predict.h"
#include "model/checkpoint.h"
#include "train/pair_data.h"
#include "train/quick_run.h"
#include "train/run.h"
#include "train/run_record.h"

using namespace attnviz;

namespace {

Recipe recipe_with_average() {
  Recipe recipe = quick_recipe();
  recipe.average = 0.9;
  recipe.evaluate_every = 7;
  return recipe;
}

RunOptions watching(const std::string& folder, std::vector<std::string> texts = {"", "abc"}) {
  RunOptions options = quick_options(folder);
  options.watch = {std::move(texts), 9};
  return options;
}

RunEvents stop_after(int steps) {
  const auto taken = std::make_shared<std::atomic<int>>(0);
  RunEvents events;
  events.on_step = [taken](int, int, double) { ++*taken; };
  events.should_stop = [taken, steps] { return *taken >= steps; };
  return events;
}

std::string bytes_of(const std::string& path) {
  return read_file(path, 1U << 26U);
}

std::vector<AttentionMap> maps_in(const std::string& folder) {
  ReadOptions options;
  options.sentence = "all";
  return read_attention_maps(folder + "/maps.jsonl", options).maps;
}

std::vector<std::string> said_in(const AttentionMap& map) {
  return nlohmann::json::parse(map.metadata.at("predicted")).get<std::vector<std::string>>();
}

/// Sources "a0 b0" to "a5 b5", whose targets are "B A"; with their gold alignment or without.
PairData some_pairs(bool has_gold) {
  std::string text;
  for (int i = 0; i < 36; ++i) {
    text += "a" + std::to_string(i / 6) + " b" + std::to_string(i % 6) + "\tB A" +
            (has_gold ? "\t1 0\n" : "\n");
  }
  write_file("pairs.tsv", text);
  PairSettings settings;
  settings.train.pairs = "pairs.tsv";
  settings.source.unit = settings.target.unit = Unit::word;
  return PairData(settings, 1);
}

}  // namespace

TEST_CASE("watched steps are geometric, from the first to the last", "[watch]") {
  CHECK(watch_steps(6, 100'000) == std::vector<int>{0, 10, 100, 1000, 10'000, 100'000});
  CHECK(watch_steps(2, 700) == std::vector<int>{0, 700});
  CHECK(watch_steps(24, 3) == std::vector<int>{0, 1, 2, 3});
  CHECK(watch_steps(3, 1) == std::vector<int>{0, 1});
  for (const int frames : {2, 3, 24, 100, 1000}) {
    for (const int last : {1, 2, 9, 10, 11, 23, 24, 25, 60, 99, 100, 1300, 1'000'000'000}) {
      CAPTURE(frames, last);
      const std::vector<int> steps = watch_steps(frames, last);
      CHECK(static_cast<int>(steps.size()) == std::min(frames, last + 1));
      CHECK(steps.front() == 0);
      CHECK(steps.back() == last);
      CHECK(std::ranges::is_sorted(steps, std::less_equal<>()));
    }
  }
}

TEST_CASE("a watched run keeps maps of the right answer, and is the same run", "[watch]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, recipe_with_average(), quick_options("plain"), {});
  run_training(data, recipe_with_average(), watching("watched"), {});
  for (const char* file : {"/model.safetensors", "/metrics.jsonl", "/config.json"}) {
    CHECK(bytes_of("plain" + std::string(file)) == bytes_of("watched" + std::string(file)));
  }
  CHECK_FALSE(RunFolder("plain").has_maps());

  const std::vector<AttentionMap> maps = maps_in("watched");
  const std::vector<int> steps = watch_steps(9, 60);
  REQUIRE(maps.size() == 2 * steps.size());
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const auto& facts = maps[i].metadata;
    CAPTURE(i);
    CHECK(facts.at("step") == std::to_string(steps[i / 2]));
    CHECK(facts.at("input") == (i % 2 == 0 ? "monojitcnn" : "abc"));
    CHECK(facts.at("expected") == (i % 2 == 0 ? "nnctijonom" : "cba"));
    CHECK(facts.at("task") == "reverse");
    CHECK(facts.at("run") == load_model("watched").metadata.at(run_key));
    CHECK(maps[i].target == maps[i % 2].target);
    CHECK(maps[i].gold == maps[i % 2].gold);
    CHECK(said_in(maps[i]).size() == maps[i].rows());
  }
  // The last are those of the weights that are the model when the last evaluation was the best.
  const Model model = open_run("watched").saved.best;
  REQUIRE(open_run("watched").saved.position.best_step == 60);
  const auto right = align(load_model("watched"), {{{"a", "b", "c"}}}, {{{"c", "b", "a"}}});
  CHECK(maps.back().weights == right.front().map.weights);
  const double loss = -right.front().log_probability / 4;
  CHECK(parse_number(maps.back().metadata.at("loss")).value() == Catch::Approx(loss));
  // A symbol that was given decides what is said next, so only the first must be the answer's.
  const auto answer = predict(load_model("watched"), {{{"a", "b", "c"}}}).front();
  CHECK(said_in(maps.back()).front() == answer.map.target.front());
}

TEST_CASE("a watched run that was stopped anywhere has the maps of one that was not", "[watch]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, recipe_with_average(), watching("whole"), {});
  const Files whole = files_in("whole");
  REQUIRE(whole.size() == 5);
  for (const int stop : {0, 1, 8, 10, 11, 34, 59, 60}) {
    CAPTURE(stop);
    const std::string folder = "cut" + std::to_string(stop);
    run_training(data, recipe_with_average(), watching(folder), stop_after(stop));
    // As a killed run leaves it: with maps later than its state, and a part of a line.
    if (stop % 2 == 1) {
      write_file(folder + "/maps.jsonl", bytes_of(folder + "/maps.jsonl") + "{}\n{\"format\":\"at");
    }
    RunOptions again = quick_options(folder);  // what is watched is recorded
    again.threads = 1 + stop % 2;
    resume_training(data, open_run(folder), again, {});
    CHECK(files_in(folder) == whole);
  }
}

TEST_CASE("the last map is of the step at which a run ends early", "[watch]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  Recipe recipe = recipe_with_average();
  recipe.patience = 1;
  recipe.penalty_full = 0.1;
  recipe.penalty_from = 0.0;
  recipe.rate = 1e-9;  // no new best
  const RunReport report = run_training(data, recipe, watching("a"), {});
  REQUIRE(report.stop_reason == StopReason::stalled);
  REQUIRE(report.steps < 60);
  CHECK(maps_in("a").back().metadata.at("step") == std::to_string(report.steps));
  // With more steps it goes on from there.
  RunOptions more = quick_options("a");
  more.limit = 80;
  more.patience = 100;
  REQUIRE(resume_training(data, open_run("a"), more, {}).steps == 80);
  CHECK(maps_in("a").back().metadata.at("step") == "80");
}

TEST_CASE("pairs are watched by their source, or by a source and a target", "[watch]") {
  const Scratch scratch;
  PairData data = some_pairs(false);
  run_training(data, quick_recipe(), watching("a", {"a1 b2", "b1 a1\tA A A", ""}), {});
  const std::vector<AttentionMap> maps = maps_in("a");
  CHECK(maps[0].source == std::vector<std::string>{"a1", "b2", "</s>"});
  CHECK(maps[0].target == std::vector<std::string>{"B", "A", "</s>"});
  CHECK(maps[0].gold.empty());
  CHECK_FALSE(maps[0].metadata.contains("gold_mass"));
  CHECK(maps[1].source == std::vector<std::string>{"b1", "a1", "</s>"});
  CHECK(maps[1].target == std::vector<std::string>{"A", "A", "A", "</s>"});
  CHECK(maps[2].metadata.at("expected") == "B A");  // of the sample, which the run records
  CHECK_FALSE(open_run("a").saved.position.watch.texts[2].empty());

  for (const std::string text : {"b1 a1", "a1"}) {
    CHECK_THROWS_WITH(
        Watch({{text}, 2}, data),
        "watch: expected the source of one of the pairs, or source TAB target, got \"" + text +
            "\"");
  }
  CHECK_THROWS_WITH(Watch({{"a1 b1\t"}, 2}, data), "target: expected at least one word, got none");
}

TEST_CASE("gold of pairs is scored", "[watch]") {
  const Scratch scratch;
  PairData data = some_pairs(true);
  run_training(data, quick_recipe(), watching("a", {"a1 b2"}), {});
  const AttentionMap map = maps_in("a").front();
  CHECK(map.gold == GoldAlignment{{1}, {0}, {}});
  CHECK(parse_number(map.metadata.at("gold_mass")).value() ==
        Catch::Approx((map.at(0, 1) + map.at(1, 0)) / 2));
}

TEST_CASE("what cannot be watched is refused before anything is written", "[watch]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  const auto message = [&](const std::vector<std::string>& texts, int frames) -> std::string {
    RunOptions options = watching("a", texts);
    options.watch.frames = frames;
    try {
      run_training(data, quick_recipe(), options, {});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(message({"abc", "abc"}, 9) == "watch: expected each input once, got \"abc\" twice");
  CHECK(message({"ab1"}, 9).find("the model has never seen \"1\"") != std::string::npos);
  CHECK(message({std::string(900, 'a')}, 9).find("expected at most 4194304 weights, got 7306209") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists("a"));
  const Task& sort = find_task("sort");
  CHECK_THROWS_WITH(Watch({{"1234567890123456789012345678901"}, 9}, reverse_data()),
                    Catch::Matchers::Contains("never seen"));
  CHECK_NOTHROW(Watch({{"3, 1, 2"}, 9}, TaskData(sort, sort.defaults)));
}

TEST_CASE("maps of weights that are not finite are left out with a note", "[watch]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  Recipe recipe = quick_recipe();
  run_training(data, recipe, quick_options("a"), {});
  Model model = load_model("a");
  model.weights.decoder.embedding.setConstant(std::nanf(""));
  std::vector<std::string> notes;
  RunEvents events;
  events.on_note = [&](const std::string& note) { notes.push_back(note); };
  const RunReport report =
      run_training(data, recipe, watching("b"), events, InitialWeights{"a", model.weights});
  CHECK(report.stop_reason == StopReason::diverged);
  REQUIRE_FALSE(notes.empty());
  CHECK(
      notes.front().starts_with("no map of step 0: model: its weights give numbers that are not "
                                "finite"));
}

TEST_CASE("a run folder with the maps of another run is no run", "[watch]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, quick_recipe(), watching("a"), {});
  RunOptions other = watching("b");
  other.seed = 2;
  run_training(data, quick_recipe(), other, {});
  write_file("a/maps.jsonl", bytes_of("b/maps.jsonl"));
  CHECK_THROWS_WITH(open_run("a"), Catch::Matchers::Contains("holds files of several runs") &&
                                       Catch::Matchers::Contains("maps.jsonl of reverse-2-"));
}
