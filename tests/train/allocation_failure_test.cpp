// Every allocation fails in turn: nothing crashes, and files stay intact.
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <functional>
#include <new>

#include "attnviz/error.h"
#include "attnviz/png.h"
#include "base/file.h"
#include "catch.h"
#include "cli/run_program.h"
#include "infer/predict.h"
#include "infer/small_model.h"
#include "model/checkpoint.h"
#include "render/figure/heatmap.h"
#include "render/maps.h"
#include "train/allocation_counter.h"
#include "train/trainer.h"

using namespace attnviz;

namespace {

enum End { done, refused, crashed };

/// How `work` ends in a process of its own whose allocation number `k` fails. The library for JSON
/// allocates in destructors, where a failure ends the process: main() does that with a message.
End end_of(const std::function<void()>& work, long k) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::set_terminate([] { ::_exit(refused); });
    try {
      fail_allocation_after(k);
      work();
      fail_allocation_after(-1);
      ::_exit(done);
    } catch (const std::bad_alloc&) {
      ::_exit(refused);
    } catch (const Error&) {  // a library may say it in its own way
      ::_exit(refused);
    } catch (...) {
      ::_exit(crashed);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? static_cast<End>(WEXITSTATUS(status)) : crashed;
}

/// Tries all k until none fails any more; `check` examines what each has left. At least `least`
/// must have been refused. Big works are tried at every `stride`-th k.
void fail_all(
    const std::function<void()>& work, int least,
    const std::function<void(End)>& check = [](End) {}) {
  if (!allocations_are_counted()) return;
  const std::size_t before = allocation_count();
  work();
  const auto all = static_cast<long>(allocation_count() - before);
  int refusals = 0;
  for (long k = 0; k <= all; ++k) {
    const End end = end_of(work, k);
    INFO("allocation " << k << " of " << all);
    REQUIRE(end != crashed);
    refusals += end == refused ? 1 : 0;
    check(end);
  }
  CHECK(refusals >= least);
}

}  // namespace

TEST_CASE("a model is loaded or refused when memory runs out", "[allocation]") {
  const std::string bytes = write_model(small_model());
  fail_all([&] { read_model(bytes, "m"); }, 100);
}

TEST_CASE("a model is saved whole or not at all when memory runs out", "[allocation]") {
  const WorkFolder folder;
  const std::string path = folder.work() / "model.safetensors";
  const Model model = small_model();
  const std::string whole = write_model(model);
  fail_all([&] { write_file(path, write_model(model)); }, 100,
           [&](End end) {
             const std::string now = folder.read("model.safetensors");
             REQUIRE(((now == whole) || (end == refused && now == "old")));
             for (const auto& entry : std::filesystem::directory_iterator(folder.work())) {
               REQUIRE(entry.path().filename() == "model.safetensors");
             }
             folder.write("model.safetensors", "old");
           });
}

TEST_CASE("a step of training does its work or refuses when memory runs out", "[allocation]") {
  const std::vector<EncodedExample> examples = some_examples("reverse", 16);
  std::vector<const EncodedPair*> pairs;
  for (const EncodedExample& example : examples) pairs.push_back(&example.pair);
  ModelConfig config;
  config.source_vocabulary = config.target_vocabulary = 30;
  fail_all(
      [&] {
        Trainer trainer(config, {}, 1, 1);
        trainer.step(pairs);
      },
      50);
}

TEST_CASE("inputs are answered or refused when memory runs out", "[allocation]") {
  const Model model = small_model();
  // A beam of three takes more room than the greedy answers before it, a longer pair than a short
  // one: buffers in use have to grow.
  const std::vector<std::vector<std::string>> sources{{"a", "b", "c"}, {"d"}};
  AnswerOptions options;
  options.beam.width = 3;
  fail_all([&] { predict(model, sources, options); }, 100);
  fail_all([&] { align(model, sources, sources); }, 100);
  const EncodedPair small{{4, Vocabulary::end}, {4, Vocabulary::end}};
  const EncodedPair big{{4, 5, 6, 7, Vocabulary::end}, {7, 6, 5, 4, Vocabulary::end}};
  fail_all(
      [&] {
        DecodingScratch scratch(model.config);
        for (const EncodedPair* pair : {&small, &big}) {
          project_tokens(model.weights, scratch.tables);
          decode_forced(model.weights, model.config, std::span(&pair, 1), scratch);
        }
      },
      50);
}

TEST_CASE("a picture is drawn or refused when memory runs out", "[allocation]") {
  const AttentionMap map = map_of({"a", "b"}, {"c", "d"});
  HeatmapOptions options;
  options.texts.title = "t";
  fail_all([&] { encode_png(draw_heatmap(map, options)); }, 50);
}
