// A model in training: weights, optimizer, and the step that improves them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/workers.h"
#include "train/adam.h"
#include "train/recipe.h"
#include "train/update.h"

namespace attnviz {

struct StepReport {
  double loss = 0.0;    // mean cross-entropy of a target token, before the update
  double norm = 0.0;    // of the gradient, before clipping
  std::string culprit;  // what is not finite, if anything: then nothing was updated
  bool finite() const { return culprit.empty(); }
};

/// What steps change.
struct TrainerState {
  Seq2SeqWeights weights;
  Seq2SeqWeights average;
  AdamState adam;
};

class Trainer {
 public:
  /// Fresh weights.
  Trainer(const ModelConfig& config, const Recipe& recipe, std::uint64_t seed, int threads);

  /// Continues from that state, of the same sizes.
  void restore(TrainerState state);

  /// One update on a batch; the result does not depend on the number of threads. `rate_scale` is a
  /// factor of the recipe's learning rate. Throws WorkStopped when `stop` says so, with everything
  /// as it was before.
  StepReport step(std::span<const EncodedPair* const> pairs, double rate_scale = 1.0,
                  StopCheck stop = {});

  const ModelConfig& config() const { return config_; }
  /// What has been trained so far: the moving average of the weights if the recipe asks for one.
  const Seq2SeqWeights& weights() const { return recipe_.average > 0.0 ? average_ : weights_; }
  const Seq2SeqWeights& raw_weights() const { return weights_; }
  const AdamState& adam() const { return adam_; }
  /// The first weight, average or moment that is not finite, by its name; "" if all are.
  std::string first_not_finite() const;
  int steps_done() const { return static_cast<int>(adam_.updates); }

 private:
  void average(ModelPart part, Share share);

  ModelConfig config_;
  Recipe recipe_;
  std::uint64_t seed_;
  Seq2SeqWeights weights_;
  Seq2SeqWeights average_;
  AdamState adam_;
  Workers workers_;
  Update update_;
};

}  // namespace attnviz
