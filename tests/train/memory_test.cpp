#include "train/memory.h"

#include "attnviz/error.h"
#include "catch.h"
#include "model/seq2seq.h"

using namespace attnviz;

namespace {

ModelConfig config_of(int size) {
  ModelConfig config;
  config.source_vocabulary = config.target_vocabulary = 30;
  config.hidden = config.decoder_hidden = size;
  return config;
}

std::string message_of(int size, int batch, double limit) {
  Recipe recipe;
  recipe.batch = recipe.late_batch = batch;
  try {
    check_memory(config_of(size), recipe, 13, limit);
  } catch (const LimitError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("memory is estimated from all that grows", "[memory]") {
  Recipe recipe;
  const double least = estimate_memory(config_of(32), recipe, 13);
  CHECK(least > 20.0 * 4.0 * static_cast<double>(count_parameters(config_of(32))));
  CHECK(least < 64e6);
  CHECK(estimate_memory(config_of(64), recipe, 13) > 1.5 * least);
  CHECK(estimate_memory(config_of(32), recipe, 130) > 1.5 * least);
  ModelConfig lstm = config_of(32);
  lstm.cell = Cell::lstm;
  CHECK(estimate_memory(lstm, recipe, 13) > 1.1 * least);
  CHECK(estimate_memory(lstm, recipe, 13) < 4.0 / 3.0 * least);
  ModelConfig copying = config_of(32);
  copying.copy = true;
  CHECK(estimate_memory(copying, recipe, 130) > 1.1 * estimate_memory(config_of(32), recipe, 130));
  recipe.late_batch = 512;
  CHECK(estimate_memory(config_of(32), recipe, 13) > 1.5 * least);
}

TEST_CASE("the readouts of hard attention count", "[memory][hard]") {
  ModelConfig config = config_of(32);
  config.target_vocabulary = 20'000;
  config.readout_units = 64;
  const double soft = estimate_memory(config, Recipe{}, 60);
  config.hard = true;
  const double hard = estimate_memory(config, Recipe{}, 60);
  // those of one output, forward and backward, in decoding and in a shard; not of every output
  const double of_one = 4.0 * 60.0 * 20'000;
  CHECK(hard - soft > 2.0 * 3.0 * of_one);
  CHECK(hard - soft < 20.0 * of_one);
}

TEST_CASE("sizes above the limit are refused with the estimate", "[memory]") {
  constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;
  CHECK(message_of(32, 16, 4 * gibibyte).empty());
  const std::string message = message_of(4096, 4096, 4 * gibibyte);
  CHECK(message.starts_with("expected a run of at most 4 GiB, got one of about "));
  CHECK(message.ends_with(" GiB"));
  CHECK(message_of(4096, 4096, 400 * gibibyte).empty());
  CHECK(!message_of(1 << 20, 1'000'000'000, 1e15).empty());  // nothing overflows
}
