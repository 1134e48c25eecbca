#include "train/run.h"
#include "json.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "attnviz/error.h"
#include "base/file.h"
#include "catch.h"
#include "model/checkpoint.h"
#include "train/quick_run.h"

using namespace attnviz;
namespace fs = std::filesystem;

TEST_CASE("a run leaves its folder, and the newest run is known", "[run]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  int steps = 0;
  std::vector<Progress> seen;
  RunEvents events;
  events.on_step = [&](int, int, double) { ++steps; };
  events.on_evaluation = [&](const Progress& progress) { seen.push_back(progress); };
  const RunReport report = run_training(data, quick_recipe(), quick_options("out/a"), events);

  CHECK(report.steps == 60);
  CHECK(steps == 60);
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].new_best);
  CHECK(nlohmann::json::parse(report.scores).at("examples") == 20);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator("out/a"))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"config.json", "last.safetensors", "metrics.jsonl",
                                          "model.safetensors"});
  const std::string metrics = read_file("out/a/metrics.jsonl", 1U << 20U);
  CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 3);
  CHECK(newest_run() == "out/a");
  CHECK(load_model("out/a").metadata.at("training").find("\"gold_alignment_used\":false") !=
        std::string::npos);
}

TEST_CASE("the model depends on the seed and on nothing else", "[run]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  const auto train = [&](const std::string& folder, std::uint64_t seed, int threads) {
    RunOptions options = quick_options(folder);
    options.seed = seed;
    options.threads = threads;
    run_training(data, quick_recipe(), options, {});
    return read_file(folder + "/model.safetensors", 1U << 24U);
  };
  const std::string once = train("a", 1, 1);
  CHECK(train("b", 1, 1) == once);
  CHECK(train("c", 1, 2) == once);
  CHECK(train("d", 2, 1) != once);
}

TEST_CASE("held-out examples carry their gold alignment", "[run]") {
  Random random(1);
  CHECK(!reverse_data().draw(Part::test, 1, random).front().gold.empty());
}

TEST_CASE("augmented training dates appear only when asked for", "[run]") {
  const Task& task = find_task("dates");
  TaskData data(task, task.defaults);
  const auto other_centuries = [&](double augment) {
    Random random(4);
    Recipe recipe;
    recipe.batch = recipe.late_batch = 500;
    recipe.augment = augment;
    std::vector<EncodedPair> pairs;
    data.next_batch(recipe, 0, random, pairs);
    REQUIRE(pairs.size() == 500);
    return std::count_if(pairs.begin(), pairs.end(), [&](const EncodedPair& pair) {
      const auto answer = decode(data.target(), pair.target);
      return answer[6] != "2" || answer[7] != "0";
    });
  };
  CHECK(other_centuries(0.0) == 0);
  // of 150 augmented ones, three in four write a year of four digits, of which one in ninety begins
  // with 20
  CHECK(other_centuries(0.3) > 80);
  CHECK(other_centuries(0.3) < 160);
}

TEST_CASE("an existing run is not replaced unless that is asked for", "[run]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, quick_recipe(), quick_options("a"), {});
  const std::string before = read_file("a/model.safetensors", 1U << 24U);
  RunOptions options = quick_options("a");
  options.seed = 9;
  CHECK_THROWS_AS(run_training(data, quick_recipe(), options, {}), RunExistsError);
  CHECK(read_file("a/model.safetensors", 1U << 24U) == before);
  options.force = true;
  run_training(data, quick_recipe(), options, {});
  CHECK(read_file("a/model.safetensors", 1U << 24U) != before);
}

TEST_CASE("a folder that cannot be written is known before training starts", "[run]") {
  const Scratch scratch;
  write_file("file", "x");
  TaskData data = reverse_data();
  int steps = 0;
  RunEvents events;
  events.on_step = [&](int, int, double) { ++steps; };
  CHECK_THROWS_AS(run_training(data, quick_recipe(), quick_options("file"), events), OutputError);
  CHECK_THROWS_AS(run_training(data, quick_recipe(), quick_options("file/sub"), events),
                  OutputError);
  CHECK(steps == 0);
}

TEST_CASE("training stops when it has converged", "[run]") {
  const Scratch scratch;
  Recipe recipe = quick_recipe();
  recipe.model.embedding = recipe.model.hidden = recipe.model.decoder_hidden = 16;
  recipe.model.attention_units = 16;
  recipe.steps = 3000;
  recipe.evaluate_every = 50;
  recipe.entropy_penalty = 0.0;
  const Task& task = find_task("reverse");
  TaskOptions two_letters = task.defaults;
  two_letters.min_length = two_letters.max_length = 2;
  TaskData data(task, two_letters);
  const RunReport report = run_training(data, recipe, quick_options("a"), {});
  CHECK(report.stop_reason == StopReason::converged);
  CHECK(report.steps < 3000);
  CHECK(nlohmann::json::parse(report.scores).at("exact_match") == 1.0);
}

