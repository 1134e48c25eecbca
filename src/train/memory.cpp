#include "train/memory.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/number.h"
#include "model/seq2seq.h"
#include "train/update.h"

namespace attnviz {
namespace {

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;

}  // namespace

// In double: products of sizes from a file or the command line must not overflow.
double estimate_memory(const ModelConfig& config, const Recipe& recipe, int longest) {
  const double G = static_cast<double>(gate_count(config.cell));
  const double H = config.hidden;
  const double K = config.annotation();
  const double D = config.decoder_hidden;
  const double A = config.key();
  const double R = config.readout_units;
  const double V = config.target_vocabulary;
  const int batch = std::max(recipe.batch, recipe.late_batch);
  const double shards = shard_count(static_cast<std::size_t>(batch));
  // Weights, average, best, two moments, transposed, gradients of the shards; and, while they are
  // saved, two copies of five of them.
  const double copies = 6.0 + shards + 2.0 * 5.0;
  const double longest_batch = batch * static_cast<double>(longest);
  // Tables of the tokens: of all for decoding; of those in a batch for the step and its shards.
  const auto tables = [&](double source_tokens, double target_tokens) {
    return 2.0 * G * H * source_tokens + (G * D + (R > 0.0 ? R : V)) * target_tokens;
  };
  const auto in_batch = [&](double vocabulary) {
    return std::min(vocabulary, std::max(longest_batch, double{StepTokens::max_whole}));
  };
  const double weights = copies * static_cast<double>(count_parameters(config)) +
                         tables(config.source_vocabulary, V) +
                         (1.0 + shards) * tables(in_batch(config.source_vocabulary), in_batch(V));
  // Hard attention: the readouts of one output in each shard, forward and backward, and a copy of
  // the last layer; in the columns what an input adds to a readout, with its gradient, what the
  // inputs share, and two more maps.
  const double hard = config.hard ? 1.0 : 0.0;
  const double L = R > 0.0 ? R : V;
  const double readouts = hard * ((1.0 + shards) * 3.0 * (V + R) * longest + V * R);
  // A column of the tapes: two directions of the encoder, the memory, then the decoder.
  // Of a recurrent layer: states, gates and their gradients.
  const double recurrent = config.cell == Cell::gru ? 12.0 : 13.0;
  const double source_column = 2.0 * recurrent * H + 2.0 * (K + A) + hard * 2.0 * L;
  const double maps = (1.0 + (config.coverage ? 1.0 : 0.0) + (config.copy ? 3.0 : 0.0)) * longest +
                      hard * (2.0 * longest + L);
  const double target_column =
      (recurrent + G + 1.0) * D + 2.0 * A + maps + 3.0 * K + 2.0 * R + 2.0 * V;
  constexpr double evaluated = 64.0;  // examples side by side
  const double columns = longest_batch + evaluated * static_cast<double>(longest);
  return sizeof(Scalar) * (weights + readouts + columns * (source_column + target_column));
}

void check_memory(const ModelConfig& config, const Recipe& recipe, int longest, double limit) {
  const double bytes = estimate_memory(config, recipe, longest);
  if (bytes <= limit) return;
  throw MemoryLimitError(fmt::format("expected a run of at most {} GiB, got one of about {} GiB",
                                     format_shortest(limit / gibibyte),
                                     format_fixed(bytes / gibibyte, 1)));
}

}  // namespace attnviz
