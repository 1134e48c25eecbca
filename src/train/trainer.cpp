#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nn/processor.h"

namespace attnviz {
namespace {

/// The first tensor that is not finite, "" if all are.
std::string first_not_finite(const std::string& what, const Seq2SeqWeights& tensors) {
  std::string culprit;
  Seq2SeqWeights::visit(
      [&](std::string_view name, const auto& tensor) {
        if (culprit.empty() && !tensor.allFinite()) culprit = what + std::string(name);
      },
      tensors);
  return culprit;
}

}  // namespace

Trainer::Trainer(const ModelConfig& config, const Recipe& recipe, std::uint64_t seed, int threads)
    : config_(config), recipe_(recipe), seed_(seed), workers_(threads), update_(config, workers_) {
  Random random(seed, static_cast<std::uint64_t>(Stream::initialisation));
  initialise(config_, recipe_.initialisation, random, weights_);
  average_ = weights_;
  adam_.resize(config_);
}

void Trainer::restore(TrainerState state) {
  weights_ = std::move(state.weights);
  average_ = std::move(state.average);
  adam_ = std::move(state.adam);
}

std::string Trainer::first_not_finite() const {
  for (const auto& [what, tensors] :
       {std::pair{"", &weights_}, std::pair{"the average of ", &average_},
        std::pair{"Adam's first moment of ", &adam_.m},
        std::pair{"Adam's second moment of ", &adam_.v}}) {
    std::string culprit = attnviz::first_not_finite(what, *tensors);
    if (!culprit.empty()) return culprit;
  }
  return "";
}

void Trainer::average(ModelPart part, Share share) {
  // Young averages forget faster, or they would remember the initial weights.
  const double memory = std::min(recipe_.average, 1.0 - 1.0 / steps_done());
  const auto rate = static_cast<Scalar>(1.0 - memory);
  const auto update = [rate](Index count, Scalar* mean, const Scalar* w) {
    kernels().average(count, rate, w, mean);
  };
  Seq2SeqWeights::visit_part(
      part, [&](std::string_view, auto&... tensors) { share.visit(update, tensors...); }, average_,
      weights_);
}

StepReport Trainer::step(std::span<const EncodedPair* const> pairs, double rate_scale,
                         StopCheck stop) {
  const int step = steps_done();
  const Update::Result update = update_.run(weights_, pairs, shard_count(pairs.size()),
                                            {.entropy_penalty = entropy_penalty(recipe_, step),
                                             .dropout = recipe_.dropout,
                                             .state_dropout = forgetting(recipe_, step),
                                             .seed = seed_,
                                             .step = step,
                                             .stop = stop});
  StepReport report{update.loss, update.norm, {}};
  if (!std::isfinite(update.loss) || !std::isfinite(update.norm)) {
    report.culprit = attnviz::first_not_finite("the gradient of ", update.gradient);
    if (report.culprit.empty()) report.culprit = "the loss";
    return report;
  }
  const double rate = rate_scale * learning_rate(recipe_, step);
  ++adam_.updates;
  for_each_share(workers_, [&](ModelPart part, Share share) {
    adam_update(recipe_.adam, rate, update.norm, part, share, update.gradient, adam_, weights_);
    if (recipe_.average > 0.0) average(part, share);
  });
  return report;
}

}  // namespace attnviz
