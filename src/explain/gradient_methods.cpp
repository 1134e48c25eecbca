// Methods that take derivatives by the embeddings of the inputs: gradient and integrated gradients.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/math.h"
#include "explain/methods.h"

namespace attnviz {
namespace {

/// Nodes of Gauss and Legendre's quadrature over 0..1, with their weights.
struct Quadrature {
  std::vector<double> nodes;
  std::vector<double> weights;
};

/// By Newton's method on the Legendre polynomial P_N from Tricomi's approximation of its roots.
Quadrature gauss_legendre(int N) {
  Quadrature result;
  for (int k = 0; k < N; ++k) {
    double x = math::cos_of_turns((k + 0.75) / (N + 0.5) / 2);
    double slope = 1.0;
    for (int round = 0; round < 100; ++round) {
      double p = 1.0;  // P_0, then P_1, ...
      double before = 0.0;
      for (int degree = 1; degree <= N; ++degree) {
        const double next = ((2 * degree - 1) * x * p - (degree - 1) * before) / degree;
        before = p;
        p = next;
      }
      slope = N * (x * p - before) / (x * x - 1);
      const double step = p / slope;
      x -= step;
      if (std::abs(step) < 1e-15) break;
    }
    result.nodes.push_back((1 - x) / 2);
    result.weights.push_back(1 / ((1 - x * x) * slope * slope));
  }
  return result;
}

Matrix embeddings_of(const Question& question) {
  const auto n = static_cast<Index>(question.inputs());
  const Matrix& symbols = question.parts.passes.symbols();
  Matrix x(symbols.rows(), n);
  for (Index j = 0; j < n; ++j) {
    x.col(j) = symbols.col(question.explained.source_ids[static_cast<std::size_t>(j)]);
  }
  return x;
}

/// The most that the sum of a row differs from f_i(x) - f_i(b), relative where that is above 1.
double residual(const Question& question, std::span<const double> f_absent,
                std::span<const double> values) {
  const std::size_t n = question.inputs();
  double most = 0.0;
  for (std::size_t i = 0; i < question.rows(); ++i) {
    const double change = question.f[i] - f_absent[i];
    double sum = 0.0;
    for (const double value : values.subspan(i * n, n)) sum += value;
    most = std::max(most, std::abs(sum - change) / std::max(1.0, std::abs(change)));
  }
  return most;
}

}  // namespace

void explain_by_gradient(Question& question, Attribution& result) {
  const Matrix x = embeddings_of(question);
  result.values = question.parts.passes.slopes(question.explained.answer_ids, {&x, 1}, x);
  result.check = "exact";
}

std::vector<double> integrated_gradients(Question& question, int absent, int nodes) {
  constexpr std::size_t at_once = 32;
  const Matrix x = embeddings_of(question);
  const Matrix b = question.parts.passes.symbols().col(absent).replicate(1, x.cols());
  const Matrix direction = x - b;
  const Quadrature quadrature = gauss_legendre(nodes);
  std::vector<double> values(question.rows() * question.inputs());
  for (std::size_t first = 0; first < quadrature.nodes.size(); first += at_once) {
    std::vector<Matrix> points;
    for (std::size_t k = first; k < std::min(first + at_once, quadrature.nodes.size()); ++k) {
      points.push_back(b + static_cast<Scalar>(quadrature.nodes[k]) * direction);
    }
    const std::vector<double> slopes =
        question.parts.passes.slopes(question.explained.answer_ids, points, direction);
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      values[k % values.size()] += quadrature.weights[first + k / values.size()] * slopes[k];
    }
  }
  return values;
}

void explain_by_integrated_gradients(Question& question, Attribution& result) {
  constexpr double tolerance = 1e-3;
  constexpr int most_nodes = 1024;
  const int absent = question.absent(*result.baseline);
  std::vector<int> source(question.inputs(), absent);
  source.push_back(Vocabulary::end);
  const std::vector<double> f_absent = question.parts.passes.log_probabilities(
      question.explained.answer_ids, 1, [&](std::size_t) { return source; });
  int nodes = 16;
  double rest = 0.0;
  do {
    nodes *= 2;
    result.values = integrated_gradients(question, absent, nodes);
    rest = residual(question, f_absent, result.values);
  } while (rest > tolerance && nodes < most_nodes);
  result.check =
      fmt::format("{} nodes; sums right {}to {:.0e}", nodes, rest > tolerance ? "only " : "", rest);
}

}  // namespace attnviz
