// Methods that put other symbols in the place of an input: occlusion, flip, and the truth.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/math.h"
#include "explain/methods.h"

namespace attnviz {
namespace {

std::vector<int> swapped(std::vector<int> source, std::size_t input, int symbol) {
  source[input] = symbol;
  return source;
}

/// log(mean of e^l)
double log_mean_exp(std::span<const double> l) {
  const double max = *std::ranges::max_element(l);
  double sum = 0.0;
  for (const double value : l) sum += math::exp(value - max);
  return max + math::log(sum / static_cast<double>(l.size()));
}

std::string enumerated(const Question& question, std::size_t swaps) {
  return fmt::format("{} swap{}{}", swaps, swaps == 1 ? "" : "s",
                     question.swaps.is_sample ? ", sampled" : ", all of them");
}

void occlude_by_swaps(Question& question, Attribution& result) {
  const std::vector<Swap> swaps = list_swaps(question.swaps);
  const std::size_t T = question.rows();
  const std::vector<double> f = question.parts.passes.log_probabilities(
      question.explained.answer_ids, swaps.size(), [&](std::size_t k) {
        return swapped(question.explained.source_ids, swaps[k].input, swaps[k].symbol);
      });
  std::size_t first = 0;
  for (std::size_t j = 0; j < question.inputs(); ++j) {
    const std::size_t count = question.swaps.of[j].size();
    for (std::size_t i = 0; i < T && count > 0; ++i) {
      std::vector<double> of_output;
      for (std::size_t k = first; k < first + count; ++k) of_output.push_back(f[k * T + i]);
      result.values[i * question.inputs() + j] = question.f[i] - log_mean_exp(of_output);
    }
    first += count;
  }
  result.check = enumerated(question, swaps.size());
}

void occlude_by_baseline(Question& question, Baseline baseline, Attribution& result) {
  const std::size_t n = question.inputs();
  const std::vector<double> f =
      question.parts.passes.log_probabilities(question.explained.answer_ids, n, [&](std::size_t j) {
        std::vector<int> source = question.explained.source_ids;
        if (baseline != Baseline::remove) return swapped(source, j, question.absent(baseline));
        source.erase(source.begin() + static_cast<std::ptrdiff_t>(j));
        return source;
      });
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < question.rows(); ++i) {
      result.values[i * n + j] = question.f[i] - f[j * question.rows() + i];
    }
  }
  result.check = "exact";
}

/// The symbols of an answer, or those that are most probable at the places of the given one.
std::vector<std::vector<int>> choices(Question& question, std::size_t count,
                                      const Passes::Source& source) {
  const Explained& explained = question.explained;
  Passes& passes = question.parts.passes;
  if (explained.is_given) {
    return passes.choices(explained.answer_ids, count, source);
  }
  return passes.answers(static_cast<int>(explained.rows()), count, source);
}

}  // namespace

void explain_by_occlusion(Question& question, Attribution& result) {
  result.values.assign(question.rows() * question.inputs(), undefined);
  const Baseline baseline = result.baseline.value_or(Baseline::swap);
  if (baseline == Baseline::swap) {
    occlude_by_swaps(question, result);
  } else {
    occlude_by_baseline(question, baseline, result);
  }
}

void explain_by_flips(Question& question, Attribution& result) {
  const std::size_t n = question.inputs();
  const std::vector<int>& source = question.explained.source_ids;
  const std::vector<Swap> swaps = list_swaps(question.swaps);
  std::vector<std::vector<int>> own{question.explained.answer_ids};
  if (question.explained.is_given) {
    own = choices(question, 1, [&](std::size_t) { return source; });
  }
  const auto others = choices(question, swaps.size(), [&](std::size_t k) {
    return swapped(source, swaps[k].input, swaps[k].symbol);
  });
  std::vector<std::size_t> changed(question.rows() * n);
  for (std::size_t k = 0; k < swaps.size(); ++k) {
    for (std::size_t i = 0; i < question.rows(); ++i) {
      if (i < others[k].size() && others[k][i] == own.front()[i]) continue;
      ++changed[i * n + swaps[k].input];
    }
  }
  result.values = shares(changed, question.swaps);
  result.check = enumerated(question, swaps.size());
}

void explain_by_truth(Question& question, Attribution& result) {
  result.values = causal_truth(question.parts.model, *question.parts.task,
                               question.explained.source, question.swaps, question.rows());
  result.check = question.explained.expected.empty() ? "the input is none of the task's"
                                                     : enumerated(question, question.swaps.count());
}

}  // namespace attnviz
