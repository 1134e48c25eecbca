#include "explain/faithfulness.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "base/hash.h"
#include "base/math.h"
#include "base/random.h"
#include "explain/methods.h"
#include "formats/map_kind.h"

namespace attnviz {
namespace {

/// The values of one output over inputs.
using Row = std::span<const double>;

/// Those of the first `inputs`: END's value, which attention alone has, is the last.
Row row_of(const Attribution& attribution, std::size_t output, std::size_t inputs) {
  return Row(attribution.values).subspan(output * attribution.columns, inputs);
}

/// A row whose gold inputs are all undefined is left out; one without a positive value is a miss.
void score_gold(Row phi, const std::vector<int>& gold, AlignmentScores& scores) {
  const auto is_undefined = [&](int j) { return std::isnan(phi[static_cast<std::size_t>(j)]); };
  if (gold.empty() || std::ranges::all_of(gold, is_undefined)) return;
  scores.add_row(positive_shares(std::vector<float>(phi.begin(), phi.end())), gold);
}

/// The Kullback-Leibler divergence of p from the mean of p and q, in bits.
double divergence_from_mean(Row p, Row q) {
  double sum = 0.0;
  for (std::size_t j = 0; j < p.size(); ++j) {
    if (p[j] > 0.0) sum += p[j] * math::log(p[j] / ((p[j] + q[j]) / 2));
  }
  return sum / math::log(2.0);
}

/// Over the inputs where both are defined, each divided by its sum there.
void score_truth(Row phi, Row truth, MethodScores& scores) {
  std::vector<double> m;
  std::vector<double> t;
  for (std::size_t j = 0; j < phi.size(); ++j) {
    if (std::isnan(phi[j]) || std::isnan(truth[j])) continue;
    m.push_back(std::max(phi[j], 0.0));
    t.push_back(truth[j]);
  }
  const double sum_m = std::accumulate(m.begin(), m.end(), 0.0);
  const double sum_t = std::accumulate(t.begin(), t.end(), 0.0);
  if (sum_t == 0.0) {
    ++scores.without_truth;
    return;
  }
  if (sum_m == 0.0) {
    scores.overlap.add(0.0);
    scores.distance.add(1.0);
    return;
  }
  double overlap = 0.0;
  for (std::size_t j = 0; j < m.size(); ++j) {
    m[j] /= sum_m;
    t[j] /= sum_t;
    overlap += std::min(m[j], t[j]);
  }
  scores.overlap.add(overlap);
  const double divergence = (divergence_from_mean(m, t) + divergence_from_mean(t, m)) / 2;
  scores.distance.add(std::sqrt(std::clamp(divergence, 0.0, 1.0)));
}

/// Kendall's tau-b; nothing where one of the two is constant.
std::optional<double> tau_b(Row a, Row b) {
  double agreement = 0.0;
  double untied_a = 0.0;
  double untied_b = 0.0;
  const auto sign = [](double x) { return static_cast<double>((x > 0.0) - (x < 0.0)); };
  for (std::size_t j = 0; j < a.size(); ++j) {
    for (std::size_t k = j + 1; k < a.size(); ++k) {
      if (std::isnan(a[j] + a[k] + b[j] + b[k])) continue;
      const double of_a = sign(a[j] - a[k]);
      const double of_b = sign(b[j] - b[k]);
      agreement += of_a * of_b;
      untied_a += std::abs(of_a);
      untied_b += std::abs(of_b);
    }
  }
  if (untied_a == 0.0 || untied_b == 0.0) return std::nullopt;
  return agreement / std::sqrt(untied_a * untied_b);
}

/// Inputs that are replaced, rising.
using Removal = std::vector<std::size_t>;

/// p(y_i) when all inputs of a set are swapped at once: the mean over random choices, which depend
/// on the set and the seed alone, so that methods that name the same set get the same number.
class Removals {
 public:
  explicit Removals(Question& question) : question_(question) {}

  /// Throws LimitError when too much was wanted.
  void want(const Removal& removal) {
    p_.try_emplace(removal);
    check_values(p_.size() * draws, question_.inputs() + question_.rows());
  }
  void calculate() {
    std::vector<std::vector<int>> sources;
    for (const auto& [removal, p] : p_) {
      Random random(question_.options.seed, stream_of(removal));
      for (std::size_t draw = 0; draw < draws; ++draw) sources.push_back(swapped(removal, random));
    }
    const std::size_t T = question_.rows();
    const std::vector<double> f = question_.parts.passes.log_probabilities(
        question_.explained.answer_ids, sources.size(), [&](std::size_t k) { return sources[k]; });
    std::size_t first = 0;
    for (auto& [removal, p] : p_) {
      p.assign(T, 0.0);
      for (std::size_t k = first; k < first + draws; ++k) {
        for (std::size_t i = 0; i < T; ++i) p[i] += math::exp(f[k * T + i]) / draws;
      }
      first += draws;
    }
  }
  /// Of a set that was wanted.
  double fall(const Removal& removal, std::size_t output) const {
    return math::exp(question_.f[output]) - p_.at(removal)[output];
  }

