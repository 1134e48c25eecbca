// A run is stopped wherever it may be: in a step, a validation, its test.
#include <atomic>
#include <filesystem>
#include <map>
#include <set>

#include "base/file.h"
#include "catch.h"
#include "train/pair_data.h"
#include "train/quick_run.h"
#include "train/run.h"

using namespace attnviz;
namespace fs = std::filesystem;

namespace {

/// Everything that a step may have changed when it is given up.
Recipe stop_recipe() {
  Recipe recipe = quick_recipe();
  recipe.model.readout_units = 8;
  recipe.steps = 12;
  recipe.batch = 40;
  recipe.late_batch = 20;
  recipe.late_batch_from = 0.5;
  recipe.forgetting = 0.1;
  recipe.dropout = 0.2;
  recipe.average = 0.98;
  recipe.evaluate_every = 5;
  recipe.plateau = 1;
  return recipe;
}

/// Stops when it has been asked `at` times.
struct StopAt {
  std::atomic<long> asked = 0;
  RunEvents events(long at) {
    RunEvents events;
    events.should_stop = [this, at] { return ++asked > at; };
    return events;
  }
};

/// Stops a run at moments all over it, and compares what it becomes with one that never stopped.
void check_every_moment(TrainingData& data) {
  constexpr long never = 1L << 40;
  StopAt whole;
  run_training(data, stop_recipe(), quick_options("whole"), whole.events(never));
  const Files expected = files_in("whole");
  constexpr long moments = 60;
  std::set<RunPhase> seen;
  for (long i = 0; i <= moments; ++i) {
    StopAt stop;
    const long at = i * (whole.asked - 1) / moments;
    INFO("asked " << at << " times");
    const std::string folder = "cut" + std::to_string(i);
    RunOptions options = quick_options(folder);
    options.threads = 1 + static_cast<int>(i % 3);
    const RunReport cut = run_training(data, stop_recipe(), options, stop.events(at));
    REQUIRE(cut.stop_reason == StopReason::stopped);
    CHECK(cut.scores.empty());
    seen.insert(cut.phase);
    CHECK(resume_training(data, open_run(folder), options, {}).stop_reason ==
          StopReason::out_of_steps);
    CHECK((files_in(folder) == expected));
  }
  CHECK(seen == std::set<RunPhase>{RunPhase::step, RunPhase::validation, RunPhase::test});
}

}  // namespace

TEST_CASE("a run that is stopped at any moment resumes to the same bytes", "[stop]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  check_every_moment(data);
}

TEST_CASE("and so does one of pairs", "[stop][pairs]") {
  const Scratch scratch;
  std::string text;
  for (int i = 0; i < 60; ++i) {
    const std::string word(1, static_cast<char>('a' + i % 5));
    text += word + std::string(static_cast<std::size_t>(i / 5), 'x') + "\t" + word + "\n";
  }
  write_file("pairs.tsv", text);
  PairSettings settings;
  settings.train.pairs = "pairs.tsv";
  PairData data(settings, 1);
  check_every_moment(data);
}

TEST_CASE("long sequences are asked about within a step and within an answer", "[stop]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  // Between two steps, for each of two shards at least once a time step of each direction.
  Recipe recipe = stop_recipe();
  recipe.steps = recipe.evaluate_every = 1;
  std::atomic<long> asked = 0;
  std::map<RunPhase, long> by_phase;
  RunPhase phase = RunPhase::step;
  RunEvents events;
  events.on_phase = [&](RunPhase next) {
    by_phase[phase] += asked.exchange(0);
    phase = next;
  };
  events.should_stop = [&] {
    ++asked;
    return false;
  };
  run_training(data, recipe, quick_options("a"), events);
  by_phase[phase] += asked;
  const long longest = 10;  // letters, about
  CHECK(by_phase[RunPhase::step] > 2 * 4 * longest);
  CHECK(by_phase[RunPhase::validation] > 3 * longest);
  CHECK(by_phase[RunPhase::test] > 3 * longest);
}
