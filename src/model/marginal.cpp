#include "model/marginal.h"

#include "base/math.h"
#include "model/decoder.h"
#include "nn/activation.h"
#include "nn/loss.h"
#include "nn/processor.h"
#include "nn/product.h"

namespace attnviz {
namespace {

/// The hidden layer, and the logits behind p_ij in place of log p_ij.
void read_out(const MarginalOutput& output, const MarginalTape& tape, InputReadouts& readouts) {
  const Columns all{0, output.inputs.count};
  auto logits = columns(readouts.log_probabilities, all);
  auto sums = output.last != nullptr ? columns(readouts.units, all) : logits;
  sums = columns(tape.values, output.inputs).colwise() + tape.shared.col(output.column);
  if (output.last == nullptr) return;
  tanh_in_place(sums);
  if (output.dropout.probability > 0.0) {
    sums.array().colwise() *= output.dropout.mask.col(output.column).array();
  }
  logits.colwise() = output.last->b;
  add_product(output.last->W, sums, logits);
}

/// From the logits to log p_ij, and log a_ij: what is mixed.
MixtureTask normalise(const MarginalOutput& output, const MarginalTape& tape,
                      InputReadouts& readouts) {
  for (Index j = 0; j < output.inputs.count; ++j) {
    readouts.log_weights[j] =
        static_cast<Scalar>(math::log(static_cast<double>(output.weights[j])));
    readouts.log_probabilities.col(j).array() -= tape.normalisers(j, output.column);
  }
  return {.symbols = readouts.log_probabilities.rows(),
          .inputs = output.inputs.count,
          .log_a = readouts.log_weights.data(),
          .log_p = strided(readouts.log_probabilities)};
}

/// From the gradient of t = mask tanh(x) to that of x, as in the readout of contexts.
void units_backward(const MarginalOutput& output, MatrixIn t, MatrixOut d) {
  const double dropped = output.dropout.probability;
  if (dropped == 0.0) return tanh_backward(t, d);
  d.array() *= 1 - (static_cast<Scalar>(1.0 - dropped) * t.array()).square();
  d.array().colwise() *= output.dropout.mask.col(output.column).array();
}

}  // namespace

void InputReadouts::grow(const ModelConfig& config, Index source_steps) {
  attnviz::grow(log_weights, source_steps, 1);
  attnviz::grow(units, config.readout_units, source_steps);
  attnviz::grow(log_probabilities, config.target_vocabulary, source_steps);
}

void MarginalTape::grow(const ModelConfig& config, Index source_total, Index source_steps,
                        Index columns) {
  if (!config.hard) return;
  const Index L = config.readout_units > 0 ? config.readout_units : config.target_vocabulary;
  attnviz::grow(values, L, source_total);
  attnviz::grow(shared, L, columns);
  attnviz::grow(normalisers, source_steps, columns);
  readouts.grow(config, source_steps);
}

void MarginalBackwardTape::grow(const ModelConfig& config, Index source_total, Index source_steps) {
  if (!config.hard) return;
  const Index L = config.readout_units > 0 ? config.readout_units : config.target_vocabulary;
  attnviz::grow(d_values, L, source_total);
  readouts.grow(config, source_steps);
  attnviz::grow(d_logits, config.target_vocabulary, source_steps);
  attnviz::grow(d_units, config.readout_units, source_steps);
}

void mix_readouts(const MarginalOutput& output, MarginalTape& tape, Eigen::Ref<Vector> log_p) {
  read_out(output, tape, tape.readouts);
  for (Index j = 0; j < output.inputs.count; ++j) {
    tape.normalisers(j, output.column) =
        static_cast<Scalar>(log_sum_exp(tape.readouts.log_probabilities.col(j)));
  }
  kernels().mix(normalise(output, tape, tape.readouts), log_p.data());
}

void posterior(const MarginalOutput& output, const Eigen::Ref<const Vector>& log_p, int symbol,
               MarginalTape& tape, Eigen::Ref<Vector> shares) {
  read_out(output, tape, tape.readouts);
  const MixtureTask task = normalise(output, tape, tape.readouts);
  for (Index j = 0; j < task.inputs; ++j) {
    const Scalar log_joint = task.log_a[j] + task.log_p(j)[symbol];
    shares[j] = static_cast<Scalar>(math::exp(static_cast<double>(log_joint - log_p[symbol])));
  }
}

void mix_readouts_backward(const MarginalOutput& output, const Matrix& last_t,
                           const Eigen::Ref<const Vector>& log_p, const Eigen::Ref<const Vector>& d,
                           const MarginalTape& tape, MarginalBackwardTape& d_tape,
                           Eigen::Ref<Vector> d_log_weights, Eigen::Ref<Vector> d_shared,
                           LinearWeights& d_last) {
  const Columns all{0, output.inputs.count};
  read_out(output, tape, d_tape.readouts);
  kernels().mix_backward(normalise(output, tape, d_tape.readouts), log_p.data(), d.data(),
                         d_log_weights.data(), strided(d_tape.d_logits));
  const auto d_logits = columns(d_tape.d_logits, all);
  auto d_sums = columns(output.last != nullptr ? d_tape.d_units : d_tape.d_logits, all);
  if (output.last != nullptr) {
    const auto t = columns(d_tape.readouts.units, all);
    add_product(d_logits, t.transpose(), d_last.W);
    bias_backward(d_logits, d_last.b);
    product(last_t, d_logits, d_sums);
    units_backward(output, t, d_sums);
  }
  d_shared = d_sums.rowwise().sum();
  columns(d_tape.d_values, output.inputs) += d_sums;
}

}  // namespace attnviz
