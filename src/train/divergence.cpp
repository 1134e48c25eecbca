#include "train/divergence.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/math.h"
#include "base/number.h"

namespace attnviz {
namespace {

/// The largest magnitude of the weights and the tensor that holds it.
std::string largest_weight(const Seq2SeqWeights& weights) {
  Scalar largest = 0;
  std::string name;
  Seq2SeqWeights::visit(
      [&](std::string_view tensor, const auto& w) {
        if (w.size() == 0) return;
        const Scalar here = w.cwiseAbs().maxCoeff();
        if (name.empty() || here > largest) {
          largest = here;
          name = tensor;
        }
      },
      weights);
  return fmt::format("{} holds {}", name, format_shortest(static_cast<float>(largest)));
}

}  // namespace

std::string divergence(const Trainer& trainer, double loss, double validation_loss) {
  if (const std::string culprit = trainer.first_not_finite(); !culprit.empty()) {
    return culprit + " is not finite";
  }
  if (!std::isfinite(validation_loss)) return "the loss is not finite";
  const double guessing = math::log(trainer.config().target_vocabulary);
  if (std::min(loss, validation_loss) < 2.0 * guessing) return "";
  return fmt::format("the loss is {}, that of guessing {}; {}", format_fixed(loss, 2),
                     format_fixed(guessing, 2), largest_weight(trainer.raw_weights()));
}

}  // namespace attnviz