 private:
  static constexpr std::size_t draws = 8;

  static std::uint64_t stream_of(const Removal& removal) {
    return fnv1a({reinterpret_cast<const char*>(removal.data()),
                  removal.size() * sizeof(Removal::value_type)});
  }
  std::vector<int> swapped(const Removal& removal, Random& random) const {
    std::vector<int> source = question_.explained.source_ids;
    for (const std::size_t j : removal) {
      const std::vector<int>& swaps = question_.swaps.of[j];
      if (!swaps.empty()) source[j] = swaps[random.below(swaps.size())];
    }
    return source;
  }

  Question& question_;
  std::map<Removal, std::vector<double>> p_;
};

/// The top 1, 2, ..., 5 inputs of a row, and for each the others.
struct Tops {
  std::vector<Removal> tops;
  std::vector<Removal> others;
};

Tops tops_of(Row phi) {
  constexpr std::size_t most = 5;
  Removal order;
  for (std::size_t j = 0; j < phi.size(); ++j) {
    if (!std::isnan(phi[j])) order.push_back(j);
  }
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t j) { return phi[j]; });
  Tops result;
  for (std::size_t k = 1; k <= std::min(most, order.size()); ++k) {
    Removal top(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k));
    Removal others;
    std::ranges::sort(top);
    for (std::size_t j = 0; j < phi.size(); ++j) {
      if (!std::ranges::binary_search(top, j)) others.push_back(j);
    }
    result.tops.push_back(std::move(top));
    result.others.push_back(std::move(others));
  }
  return result;
}

/// Of all methods at once, as many name the same inputs.
void score_removals(Question& question, std::span<const Attribution> attributions,
                    std::vector<MethodScores>& scores) {
  Removals removals(question);
  const auto for_each_row = [&](auto&& use) {
    for (std::size_t a = 0; a < attributions.size(); ++a) {
      for (std::size_t i = 0; i < question.rows(); ++i) {
        use(scores[a], i, tops_of(row_of(attributions[a], i, question.inputs())));
      }
    }
  };
  for_each_row([&](MethodScores&, std::size_t, const Tops& tops) {
    for (const Removal& removal : tops.tops) removals.want(removal);
    for (const Removal& removal : tops.others) removals.want(removal);
  });
  removals.calculate();
  for_each_row([&](MethodScores& of_method, std::size_t i, const Tops& tops) {
    Mean without;
    Mean alone;
    for (const Removal& removal : tops.tops) without.add(removals.fall(removal, i));
    for (const Removal& removal : tops.others) alone.add(removals.fall(removal, i));
    if (without.count == 0) return;
    of_method.comprehensiveness.add(without.value());
    of_method.sufficiency.add(alone.value());
  });
}

}  // namespace

Mean& Mean::operator+=(const Mean& other) {
  sum += other.sum;
  count += other.count;
  return *this;
}

MethodScores& MethodScores::operator+=(const MethodScores& other) {
  gold += other.gold;
  overlap += other.overlap;
  distance += other.distance;
  comprehensiveness += other.comprehensiveness;
  sufficiency += other.sufficiency;
  tau += other.tau;
  rows += other.rows;
  without_truth += other.without_truth;
  undefined += other.undefined;
  values += other.values;
  return *this;
}

std::vector<MethodScores> score_methods(Explainer& explainer, const Explained& explained,
                                        std::span<const Attribution> attributions,
                                        const FaithfulnessOptions& options) {
  Question question(explainer, explained, options.explain);
  const std::size_t n = explained.inputs();
  Attribution truth;
  Attribution occlusion;
  truth.columns = occlusion.columns = n;
  if (question.parts.task) explain_by_truth(question, truth);
  const auto is_occlusion = [](const Attribution& a) {
    return a.method == Method::occlusion && a.baseline == Baseline::swap;
  };
  const auto given = std::ranges::find_if(attributions, is_occlusion);
  if (given != attributions.end()) {
    occlusion = *given;
  } else if (options.removal) {
    explain_by_occlusion(question, occlusion);
  }

  std::vector<MethodScores> scores(attributions.size());
  for (std::size_t a = 0; a < attributions.size(); ++a) {
    MethodScores& of_method = scores[a];
    of_method.rows = explained.rows();
    of_method.undefined = attributions[a].undefined();
    of_method.values = attributions[a].values.size();
    for (std::size_t i = 0; i < explained.rows(); ++i) {
      const Row phi = row_of(attributions[a], i, n);
      if (i < explained.gold.size()) {
        score_gold(row_of(attributions[a], i, attributions[a].columns), explained.gold[i],
                   of_method.gold);
      }
      if (question.parts.task) score_truth(phi, row_of(truth, i, n), of_method);
      if (!options.removal) continue;
      if (const auto tau = tau_b(phi, row_of(occlusion, i, n))) of_method.tau.add(*tau);
    }
  }
  if (options.removal) score_removals(question, attributions, scores);
  return scores;
}

}  // namespace attnviz
