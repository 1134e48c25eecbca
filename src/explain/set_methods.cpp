// Methods that look at sets of inputs, the others absent: Shapley values, LIME, Kernel SHAP.
#include <fmt/core.h>
#include <Eigen/Cholesky>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/math.h"
#include "base/random.h"
#include "explain/methods.h"

namespace attnviz {
namespace {

/// The inputs that are present.
using Set = std::vector<bool>;

std::vector<Set> all_sets(std::size_t n) {
  std::vector<Set> sets(std::size_t{1} << n, Set(n));
  for (std::size_t number = 0; number < sets.size(); ++number) {
    for (std::size_t j = 0; j < n; ++j) sets[number][j] = (number >> j & 1U) != 0;
  }
  return sets;
}

/// f_i of sets: sets x outputs.
std::vector<double> values_of(Question& question, Baseline baseline, std::span<const Set> sets) {
  const int absent = question.absent(baseline);
  return question.parts.passes.log_probabilities(
      question.explained.answer_ids, sets.size(), [&](std::size_t k) {
        std::vector<int> source = question.explained.source_ids;
        for (std::size_t j = 0; j < sets[k].size(); ++j) {
          if (!sets[k][j]) source[j] = absent;
        }
        return source;
      });
}

/// The same of all sets, calculated once.
const std::vector<double>& values_of_all(Question& question, Baseline baseline) {
  if (question.sets.empty()) {
    question.sets = values_of(question, baseline, all_sets(question.inputs()));
  }
  return question.sets;
}

double binomial(std::size_t n, std::size_t k) {
  double result = 1.0;
  for (std::size_t i = 1; i <= k; ++i) {
    result *= static_cast<double>(n - k + i) / static_cast<double>(i);
  }
  return result;
}

/// phi_ij = sum_S |S|! (n - 1 - |S|)! / n! (f_i(S + j) - f_i(S)) over all sets S without j
void shapley_exactly(Question& question, Attribution& result) {
  const std::size_t n = question.inputs();
  const std::size_t T = question.rows();
  const std::vector<double>& f = values_of_all(question, *result.baseline);
  std::vector<double> weights;
  for (std::size_t size = 0; size < n; ++size) {
    weights.push_back(1.0 / (static_cast<double>(n) * binomial(n - 1, size)));
  }
  const std::size_t sets = std::size_t{1} << n;
  for (std::size_t j = 0; j < n; ++j) {
    const std::size_t bit = std::size_t{1} << j;
    for (std::size_t set = 0; set < sets; ++set) {
      if ((set & bit) != 0) continue;
      const double weight = weights[static_cast<std::size_t>(std::popcount(set))];
      for (std::size_t i = 0; i < T; ++i) {
        result.values[i * n + j] += weight * (f[(set | bit) * T + i] - f[set * T + i]);
      }
    }
  }
  double rest = 0.0;
  for (std::size_t i = 0; i < T; ++i) {
    const double sum =
        std::accumulate(result.values.begin() + static_cast<std::ptrdiff_t>(i * n),
                        result.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * n), 0.0);
    rest = std::max(rest, std::abs(sum - (f[(sets - 1) * T + i] - f[i])));
  }
  result.check = fmt::format("exact, all {} sets; sums right to {:.0e}", sets, rest);
}

/// Random orders, each with its reverse; along an order the sets grow from none to all.
std::vector<std::vector<std::size_t>> draw_orders(std::size_t n, std::size_t pairs,
                                                  Random& random) {
  std::vector<std::vector<std::size_t>> orders;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    random.shuffle(std::span(order));
    orders.push_back(order);
    orders.emplace_back(order.rbegin(), order.rend());
  }
  return orders;
}

