#include "attnviz/train/memory.h"

#include <algorithm>
#include <string>

#include "attnviz/base/error.h"
#include "attnviz/base/number.h"
#include "attnviz/model/seq2seq.h"

namespace attnviz {
namespace {

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;

}  // namespace

// In double: products of sizes from a file or the command line must not overflow.
double estimate_memory(const ModelConfig& config, const Recipe& recipe, int longest) {
  const double H = config.hidden;
  const double K = config.annotation();
  const double D = config.decoder_hidden;
  const double A = config.key();
  const double R = config.readout_units;
  const double V = config.target_vocabulary;
  // Weights, average, best, two moments, transposed, gradients of four shards; and, while they are
  // saved, two copies of five of them.
  constexpr double copies = 10.0 + 2.0 * 5.0;
  const double tables =
      6.0 * H * config.source_vocabulary + (3.0 * D + std::max(R, V)) * V;  // of the tokens
  const double weights = copies * static_cast<double>(count_parameters(config)) + 6.0 * tables;
  // A column of the tapes: two directions of the encoder, the memory, then the decoder.
  const double source_column = 2.0 * 15.0 * H + 2.0 * (K + A);
  const double target_column = 16.0 * D + 2.0 * A + longest + 3.0 * K + 2.0 * R + 2.0 * V;
  constexpr double evaluated = 64.0;  // examples side by side
  const double columns =
      (std::max(recipe.batch, recipe.late_batch) + evaluated) * static_cast<double>(longest);
  return sizeof(Scalar) * (weights + columns * (source_column + target_column));
}

void check_memory(const ModelConfig& config, const Recipe& recipe, int longest, double limit) {
  const double bytes = estimate_memory(config, recipe, longest);
  if (bytes <= limit) return;
  throw LimitError("--max-memory: expected a run of at most " + format_shortest(limit / gibibyte) +
                   " GiB, got one of about " + format_fixed(bytes / gibibyte, 1) +
                   " GiB; raise the limit, or lower --hidden, --embedding or --batch");
}

}  // namespace attnviz
