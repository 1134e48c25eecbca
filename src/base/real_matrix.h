// Numbers in rows and columns, in double whatever the scalar type of models is.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace attnviz {

struct RealMatrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values = {};  // rows x columns, row-major

  std::span<double> row(std::size_t i) { return {values.data() + i * columns, columns}; }
  std::span<const double> row(std::size_t i) const {
    return {values.data() + i * columns, columns};
  }
};

/// Of zeros.
inline RealMatrix zero_matrix(std::size_t rows, std::size_t columns) {
  return {rows, columns, std::vector<double>(rows * columns)};
}

}  // namespace attnviz