/// The mean over random orders of what each input changes when it joins those before it. The two
/// of a pair have errors of opposite sign (Mitchell et al. 2022).
void shapley_by_orders(Question& question, Attribution& result) {
  const std::size_t n = question.inputs();
  const std::size_t T = question.rows();
  const auto samples = static_cast<std::size_t>(question.options.samples);
  const std::size_t pairs = std::max<std::size_t>(2, samples / (2 * (n - 1)));
  check_values(2 * pairs * (n + 1), T);
  Random random(question.options.seed);
  const auto orders = draw_orders(n, pairs, random);
  std::vector<Set> sets;
  for (const auto& order : orders) {
    sets.emplace_back(n);
    for (const std::size_t j : order) {
      sets.push_back(sets.back());
      sets.back()[j] = true;
    }
  }
  const std::vector<double> f = values_of(question, *result.baseline, sets);
  std::vector<double> squares(T * n);
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    std::vector<double> change(T * n);  // twice the pair's mean
    for (const std::size_t o : {2 * pair, 2 * pair + 1}) {
      for (std::size_t place = 0; place < n; ++place) {
        const double* before = &f[(o * (n + 1) + place) * T];
        for (std::size_t i = 0; i < T; ++i) {
          change[i * n + orders[o][place]] += before[T + i] - before[i];
        }
      }
    }
    for (std::size_t cell = 0; cell < change.size(); ++cell) {
      result.values[cell] += change[cell] / 2;
      squares[cell] += change[cell] / 2 * change[cell] / 2;
    }
  }
  const auto P = static_cast<double>(pairs);
  double error = 0.0;
  for (std::size_t cell = 0; cell < squares.size(); ++cell) {
    double& value = result.values[cell];
    value /= P;
    const double variance = std::max(0.0, squares[cell] / P - value * value) * P / (P - 1);
    error = std::max(error, std::sqrt(variance / P));
  }
  result.check = fmt::format("{} pairs of orders; standard error up to {:.2g}", pairs, error);
}

/// Sets with what they count in a least-squares fit.
struct WeightedSets {
  std::vector<Set> sets;
  std::vector<double> weights;
  std::vector<double> f;  // sets x outputs
  bool are_all = false;
};

/// A random set of that size.
Set draw_set(std::size_t n, std::size_t size, Random& random) {
  std::vector<int> inputs(n);
  std::iota(inputs.begin(), inputs.end(), 0);
  choose(random, size, inputs);
  Set set(n);
  for (const int j : inputs) set[static_cast<std::size_t>(j)] = true;
  return set;
}

std::size_t size_of(const Set& set) {
  return static_cast<std::size_t>(std::ranges::count(set, true));
}

/// All sets up to max_exact inputs, each with its chance times weight(size); else sets whose size
/// is drawn with chances[size] and which then are equally likely, each with weight(size).
template <typename Weight>
WeightedSets weighted_sets(Question& question, Baseline baseline, std::span<const double> chances,
                           const Weight& weight) {
  const std::size_t n = question.inputs();
  WeightedSets result;
  result.are_all = n <= max_exact;
  if (result.are_all) {
    result.sets = all_sets(n);
    result.f = values_of_all(question, baseline);
    for (const Set& set : result.sets) {
      const std::size_t size = size_of(set);
      result.weights.push_back(chances[size] / binomial(n, size) * weight(size));
    }
    return result;
  }
  const auto samples = static_cast<std::size_t>(question.options.samples);
  check_values(samples, n + 1);  // the fit has a row a set
  Random random(question.options.seed);
  const double total = std::accumulate(chances.begin(), chances.end(), 0.0);
  for (std::size_t k = 0; k < samples; ++k) {
    double place = random.uniform() * total;
    std::size_t size = 0;
    while (size < n && place >= chances[size]) place -= chances[size++];
    result.sets.push_back(draw_set(n, size, random));
    result.weights.push_back(weight(size));
  }
  result.f = values_of(question, baseline, result.sets);
  return result;
}

using Wide = Eigen::MatrixXd;

/// The least-squares fit of y (sets x T) by x (sets x n), weighted: n x T.
Wide fit(const Eigen::Ref<const Wide>& x, const Eigen::Ref<const Wide>& y,
         std::span<const double> weights) {
  const Eigen::Map<const Eigen::VectorXd> w(weights.data(), static_cast<Index>(weights.size()));
  Wide normal = x.transpose() * w.asDiagonal() * x;
  // Where too few sets were drawn to tell all inputs apart, the smallest solution.
  normal.diagonal().array() += 1e-13 * normal.trace();
  return normal.ldlt().solve(x.transpose() * w.asDiagonal() * y);
}

Wide matrix_of(std::span<const double> f, std::size_t rows, std::size_t T) {
  return Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
      f.data(), static_cast<Index>(rows), static_cast<Index>(T));
}

