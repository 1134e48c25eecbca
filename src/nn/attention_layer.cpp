#include "nn/attention_layer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "attnviz/error.h"
#include "base/math.h"
#include "base/number.h"

namespace attnviz {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// M x for each row x of `vectors`, as rows.
RealMatrix project(const RealMatrix& M, const RealMatrix& vectors) {
  RealMatrix result = zero_matrix(vectors.rows, M.rows);
  for (std::size_t i = 0; i < vectors.rows; ++i) {
    for (std::size_t j = 0; j < M.rows; ++j) result.row(i)[j] = dot(M.row(j), vectors.row(i));
  }
  return result;
}

double tanh_of(double x) {
  return 1.0 - 2.0 / (math::exp(2.0 * x) + 1.0);
}

void require_finite(double number, const char* what, std::size_t row, const char* of,
                    std::size_t column) {
  if (std::isfinite(number)) return;
  throw InputError(fmt::format("the {} of query {} and {} {}: expected a finite number, got {}",
                               what, row + 1, of, column + 1, format_shortest(number)));
}

void require_shape(const char* setting, const char* name, const RealMatrix& matrix,
                   std::size_t rows, std::size_t columns, const char* why) {
  if (matrix.rows == rows && matrix.columns == columns) return;
  throw SettingError(setting, fmt::format("expected {} of {} x {}, {}, got {} x {}", name, rows,
                                          columns, why, matrix.rows, matrix.columns));
}

void check_sizes(const AttentionLayer& layer, const RealMatrix& query, const RealMatrix& key,
                 const RealMatrix& value, const RealMatrix& added) {
  if (layer.score == Attention::bilinear) {
    require_shape("weight", "W", layer.W, key.columns, query.columns,
                  "the sizes of a key and of a query");
  } else if (layer.score == Attention::additive) {
    const std::size_t units = layer.W_q.rows;
    require_shape("weight", "W_q", layer.W_q, units, query.columns, "units and size of a query");
    require_shape("weight", "W_k", layer.W_k, units, key.columns, "units and size of a key");
    require_shape("weight", "v", layer.v, 1, units, "a number for each unit");
  } else if (key.columns != query.columns) {
    throw SettingError("key", fmt::format("expected vectors of {} numbers, as the queries are, "
                                          "got {}",
                                          query.columns, key.columns));
  }
  if (value.rows != key.rows) {
    throw SettingError("value", fmt::format("expected {} vectors, one for each key, got {}",
                                            key.rows, value.rows));
  }
  const auto fits = [](std::size_t size, std::size_t whole) { return size == 1 || size == whole; };
  if (added.values.empty() || (fits(added.rows, query.rows) && fits(added.columns, key.rows)))
    return;
  throw SettingError("mask", fmt::format("expected {} x {}, queries and keys, got {} x {}",
                                         query.rows, key.rows, added.rows, added.columns));
}

/// All scores, without scale and mask.
RealMatrix scores_of(const AttentionLayer& layer, const RealMatrix& query, const RealMatrix& key) {
  RealMatrix e = zero_matrix(query.rows, key.rows);
  const bool additive = layer.score == Attention::additive;
  const bool bilinear = layer.score == Attention::bilinear;
  const RealMatrix q = additive   ? project(layer.W_q, query)
                       : bilinear ? project(layer.W, query)
                                  : query;
  const RealMatrix k = additive ? project(layer.W_k, key) : key;
  for (std::size_t i = 0; i < e.rows; ++i) {
    for (std::size_t j = 0; j < e.columns; ++j) {
      double& score = e.row(i)[j];
      if (!additive) {
        score = dot(q.row(i), k.row(j));
        continue;
      }
      for (std::size_t unit = 0; unit < q.columns; ++unit) {
        score += layer.v.values[unit] * tanh_of(q.row(i)[unit] + k.row(j)[unit]);
      }
    }
  }
  return e;
}

/// e_i = scale * score + m_i
void scale_and_mask(std::span<double> e, double scale, const AttentionMask& mask,
                    std::size_t query) {
  for (std::size_t j = 0; j < e.size(); ++j) {
    e[j] *= scale;
    require_finite(e[j], "score", query, "key", j);
    const double m = mask.at(query, j);
    e[j] += m;
    if (m != -infinity) require_finite(e[j], "masked score", query, "key", j);
  }
  if (std::ranges::all_of(e, [](double score) { return score == -infinity; })) {
    throw SettingError(
        "mask",
        fmt::format("expected at least one key for each query, got none in row {}", query + 1));
  }
}

/// Where the largest number is: the first of several.
std::size_t argmax(std::span<const double> e) {
  return static_cast<std::size_t>(std::ranges::max_element(e) - e.begin());
}

void softmax(std::span<double> e, double temperature) {
  const double largest = e[argmax(e)];
  double sum = 0.0;
  for (double& number : e) {
    number = math::exp((number - largest) / temperature);
    sum += number;
  }
  for (double& number : e) number /= sum;
}

/// 1 for the largest; whether there are several.
bool harden(std::span<double> e) {
  const std::size_t largest = argmax(e);
  const bool tied = std::ranges::count(e, e[largest]) > 1;
  std::ranges::fill(e, 0.0);
  e[largest] = 1.0;
  return tied;
}

/// o_i
void sum_values(std::span<const double> weights, const RealMatrix& value, std::size_t query,
                std::span<double> output) {
  for (std::size_t j = 0; j < weights.size(); ++j) {
    for (std::size_t c = 0; c < output.size(); ++c) output[c] += weights[j] * value.row(j)[c];
  }
  for (std::size_t c = 0; c < output.size(); ++c) {
    require_finite(output[c], "output", query, "component", c);
  }
}

}  // namespace

double AttentionMask::at(std::size_t query, std::size_t key) const {
  if (window && (key > query || query - key >= *window)) return -infinity;
  if (added.values.empty()) return 0.0;
  return added.row(added.rows == 1 ? 0 : query)[added.columns == 1 ? 0 : key];
}

AttendedValues attend_values(const AttentionLayer& layer, const RealMatrix& query,
                             const RealMatrix& key, const RealMatrix& value,
                             const AttentionMask& mask) {
  check_sizes(layer, query, key, value, mask.added);
  const bool scaled = layer.score == Attention::scaled_dot;
  const double usual = scaled ? 1.0 / std::sqrt(static_cast<double>(query.columns)) : 1.0;
  AttendedValues result;
  result.weights = scores_of(layer, query, key);  // e at first
  result.output = zero_matrix(query.rows, value.columns);
  for (std::size_t i = 0; i < query.rows; ++i) {
    const std::span<double> row = result.weights.row(i);
    scale_and_mask(row, layer.scale.value_or(usual), mask, i);
    if (!layer.hard) {
      softmax(row, layer.temperature);
    } else if (harden(row)) {
      result.tied.push_back(i);
    }
    sum_values(row, value, i, result.output.row(i));
  }
  return result;
}

}  // namespace attnviz
