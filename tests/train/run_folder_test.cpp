// What a run's folder holds beside the run: another run, one that is replaced, what is not ours.
#include "train/run_folder.h"
#include "json.h"

#include <filesystem>
#include <map>

#include "attnviz/error.h"
#include "base/file.h"
#include "catch.h"
#include "model/checkpoint.h"
#include "train/quick_run.h"
#include "train/run.h"
#include "train/run_record.h"

using namespace attnviz;
namespace fs = std::filesystem;

namespace {

TaskData data_of(const std::string& name) {
  const Task& task = find_task(name);
  return TaskData(task, task.defaults);
}

RunOptions forced(const std::string& folder) {
  RunOptions options = quick_options(folder);
  options.force = true;
  options.seed = 2;
  return options;
}

RunEvents stop_when(const std::function<bool()>& when) {
  RunEvents events;
  events.should_stop = when;
  return events;
}

const std::string names[] = {"last.safetensors", "model.safetensors", "config.json",
                             "metrics.jsonl"};

}  // namespace

TEST_CASE("the files of a run name it, equal runs alike", "[folder]") {
  const Scratch scratch;
  TaskData data = data_of("reverse");
  run_training(data, quick_recipe(), quick_options("a"), {});
  run_training(data, quick_recipe(), quick_options("b"), {});
  const std::string name = load_model("a").metadata.at("run");
  CHECK(name.starts_with("reverse-1-"));
  CHECK(load_model("b").metadata.at("run") == name);
  CHECK(open_run("a").saved.best.metadata.at("run") == name);
  CHECK(nlohmann::json::parse(read_file("a/config.json", 1U << 20U)).at("run") == name);
  const std::string metrics = read_file("a/metrics.jsonl", 1U << 20U);
  CHECK(metrics.starts_with("{\"run\":\"" + name + "\""));
  CHECK(mixed_runs(RunFolder("a")).empty());

  const auto other_name = [&](const TrainingData& other, const Recipe& recipe, std::uint64_t seed) {
    return run_name(other, recipe, seed, {});
  };
  CHECK(other_name(data, quick_recipe(), 1) == name);
  CHECK(other_name(data, quick_recipe(), 2) != name);
  CHECK(other_name(data_of("left-shift"), quick_recipe(), 1) != name);
  Recipe longer = quick_recipe();
  longer.steps = 61;
  CHECK(other_name(data, longer, 1) != name);
  CHECK(run_name(data, quick_recipe(), 1, InitialWeights{"a", load_model("a").weights}) != name);
}

TEST_CASE("a folder mixed from two runs is told and not resumed", "[folder]") {
  const Scratch scratch;
  TaskData reverse = data_of("reverse");
  TaskData dates = data_of("dates");
  run_training(reverse, quick_recipe(), quick_options("reverse"), {});
  run_training(dates, quick_recipe(), quick_options("dates"), {});
  for (const std::string& name : names) {
    INFO(name);
    fs::remove_all("mixed");
    fs::copy("reverse", "mixed");
    fs::copy("dates/" + name, "mixed/" + name, fs::copy_options::overwrite_existing);
    const Files before = files_in("mixed");
    const std::string mixed = mixed_runs(RunFolder("mixed"));
    CHECK(mixed.find(name) != std::string::npos);
    CHECK(mixed.find("dates-1-") != std::string::npos);
    CHECK(mixed.find("reverse-1-") != std::string::npos);
    CHECK_THROWS_AS(open_run("mixed"), InputError);
    CHECK_THROWS_WITH(open_run("mixed"), Catch::Contains("holds files of several runs: " + mixed));
    CHECK(files_in("mixed") == before);
  }
  // Files of earlier versions name no run.
  fs::remove_all("mixed");
  fs::copy("reverse", "mixed");
  write_file("mixed/config.json", "{}");
  write_file("mixed/metrics.jsonl", "not even JSON");
  CHECK(mixed_runs(RunFolder("mixed")).empty());
}