/// The fit of y by x, a row a set. Of sets that were drawn, `check` says how far the fits of their
/// two halves are apart: about twice the standard error of the whole.
Wide fit_and_check(const WeightedSets& sets, const Wide& x, const Wide& y, std::string& check) {
  const auto rows = x.rows();
  if (sets.are_all) {
    check = fmt::format("{} sets, all of them", rows);
  } else if (rows < 2 * x.cols()) {
    check = fmt::format("{} sets drawn; too few to tell all inputs apart", rows);
  } else {
    const auto half = rows / 2;
    const std::span<const double> weights(sets.weights);
    const auto first = static_cast<std::size_t>(half);
    const Wide apart =
        fit(x.topRows(half), y.topRows(half), weights.first(first)) -
        fit(x.bottomRows(rows - half), y.bottomRows(rows - half), weights.subspan(first));
    check = fmt::format("{} sets drawn; standard error about {:.2g}", rows,
                        apart.cwiseAbs().maxCoeff() / 2);
  }
  return fit(x, y, sets.weights);
}

}  // namespace

void explain_by_shapley(Question& question, Attribution& result) {
  result.values.assign(question.rows() * question.inputs(), 0.0);
  if (question.inputs() <= max_exact) {
    shapley_exactly(question, result);
  } else {
    shapley_by_orders(question, result);
  }
}

/// f_i(S) = c_i + sum_{j in S} phi_ij, with weights exp(-8 D^2), D the cosine distance of S from
/// all inputs, as in the authors' program for texts; the sizes of sets are equally likely.
void explain_by_lime(Question& question, Attribution& result) {
  const std::size_t n = question.inputs();
  const std::vector<double> chances(n + 1, 1.0);
  const auto weight = [n](std::size_t size) {
    const double distance = 1.0 - std::sqrt(static_cast<double>(size) / static_cast<double>(n));
    return math::exp(-8.0 * distance * distance);
  };
  const WeightedSets sets = weighted_sets(question, *result.baseline, chances, weight);
  Wide x(static_cast<Index>(sets.sets.size()), static_cast<Index>(n) + 1);
  for (std::size_t k = 0; k < sets.sets.size(); ++k) {
    const auto row = static_cast<Index>(k);
    for (std::size_t j = 0; j < n; ++j) x(row, static_cast<Index>(j)) = sets.sets[k][j] ? 1 : 0;
    x(row, static_cast<Index>(n)) = 1;
  }
  const Wide phi =
      fit_and_check(sets, x, matrix_of(sets.f, sets.sets.size(), question.rows()), result.check);
  for (std::size_t i = 0; i < question.rows(); ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      result.values.push_back(phi(static_cast<Index>(j), static_cast<Index>(i)));
    }
  }
}

/// f_i(S) - f_i(none) = sum_{j in S} phi_ij with weights (n - 1) / (C(n, k) k (n - k)) for sets of
/// size k, where the sum of all is fixed to f_i(all) - f_i(none): the last input is what is left.
void explain_by_kernel_shap(Question& question, Attribution& result) {
  const std::size_t n = question.inputs();
  const std::size_t T = question.rows();
  const Set ends[] = {Set(n, false), Set(n, true)};
  const std::vector<double> f_ends = values_of(question, *result.baseline, ends);
  const auto total = [&](std::size_t i) { return f_ends[T + i] - f_ends[i]; };
  std::vector<double> chances(n + 1);  // none for the two ends
  for (std::size_t size = 1; size < n; ++size) {
    chances[size] = 1.0 / static_cast<double>(size * (n - size));
  }
  Wide phi = Wide::Zero(static_cast<Index>(n) - 1, static_cast<Index>(T));
  if (n > 1) {
    const WeightedSets sets =
        weighted_sets(question, *result.baseline, chances, [](std::size_t) { return 1.0; });
    const auto rows = static_cast<Index>(sets.sets.size());
    Wide x(rows, static_cast<Index>(n) - 1);
    Wide y = matrix_of(sets.f, sets.sets.size(), T);
    for (std::size_t k = 0; k < sets.sets.size(); ++k) {
      const auto row = static_cast<Index>(k);
      const int last = sets.sets[k][n - 1] ? 1 : 0;
      for (std::size_t j = 0; j + 1 < n; ++j) {
        x(row, static_cast<Index>(j)) = (sets.sets[k][j] ? 1 : 0) - last;
      }
      for (std::size_t i = 0; i < T; ++i) {
        y(row, static_cast<Index>(i)) -= f_ends[i] + last * total(i);
      }
    }
    phi = fit_and_check(sets, x, y, result.check);
  } else {
    result.check = "2 sets, all of them";
  }
  for (std::size_t i = 0; i < T; ++i) {
    const auto column = phi.col(static_cast<Index>(i));
    for (std::size_t j = 0; j + 1 < n; ++j) {
      result.values.push_back(column[static_cast<Index>(j)]);
    }
    result.values.push_back(total(i) - column.sum());
  }
}

}  // namespace attnviz
