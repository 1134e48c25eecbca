#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "attnviz/error.h"
#include "base/file.h"
#include "catch.h"
#include "infer/model_task.h"
#include "json.h"
#include "model/checkpoint.h"
#include "train/pair_data.h"
#include "train/quick_run.h"
#include "train/run.h"

using namespace attnviz;
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

/// Everything a step or an evaluation can depend on.
Recipe full_recipe() {
  Recipe recipe = quick_recipe();
  recipe.model.readout_units = 8;
  recipe.batch = 16;
  recipe.late_batch = 24;
  recipe.late_batch_from = 0.5;
  recipe.forgetting = 0.1;
  recipe.average = 0.98;
  recipe.evaluate_every = 7;
  return recipe;
}

/// Events that stop the run after so many steps from now.
RunEvents stop_after(int steps) {
  const auto taken = std::make_shared<std::atomic<int>>(0);
  RunEvents events;
  events.on_step = [taken](int, int, double) { ++*taken; };
  events.should_stop = [taken, steps] { return *taken >= steps; };
  return events;
}

RunReport resume(TrainingData& data, const std::string& folder, const RunEvents& events = {},
                 int limit = 0, int threads = 1) {
  RunOptions options = quick_options(folder);
  options.limit = limit;
  options.threads = threads;
  return resume_training(data, open_run(folder), options, events);
}