TEST_CASE("a run without a name, as earlier versions wrote it, is resumed", "[folder]") {
  const Scratch scratch;
  TaskData data = data_of("reverse");
  run_training(data, quick_recipe(), quick_options("a"), {});
  TensorFile file = read_safetensors(read_file("a/last.safetensors", 1U << 26U), "last");
  file.metadata.erase("run");
  auto state = nlohmann::ordered_json::parse(file.metadata.at("state"));
  state.erase("counted");
  state.erase("patience");
  state["stalled"] = 3;
  file.metadata["state"] = state.dump();
  write_file("a/last.safetensors", write_safetensors(file));
  const OpenRun run = open_run("a");
  CHECK(run.saved.position.counted == 3);
  CHECK(run.saved.position.patience == quick_recipe().patience);
}

TEST_CASE("a run that is replaced stays aside until the new one has a model", "[folder]") {
  const Scratch scratch;
  TaskData data = data_of("reverse");
  run_training(data, quick_recipe(), quick_options("a"), {});
  const Files old = files_in("a");
  run_training(data, quick_recipe(), forced("whole"), {});
  const Files whole = files_in("whole");

  // stopped before the first evaluation: both are there
  run_training(data, quick_recipe(), forced("a"), stop_when([] { return true; }));
  Files both = files_in("a");
  CHECK(both.size() == 4 + 3);
  for (const auto& [name, bytes] : old) CHECK(both[".replaced/" + name] == bytes);
  CHECK_THROWS_AS(require_model(RunFolder("a")), NoEvaluationError);
  CHECK_THROWS_WITH(require_model(RunFolder("a")),
                    "a: no evaluation yet, step 0 of 60 (the run that it replaces is in "
                    "a/.replaced)");
  make_directory("runs");
  write_file("runs/latest", "a\n");
  CHECK_THROWS_AS(newest_run(), NoEvaluationError);
  CHECK_THROWS_AS(run_training(data, quick_recipe(), quick_options("a"), {}), RunExistsError);
  // replaced again: the one with a model stays
  run_training(data, quick_recipe(), forced("a"), stop_when([] { return true; }));
  CHECK(files_in("a") == both);
  // and gone when the new one has a model
  resume_training(data, open_run("a"), quick_options("a"), {});
  CHECK(files_in("a") == whole);
}

TEST_CASE("a run that is replaced comes back when the new one has no model", "[folder]") {
  const Scratch scratch;
  TaskData data = data_of("reverse");
  run_training(data, quick_recipe(), quick_options("a"), {});
  const Files old = files_in("a");
  Recipe diverging = quick_recipe();
  diverging.rate = 1000.0;
  diverging.warm_up = 0;
  std::vector<std::string> notes;
  RunEvents events;
  events.on_note = [&](const std::string& note) { notes.push_back(note); };
  CHECK(run_training(data, diverging, forced("a"), events).stop_reason == StopReason::diverged);
  CHECK(notes == std::vector<std::string>{"the run that was to be replaced is kept"});
  CHECK(files_in("a") == old);
  // or fails
  events.on_step = [](int, int, double) { throw OutputError("the disk is full"); };
  CHECK_THROWS_AS(run_training(data, quick_recipe(), forced("a"), events), OutputError);
  CHECK(files_in("a") == old);
  // or diverges after it was resumed
  run_training(data, diverging, forced("a"), stop_when([] { return true; }));
  CHECK(resume_training(data, open_run("a"), forced("a"), {}).stop_reason == StopReason::diverged);
  CHECK(files_in("a") == old);
}