TEST_CASE("without a run, or a model in it, there is no newest one", "[run]") {
  const Scratch scratch;
  CHECK_THROWS_AS(newest_run(), NoModelError);
  CHECK_THROWS_WITH(newest_run(), "no model yet");
  make_directory("runs");
  write_file("runs/latest", "runs/gone\n");
  CHECK_THROWS_AS(newest_run(), NoModelError);
  CHECK_THROWS_WITH(newest_run(), "runs/latest: names runs/gone, which holds no model");
}

namespace {

/// A short run in the folder a, at full rate from the first step on.
RunReport run_at_rate(double rate) {
  Recipe recipe = quick_recipe();
  recipe.rate = rate;
  recipe.warm_up = 0;
  TaskData data = reverse_data();
  return run_training(data, recipe, quick_options("a"), {});
}

}  // namespace

TEST_CASE("a run whose numbers mean nothing any more has diverged, although they are finite",
          "[run]") {
  const Scratch scratch;
  const RunReport report = run_at_rate(1000.0);
  CHECK(report.stop_reason == StopReason::diverged);
  CHECK(report.steps == 20);
  CHECK(report.best_step == 0);
  INFO(report.reason);
  CHECK(report.reason.starts_with("step 20: the loss is "));
  CHECK(report.reason.find(", that of guessing 3.40; ") != std::string::npos);
  CHECK(report.reason.find(" holds ") != std::string::npos);
  // What was saved last is where the run began.
  CHECK(!fs::exists("a/model.safetensors"));
  CHECK(open_run("a").saved.trainer.adam.updates == 0);
}

TEST_CASE("a run stops at the step whose numbers are not finite, and names the tensor", "[run]") {
  const Scratch scratch;
  const RunReport report = run_at_rate(1e38);
  CHECK(report.stop_reason == StopReason::diverged);
  INFO(report.reason);
  CHECK(report.reason == "step 2: the gradient of encoder.embedding.weight is not finite");
  CHECK(open_run("a").saved.trainer.adam.updates == 0);
}

TEST_CASE("on a plateau the learning rate is halved, again and again", "[run]") {
  const Scratch scratch;
  Recipe recipe = quick_recipe();
  recipe.steps = 400;
  recipe.rate = 0.1;  // too high to get anywhere
  recipe.warm_up = 0;
  recipe.final_rate = 1.0;
  recipe.evaluate_every = 5;
  recipe.plateau = 2;
  recipe.plateau_decay = 0.5;
  recipe.patience = 100;
  double expected = recipe.rate;
  int halved = 0;
  RunEvents events;
  events.on_evaluation = [&](const Progress& progress) {
    CHECK(progress.rate == Catch::Approx(expected));
    if (progress.stalled > 0 && progress.stalled % 2 == 0) {
      expected /= 2;
      ++halved;
    }
  };
  TaskData data = reverse_data();
  run_training(data, recipe, quick_options("a"), events);
  CHECK(halved > 1);
}

TEST_CASE("the rate of a plateau is the one that steps are taken with", "[run]") {
  const Scratch scratch;
  Recipe recipe = quick_recipe();
  recipe.rate = 0.5;  // too high to get anywhere
  recipe.warm_up = 0;
  recipe.final_rate = 1.0;
  recipe.evaluate_every = 5;
  recipe.plateau = 1;
  recipe.plateau_decay = 0.0;
  recipe.patience = 100;
  std::vector<Progress> seen;
  RunEvents events;
  events.on_evaluation = [&](const Progress& progress) { seen.push_back(progress); };
  TaskData data = reverse_data();
  run_training(data, recipe, quick_options("a"), events);
  const auto plateau =
      std::ranges::find_if(seen, [](const Progress& progress) { return progress.stalled > 0; });
  REQUIRE(seen.end() - plateau > 2);
  CHECK(plateau->validation.loss != seen.front().validation.loss);
  for (auto later = plateau; later != seen.end(); ++later) {
    CHECK(later->validation.loss == plateau->validation.loss);  // the weights stay as they are
  }
}

TEST_CASE("a run that starts from wrong answers may learn better", "[run]") {
  const Scratch scratch;
  CHECK(run_at_rate(0.05).stop_reason != StopReason::diverged);
}

