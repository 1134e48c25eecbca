// Attention of one sequence over another: labels and weights.
#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace attnviz {

/// Per output symbol, the source positions that hold its answer, ascending; empty where there is
/// none. Several positions mean that any of them is right (a tie).
using GoldAlignment = std::vector<std::vector<int>>;

/// Whether a cell is masked: it holds no weight, because the output could not attend there. Masked
/// cells are NaN, and no other cell is; they are left out of sums, scales and scores.
inline bool is_masked(float weight) {
  return std::isnan(weight);
}

/// What the weights of a map are.
enum class MapKind {
  attention,    // weights of a sum: none is negative, and those of a row add up to one
  attribution,  // how far each input changes an output: any numbers
};

/// Attention of one output sequence over one input sequence. Rows are outputs (top first), columns
/// are inputs (left first). A model's map ends with the END symbol on both sides.
struct AttentionMap {
  std::vector<std::string> source;    // column labels
  std::vector<std::string> target;    // row labels
  std::vector<float> weights;         // rows x columns, row-major; NaN where masked
  GoldAlignment gold;                 // one entry a row, or empty when unknown
  std::vector<std::string> expected;  // the right output, one entry a row, or empty when unknown
  /// "task", "title", "caption", ...: free text, kept in files (there "facts").
  std::map<std::string, std::string> metadata;
  MapKind kind = MapKind::attention;
  /// How far each output was copied from the input rather than generated, 0..1, one a row; empty
  /// for a model without a copy gate.
  std::vector<float> copied = {};

  std::size_t rows() const { return target.size(); }
  std::size_t columns() const { return source.size(); }
  float at(std::size_t row, std::size_t column) const { return weights[row * columns() + column]; }
};

/// The label of the end of a sequence, and of a symbol the vocabulary does not know.
inline constexpr const char* end_label = "</s>";
inline constexpr const char* unknown_label = "<unk>";

}  // namespace attnviz