TEST_CASE("a run that was being put aside or back when its owner was killed is whole again",
          "[folder]") {
  const Scratch scratch;
  TaskData data = data_of("reverse");
  run_training(data, quick_recipe(), quick_options("a"), {});
  const Files old = files_in("a");
  fs::create_directory("a/.replaced");
  const auto settle = [] { const FolderLock lock = RunFolder("a").reopen(); };
  settle();
  CHECK(!fs::exists("a/.replaced"));
  // at each of the moves, in their order
  for (std::size_t moved = 1; moved <= 4; ++moved) {
    fs::create_directory("a/.replaced");
    const char* order[] = {"last.safetensors", "model.safetensors", "metrics.jsonl", "config.json"};
    for (std::size_t i = 0; i < moved; ++i) {
      fs::rename("a/" + std::string(order[i]), "a/.replaced/" + std::string(order[i]));
    }
    CHECK(RunFolder("a").holds_run());
    if (moved > 1) CHECK_THROWS_AS(require_model(RunFolder("a")), NoEvaluationError);
    settle();
    CHECK(files_in("a") == old);
  }
  // killed after the new model was written
  run_training(data, quick_recipe(), quick_options("b"), {});
  fs::create_directory("a/.replaced");
  fs::copy("b/model.safetensors", "a/.replaced/model.safetensors");
  settle();
  CHECK(files_in("a") == old);
  CHECK(!fs::exists("a/.replaced"));
}

TEST_CASE("links and other things in the place of a run's files are neither written nor removed",
          "[folder]") {
  const Scratch scratch;
  TaskData data = data_of("reverse");
  run_training(data, quick_recipe(), quick_options("whole"), {});
  for (const std::string& name : names) {
    INFO(name);
    fs::remove_all("a");
    fs::copy("whole", "a");
    fs::rename("a/" + name, "elsewhere");
    fs::create_symlink("../elsewhere", "a/" + name);
    const std::string bytes = read_file("elsewhere", 1U << 26U);
    const std::string message = "a/" + name +
                                ": cannot write: it is a symbolic link, not a file "
                                "of a run; move it away";
    CHECK_THROWS_WITH(run_training(data, quick_recipe(), forced("a"), {}), message);
    CHECK_THROWS_WITH(open_run("a"), message);
    CHECK(read_file("elsewhere", 1U << 26U) == bytes);
    CHECK(fs::is_symlink("a/" + name));
    fs::remove("a/" + name);
    fs::create_directory("a/" + name);
    CHECK_THROWS_WITH(run_training(data, quick_recipe(), forced("a"), {}),
                      "a/" + name +
                          ": cannot write: it is a folder, not a file of a run; move it "
                          "away");
    CHECK(!fs::exists("a/.lock"));
  }
}

TEST_CASE("runs/latest is only written where it names a run", "[folder]") {
  const Scratch scratch;
  fs::create_directories("runs/x");
  fs::create_directory("out");
  CHECK(remember_newest_run("runs/x"));
  CHECK(remember_newest_run("out"));
  CHECK(read_file("runs/latest", 100) == "out/\n");
  CHECK_THROWS_WITH(newest_run(), "runs/latest: names out, which holds no model");
  write_file("runs/latest", "out\n");  // as earlier versions wrote it
  CHECK(remember_newest_run("runs/x"));
  // A run that is gone is no reason to leave its name.
  for (const std::string gone : {"gone", "./gone/", "/gone"}) {
    INFO(gone);
    CHECK(remember_newest_run(gone));
    CHECK(remember_newest_run("runs/x"));
    CHECK(read_file("runs/latest", 100) == "runs/x\n");
  }
  for (const std::string text : {"my notes\n", "out\nand more\n", "out", ""}) {
    INFO(text);
    write_file("runs/latest", text);
    CHECK(!remember_newest_run("runs/x"));
    CHECK(read_file("runs/latest", 100) == text);
  }
  write_file("runs/latest", "runs/gone\n");
  CHECK(remember_newest_run("runs/x"));
  fs::remove("runs/latest");
  write_file("mine", "out\n");
  fs::create_symlink("../mine", "runs/latest");
  CHECK(!remember_newest_run("runs/x"));
  CHECK(read_file("mine", 100) == "out\n");
  fs::remove("runs/latest");
  fs::create_directory("runs/latest");
  CHECK(!remember_newest_run("runs/x"));
  CHECK(fs::is_directory("runs/latest"));
}