TEST_CASE("patience counts once the entropy penalty is fully in", "[run]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  Recipe recipe = quick_recipe();
  recipe.steps = 200;
  recipe.rate = 0.5;  // nothing gets better: the rate is 0 after the first plateau
  recipe.warm_up = 0;
  recipe.evaluate_every = 5;
  recipe.plateau = 1;
  recipe.plateau_decay = 0.0;
  recipe.patience = 2;
  const RunReport late = run_training(data, recipe, quick_options("late"), {});
  CHECK(late.stop_reason == StopReason::stalled);
  CHECK(late.steps == 145);  // fully in from step 140 on
  CHECK(late.patience == 2);
  recipe.entropy_penalty = 0.0;
  const RunReport early = run_training(data, recipe, quick_options("early"), {});
  CHECK(early.stop_reason == StopReason::stalled);
  CHECK(early.steps < 100);
}

TEST_CASE("a run that ended early is resumed when more is asked", "[run]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  Recipe recipe = quick_recipe();
  recipe.steps = 200;
  recipe.rate = 0.5;
  recipe.warm_up = 0;
  recipe.evaluate_every = 5;
  recipe.plateau = 1;
  recipe.plateau_decay = 0.0;
  recipe.patience = 2;
  recipe.entropy_penalty = 0.0;
  const int first = run_training(data, recipe, quick_options("a"), {}).steps;
  const auto resume = [&](int limit, int patience) {
    RunOptions options = quick_options("a");
    options.limit = limit;
    options.patience = patience;
    return resume_training(data, open_run("a"), options, {});
  };
  const RunReport nothing = resume(0, 0);
  CHECK(nothing.was_finished);
  CHECK(nothing.steps == first);
  CHECK(!nothing.scores.empty());
  const RunReport patient = resume(0, 5);
  CHECK(!patient.was_finished);
  CHECK(patient.steps == first + 3 * 5);
  CHECK(resume(0, 4).was_finished);  // fewer than have passed
  const RunReport longer = resume(300, 0);
  CHECK(longer.steps == patient.steps + 4 * 5);
  CHECK(longer.limit == 300);
  CHECK(resume(300, 0).steps == longer.steps + 4 * 5);  // the rest of its schedule
}

TEST_CASE("a clock that stands still gives no infinities", "[run]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  RunEvents events;
  events.clock = [] { return 7.0; };
  events.on_evaluation = [](const Progress& progress) {
    CHECK(progress.examples_per_second == 0.0);
  };
  const RunReport report = run_training(data, quick_recipe(), quick_options("a"), events);
  CHECK(report.seconds == 0.0);
  // one that is set back has not moved
  double time = 7.0;
  events.clock = [&] { return time--; };
  CHECK(run_training(data, quick_recipe(), quick_options("b"), events).seconds == 0.0);
  CHECK(read_file("a/model.safetensors", 1U << 26U) == read_file("b/model.safetensors", 1U << 26U));
}

namespace {

/// Data of which one part cannot be drawn.
struct LackingData : TaskData {
  Part lacking;
  explicit LackingData(Part part) : TaskData(reverse_data()), lacking(part) {}
  std::vector<EncodedExample> held_out(Part part, int max, Random& random) const override {
    if (part == lacking) throw NoExampleError("no example");
    return TaskData::held_out(part, max, random);
  }
  void next_batch(const Recipe& recipe, int step, Random& random,
                  std::vector<EncodedPair>& pairs) override {
    if (lacking == Part::train) throw NoExampleError("no example");
    TaskData::next_batch(recipe, step, random, pairs);
  }
};

}  // namespace

TEST_CASE("examples that cannot be drawn are known before anything is written", "[run]") {
  const Scratch scratch;
  for (const Part part : {Part::train, Part::validation, Part::test}) {
    LackingData data(part);
    CHECK_THROWS_AS(run_training(data, quick_recipe(), quick_options("a"), {}), NoExampleError);
    CHECK(!fs::exists("a"));
  }
}

TEST_CASE("the best model is that of the lowest loss with the full penalty", "[run]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  Recipe recipe = quick_recipe();
  recipe.evaluate_every = 2;
  recipe.patience = 1000;
  recipe.rate = 0.05;  // restless, so that loss and entropy do not always fall together
  recipe.entropy_penalty = 1.0;
  recipe.penalty_from = recipe.penalty_full = 1.0;  // chosen by, not trained by
  struct Best {
    double least = std::numeric_limits<double>::infinity();
    bool takes(double value) {
      const bool is_new = value < least;
      least = std::min(least, value);
      return is_new;
    }
  } with_penalty, without;
  int differ = 0;
  RunEvents events;
  events.on_evaluation = [&](const Progress& progress) {
    const Evaluation& seen = progress.validation;
    const bool expected = with_penalty.takes(seen.loss + seen.alignment.row_entropy());
    differ += without.takes(seen.loss) == expected ? 0 : 1;
    CHECK(progress.new_best == expected);
  };
  run_training(data, recipe, quick_options("a"), events);
  REQUIRE(differ > 0);
}
