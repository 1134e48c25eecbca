#include "attnviz/nn/product.h"

#include <array>
#include <utility>

#include "attnviz/nn/lanes.h"

namespace attnviz {
namespace {

// A tile of C that stays in registers while the sum over A's columns runs: 4 x 6 of the 32
// registers that AVX-512 has, 2 x 6 of the 16 of other x86.
constexpr int most_rows = lane_bytes == 64 ? 4 : 2;
constexpr int most_columns = 6;
// Columns of A taken at a time, so that its part of a tile's rows stays in the first-level cache
// while the columns of B pass by.
constexpr Index most_depth = 128;

struct Operands {
  const Scalar* a;
  Index a_stride;
  const Scalar* b;
  Index b_row;
  Index b_column;
  Scalar* c;
  Index c_stride;
  Index rows;  // of C
  Index columns;
  Index depth;
  bool add;
};

/// Marks the lanes from `first` on.
auto lanes_from(Index first) {
  Lanes index;
  for (Index i = 0; i < lane_count; ++i) index[i] = static_cast<Scalar>(i);
  return index >= Lanes{} + static_cast<Scalar>(first);
}

/// R registers of rows by C columns of the product, of which the rows before `first` are left
/// alone.
template <int R, int C>
void tile(const Operands& o, Index row, Index column, Index first) {
  const Scalar* a = o.a + row;
  const Scalar* b = o.b + column * o.b_column;
  Scalar* c = o.c + row + column * o.c_stride;
  if (o.depth == most_depth) {  // of a large product, whose C is far away: fetched meanwhile
    for (int j = 0; j < C; ++j) {
      for (int r = 0; r < R; ++r) __builtin_prefetch(c + j * o.c_stride + r * lane_count, 1);
    }
  }
  Lanes sum[R][C] = {};
  for (Index k = 0; k < o.depth; ++k) {
    Lanes left[R];
    for (int r = 0; r < R; ++r) left[r] = load(a + k * o.a_stride + r * lane_count);
    for (int j = 0; j < C; ++j) {
      const Scalar right = b[k * o.b_row + j * o.b_column];
      for (int r = 0; r < R; ++r) sum[r][j] += left[r] * right;
    }
  }
#pragma GCC unroll 8
  for (int j = 0; j < C; ++j) {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      Scalar* out = c + j * o.c_stride + r * lane_count;
      const Lanes before = load(out);
      const Lanes after = o.add ? before + sum[r][j] : sum[r][j];
      store(first == 0 ? after : (lanes_from(first) ? after : before), out);
    }
  }
}

/// The same for fewer rows than a register has lanes.
template <int C>
void narrow_tile(const Operands& o, Index, Index column, Index) {
  const Scalar* b = o.b + column * o.b_column;
  Lanes sum[C] = {};
  for (Index k = 0; k < o.depth; ++k) {
    const Lanes left = load(o.a + k * o.a_stride, o.rows);
    for (int j = 0; j < C; ++j) sum[j] += left * b[k * o.b_row + j * o.b_column];
  }
  for (int j = 0; j < C; ++j) {
    Scalar* out = o.c + (column + j) * o.c_stride;
    store(o.add ? load(out, o.rows) + sum[j] : sum[j], out, o.rows);
  }
}

using Tile = void (*)(const Operands&, Index, Index, Index);

template <std::size_t R, std::size_t... C>
constexpr std::array<Tile, most_columns> tiles_of(std::index_sequence<C...>) {
  if constexpr (R == 0) {
    return {&narrow_tile<static_cast<int>(C) + 1>...};
  } else {
    return {&tile<static_cast<int>(R), static_cast<int>(C) + 1>...};
  }
}
template <std::size_t... R>
constexpr auto all_tiles(std::index_sequence<R...>) {
  return std::array{tiles_of<R>(std::make_index_sequence<most_columns>())...};
}
/// By registers of rows, 0 for less than one, and columns less 1.
constexpr auto tiles = all_tiles(std::make_index_sequence<most_rows + 1>());

/// All columns of some rows. The columns are dealt evenly: eight are 4 + 4, not 6 + 2.
void row_of_tiles(const Operands& o, Index row, Index registers, Index skip) {
  const Index count = (o.columns + most_columns - 1) / most_columns;
  for (Index i = 0, column = 0; i < count; ++i) {
    const Index width = (o.columns - column + count - i - 1) / (count - i);
    tiles[static_cast<std::size_t>(registers)][static_cast<std::size_t>(width) - 1](o, row, column,
                                                                                    skip);
    column += width;
  }
}

void multiply(const Operands& o) {
  if (o.rows < lane_count) return row_of_tiles(o, 0, 0, 0);
  Index row = 0;
  while (o.rows - row >= lane_count) {
    const Index registers = std::min<Index>((o.rows - row) / lane_count, most_rows);
    row_of_tiles(o, row, registers, 0);
    row += registers * lane_count;
  }
  // The rows left over are the last ones of a register that starts among those done already.
  if (row < o.rows) row_of_tiles(o, o.rows - lane_count, 1, lane_count - (o.rows - row));
}

void multiply(MatrixIn A, const Factor& B, MatrixOut C, bool add) {
  if (A.cols() == 0) {  // nothing to point at
    if (!add) C.setZero();
    return;
  }
  for (Index k = 0; k < A.cols(); k += most_depth) {
    multiply({.a = A.data() + k * A.outerStride(),
              .a_stride = A.outerStride(),
              .b = B.data + k * B.row_stride,
              .b_row = B.row_stride,
              .b_column = B.column_stride,
              .c = C.data(),
              .c_stride = C.outerStride(),
              .rows = C.rows(),
              .columns = C.cols(),
              .depth = std::min(A.cols() - k, most_depth),
              .add = add || k > 0});
  }
}

}  // namespace

void product(MatrixIn A, const Factor& B, MatrixOut C) {
  multiply(A, B, C, false);
}

void add_product(MatrixIn A, const Factor& B, MatrixOut C) {
  multiply(A, B, C, true);
}

}  // namespace attnviz