std::string message_of(const std::string& folder) {
  try {
    open_run(folder);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a run that was stopped anywhere and resumed is the run that never stopped", "[resume]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  Recipe recipe = full_recipe();
  recipe.model.hard = GENERATE(false, true);
  recipe.model.cell = recipe.model.hard ? Cell::gru : GENERATE(Cell::gru, Cell::lstm);
  run_training(data, recipe, quick_options("whole"), {});
  const Files whole = files_in("whole");
  REQUIRE(whole.size() == 4);
  const std::vector<std::vector<int>> stops{{0},  {1},  {6},        {7},
                                            {59}, {60}, {0, 0, 30}, {13, 1, 29}};
  for (std::size_t i = 0; i < stops.size(); ++i) {
    INFO(i);
    const std::string folder = "cut" + std::to_string(i);
    const int first = stops[i].front();
    const auto report = run_training(data, recipe, quick_options(folder), stop_after(first));
    CHECK(report.steps == first);
    CHECK(report.stop_reason == StopReason::stopped);
    for (std::size_t k = 1; k < stops[i].size(); ++k) {
      CHECK(resume(data, folder, stop_after(stops[i][k])).stop_reason == StopReason::stopped);
    }
    const RunReport end = resume(data, folder, {}, 0, 1 + static_cast<int>(i % 3));
    CHECK(end.stop_reason == StopReason::out_of_steps);
    CHECK(files_in(folder) == whole);
  }
}

TEST_CASE("a stopped run of pairs resumes to the same bytes, with all that it draws at random",
          "[resume][pairs]") {
  const Scratch scratch;
  std::string text;
  for (int i = 0; i < 40; ++i) {
    const std::string word(1, static_cast<char>('a' + i % 5));
    text += word + std::string(static_cast<std::size_t>(i / 5), 'x') + "\t" + word + "\n";
  }
  write_file("pairs.tsv", text);
  const auto pairs = [] {
    PairSettings settings;
    settings.train.pairs = "pairs.tsv";
    return PairData(settings, 1);
  };
  Recipe recipe = full_recipe();
  recipe.dropout = 0.2;
  recipe.batch_tokens = 60;
  recipe.bucket = 2;
  recipe.plateau = 1;
  PairData data = pairs();
  run_training(data, recipe, quick_options("whole"), {});
  for (const int first : {1, 8, 33}) {
    INFO(first);
    const std::string folder = "cut" + std::to_string(first);
    PairData begun = pairs();
    REQUIRE(run_training(begun, recipe, quick_options(folder), stop_after(first)).steps == first);
    PairData again = pairs();
    CHECK(resume(again, folder, {}, 0, 1 + first % 2).stop_reason == StopReason::out_of_steps);
    CHECK(files_in(folder) == files_in("whole"));
  }
}

TEST_CASE("files older than the state they belong to are brought up to date", "[resume]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, full_recipe(), quick_options("a"), {});
  const Files whole = files_in("a");
  for (const std::string lost : {"model.safetensors", "config.json"}) {
    fs::remove("a/" + lost);
    resume(data, "a");
    CHECK(files_in("a") == whole);
  }
}

TEST_CASE("metrics get no line twice, and none is torn", "[resume]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, full_recipe(), quick_options("whole"), {});
  const std::string whole = read_file("whole/metrics.jsonl", 1U << 20U);
  struct Case {
    std::string added;
    std::vector<std::string> notes;
  };
  const std::vector<Case> cases{
      {"", {}},
      {"{\"step\":14}\n", {"metrics.jsonl: cut 1 line later than the last save"}},
      {"{}\n{}\n", {"metrics.jsonl: cut 2 lines later than the last save"}},
      {"{\"st", {"metrics.jsonl: cut a torn last line"}},
      {"{}\n{\"st",
       {"metrics.jsonl: cut a torn last line",
        "metrics.jsonl: cut 1 line later than the last save"}}};
  for (const auto& [added, notes] : cases) {
    INFO(added);
    RunOptions again = quick_options("cut");
    again.force = true;
    run_training(data, full_recipe(), again, stop_after(10));
    write_file("cut/metrics.jsonl", read_file("cut/metrics.jsonl", 1U << 20U) + added);
    std::vector<std::string> heard;
    RunEvents events;
    events.on_note = [&](const std::string& note) { heard.push_back(note); };
    resume(data, "cut", events);
    CHECK(heard == notes);
    CHECK(read_file("cut/metrics.jsonl", 1U << 20U) == whole);
  }
  // Lost lines cannot be restored, but are reported.
  run_training(data, full_recipe(), quick_options("lost"), stop_after(10));
  write_file("lost/metrics.jsonl", "");
  std::vector<std::string> heard;
  RunEvents events;
  events.on_note = [&](const std::string& note) { heard.push_back(note); };
  resume(data, "lost", events);
  CHECK(heard == std::vector<std::string>{"metrics.jsonl lacks lines from before step 11"});
  CHECK(whole.ends_with(read_file("lost/metrics.jsonl", 1U << 20U)));
}

TEST_CASE("a run that may exist but cannot be read is not overwritten", "[resume]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, quick_recipe(), quick_options("a"), stop_after(21));
  fs::remove("a/metrics.jsonl");
  fs::create_symlink("metrics.jsonl", "a/metrics.jsonl");  // to itself
  CHECK_THROWS_WITH(resume(data, "a"),
                    "a/metrics.jsonl: cannot write: it is a symbolic link, not a file of a run; "
                    "move it away");
  fs::create_directory("b");
  fs::create_symlink("model.safetensors", "b/model.safetensors");
  CHECK_THROWS_WITH(run_training(data, quick_recipe(), quick_options("b"), {}),
                    "b/model.safetensors: cannot write: it is a symbolic link, not a file of a "
                    "run; move it away");
}

TEST_CASE("more steps continue from the end of the recorded schedule", "[resume]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, full_recipe(), quick_options("a"), stop_after(31));
  run_training(data, full_recipe(), quick_options("b"), {});
  CHECK(resume(data, "a", {}, 80).steps == 80);
  CHECK(resume(data, "b", {}, 80).steps == 80);
  CHECK(files_in("a") == files_in("b"));
  CHECK(open_run("a").saved.recipe.steps == 60);
  CHECK(open_run("a").saved.position.limit == 80);
  const Recipe recipe = full_recipe();
  CHECK(learning_rate(recipe, 70) == Catch::Approx(recipe.rate * recipe.final_rate));
  CHECK(entropy_penalty(recipe, 70) == recipe.entropy_penalty);
}

TEST_CASE("a run can start from the weights of a model", "[resume]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, quick_recipe(), quick_options("a"), {});
  const Model model = load_model("a");
  Recipe recipe = quick_recipe();
  recipe.rate = 1e-9;
  const InitialWeights initial{"a", model.weights};
  run_training(data, recipe, quick_options("b"), {}, initial);
  CHECK(load_model("b").weights.decoder.embedding.isApprox(model.weights.decoder.embedding, 1e-5F));
  CHECK(load_model("b").metadata.at("training").find("\"init_from\":\"a\"") != std::string::npos);
  // and says so when it is resumed
  run_training(data, recipe, quick_options("c"), stop_after(5), initial);
  resume(data, "c");
  CHECK(files_in("c") == files_in("b"));
}

TEST_CASE("what cannot be resumed is refused with the reason", "[resume]") {
  const Scratch scratch;
  CHECK(message_of("none") == "none: expected the folder of a run, got none");
  TaskData data = reverse_data();
  run_training(data, quick_recipe(), quick_options("a"), stop_after(21));
  CHECK(message_of("a/model.safetensors") ==
        "a/model.safetensors: expected the folder of a run, got a file");
  const std::string last = read_file("a/last.safetensors", 1U << 26U);
  fs::remove("a/last.safetensors");
  CHECK(message_of("a") == "a: holds no last.safetensors, so no run to resume");
  // a model alone
  fs::copy("a/model.safetensors", "a/last.safetensors");
  CHECK(message_of("a") ==
        "a/last.safetensors: metadata: state is missing: this is no state of a training");
  const auto with = [&](const auto& change) {
    TensorFile file = read_safetensors(last, "last");
    change(file);
    write_file("a/last.safetensors", write_safetensors(file));
    return message_of("a");
  };
  const auto replaced = [](std::string& text, const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
  };
  const std::string place = "a/last.safetensors: ";
  CHECK(with([](TensorFile&) {}).empty());
  CHECK(with([](TensorFile& f) { f.metadata["state"] = "[1"; }) ==
        place + "metadata: state: not valid JSON: it ends too early");
  CHECK(with([](TensorFile& f) { f.metadata["state"] = "[1]"; }) ==
        place + "metadata: state: expected an object");
  CHECK(with([&](TensorFile& f) {
          replaced(f.metadata["state"], "\"seed\":", "\"steps\":1,\"seed\":");
        }) == place + "metadata: state: the key \"steps\" occurs twice");
  CHECK(with([&](TensorFile& f) {
          replaced(f.metadata["state"], "\"stalled\":0", "\"stalled\":" + std::string(99, '['));
        }) == place + "metadata: state: expected at most 64 levels of nesting, got more");
  CHECK(with([&](TensorFile& f) {
          replaced(f.metadata["state"], "\"stalled\":0", "\"stalled\":-1");
        }) == place + "metadata: state: stalled: cannot be -1");
  // What each kind of field cannot be.
  const Json state = Json::parse(read_safetensors(last, "last").metadata.at("state"));
  const Json random = state.at("random");
  const std::vector<std::pair<std::string, Json>> cannot_be = {
      {"steps", "7"},
      {"steps", 1'000'000'001},
      {"seed", -1},
      {"loss_sum", "much"},
      {"loss_sum", Json::array()},
      {"init_from", 7},
      {"random", "dice"},
      {"random", Json::array({1, 2, 3})},
      {"random", Json::array({random[0], random[1], random[2], -1})},
      {"random", Json::array({0, 0, 0, 0})}};
  for (const auto& [field, value] : cannot_be) {
    Json changed = state;
    changed[field] = value;
    CHECK(with([&](TensorFile& f) { f.metadata["state"] = changed.dump(); }) ==
          place + "metadata: state: " + field + ": cannot be " + value.dump());
  }
  CHECK(with([&](TensorFile& f) { replaced(f.metadata["state"], "\"limit\":60,", ""); }) ==
        place + "metadata: state: limit: cannot be left out");
  CHECK(with([&](TensorFile& f) {
          replaced(f.metadata["recipe"], "\"evaluate_every\":20", "\"evaluate_every\":0");
        }) == place + "metadata: recipe: evaluate_every: expected at least 1, got 0");
  CHECK(with([&](TensorFile& f) {
          replaced(f.metadata["recipe"], "\"hidden\":8", "\"hidden\":9");
        }) == place + "metadata: config and recipe disagree");
  CHECK(with([&](TensorFile& f) {
          replaced(f.metadata["recipe"], "\"bucket\":1", "\"bucket\":0");
        }) == place + "metadata: recipe: bucket: expected at least 1, got 0");
  CHECK(with([&](TensorFile& f) {
          replaced(f.metadata["recipe"], "\"hidden\":8", "\"hidden\":" + std::string(99, '['));
        }) == place + "metadata: recipe: expected at most 64 levels of nesting, got more");
  CHECK(with([](TensorFile& f) {
          f.tensors.push_back({"extra", {1}, {0.0F}});
        }) == place + "expected 105 tensors, got 106");
  CHECK(with([](TensorFile& f) {
          for (NamedTensor& t : f.tensors) {
            if (t.name == "adam.v.decoder.readout.bias") t.name = "x";
          }
        }) == place + "adam.v.decoder.readout.bias is missing");
}

TEST_CASE("a running run can be neither resumed nor replaced", "[resume]") {
  const Scratch scratch;
  TaskData data = reverse_data();
  run_training(data, quick_recipe(), quick_options("a"), stop_after(21));
  const Files before = files_in("a");
  {
    const OpenRun held = open_run("a");
    const std::string holder = "a: in use by process " + std::to_string(getpid()) + " on ";
    CHECK(message_of("a").starts_with(holder));
    RunOptions force = quick_options("a");
    force.force = true;
    CHECK_THROWS_AS(run_training(data, quick_recipe(), force, {}), InUseError);
  }
  CHECK(files_in("a") == before);  // and the lock is gone
  CHECK(message_of("a").empty());
}
