#include "model/copy.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/math.h"
#include "model/steps.h"
#include "nn/loss.h"
#include "nn/processor.h"

namespace attnviz {
namespace {

/// log(e^a + e^b)
double log_add(double a, double b) {
  return std::max(a, b) + math::log(1.0 + math::exp(-std::abs(a - b)));
}

/// log g and log (1 - g) of a column.
struct LogGate {
  explicit LogGate(double z) : generate(-log_add(0.0, -z)), copy(-log_add(0.0, z)) {}
  double generate;
  double copy;
};

LogGate gate_of(const CopyTape& tape, Index column) {
  return LogGate(static_cast<double>(tape.gate(0, column)));
}

/// The copies of an example.
std::span<const int> copies_of(const Batch& batch, Index example) {
  const auto k = static_cast<std::size_t>(example);
  return std::span(batch.copies)
      .subspan(static_cast<std::size_t>(batch.starts[k]),
               static_cast<std::size_t>(batch.starts[k + 1] - batch.starts[k]));
}

void mix_column(std::span<const int> copies, int vocabulary, const Matrix& attention, Index column,
                CopyTape& tape, Matrix& logits) {
  const LogGate gate = gate_of(tape, column);
  auto log_p = logits.col(column);
  auto generated = log_p.head(vocabulary);
  generated.array() += static_cast<Scalar>(gate.generate - log_sum_exp(generated));
  log_p.tail(logits.rows() - vocabulary).setConstant(no_symbol);
  for (Index j = 0; j < std::ssize(copies); ++j) {
    const int symbol = copies[static_cast<std::size_t>(j)];
    tape.generated(j, column) = log_p[symbol];
    tape.mass[symbol] += attention(j, column);
  }
  for (const int symbol : copies) {
    Scalar& mass = tape.mass[symbol];
    if (mass > 0) {  // not at a second place of the symbol
      log_p[symbol] = static_cast<Scalar>(log_add(
          static_cast<double>(log_p[symbol]), gate.copy + math::log(static_cast<double>(mass))));
    }
    mass = 0;
  }
}

}  // namespace

void CopyTape::grow(Index answers, Index source_steps, Index columns) {
  attnviz::grow(gate, 1, columns);
  attnviz::grow(generated, source_steps, columns);
  if (mass.size() >= answers) return;
  attnviz::grow(mass, answers, 1);
  mass.setZero();
}

double copied_share(const CopyTape& tape, Index column) {
  return math::exp(gate_of(tape, column).copy);
}

Index answer_symbols(const Batch& batch, int vocabulary) {
  const auto last = std::ranges::max_element(batch.copies);
  return last == batch.copies.end() ? vocabulary : std::max(vocabulary, *last + 1);
}

void mix_copies(const Batch& batch, int vocabulary, const Matrix& attention, Columns now,
                CopyTape& tape, Matrix& logits) {
  for (Index k = 0; k < now.count; ++k) {
    mix_column(copies_of(batch, k), vocabulary, attention, now.first + k, tape, logits);
  }
}

double copy_loss(const Batch& batch, const Matrix& logits, const CopyTape& tape, Scalar scale,
                 MatrixOut d_logits, Matrix& d_gate, Matrix& d_attention) {
  const Index V = d_logits.rows();
  double loss = 0.0;
  const auto add_column = [&](std::span<const int> copies, int label, Index column) {
    const LogGate gate = gate_of(tape, column);
    const auto log_p = static_cast<double>(logits(label, column));
    loss -= log_p;

    // r = g p_vocab / p: how far the label was generated, given that it is the answer
    double r = label < V ? 1.0 : 0.0;
    const auto d_copied = static_cast<Scalar>(-math::exp(gate.copy - log_p));
    auto d_logit = d_logits.col(column);
    d_logit = logits.col(column).head(V);
    for (Index j = 0; j < std::ssize(copies); ++j) {
      const int symbol = copies[static_cast<std::size_t>(j)];
      const Scalar generated = tape.generated(j, column);
      if (symbol < V) d_logit[symbol] = generated;
      if (symbol == label) r = math::exp(static_cast<double>(generated) - log_p);
      d_attention(j, column) = symbol == label ? scale * d_copied : 0;
    }
    const Scalar d_generated = scale * static_cast<Scalar>(r);
    kernels().softmax(V, d_logit.data(), d_generated, d_logit.data());
    if (label < V) d_logit[label] -= d_generated;
    // d(-log p) / dz = g - r
    d_gate(0, column) = scale * static_cast<Scalar>(math::exp(gate.generate) - r);
  };

  for (Index t = 0; t < batch.target_steps(); ++t) {
    const Columns now = step_columns(batch.target_first, t);
    for (Index k = 0; k < now.count; ++k) {
      const Index column = now.first + k;
      const int label = batch.labels[static_cast<std::size_t>(column)];
      if (label >= 0) {
        add_column(copies_of(batch, k), label, column);
        continue;
      }
      d_logits.col(column).setZero();
      d_gate(0, column) = 0;
      d_attention.col(column).setZero();
    }
  }
  return loss;
}

}  // namespace attnviz
