#include "nn/product.h"

#include <array>
#include <utility>

#include "nn/simd.h"

namespace attnviz {
namespace {

// A tile of C that stays in registers during the sum over A's columns: 4 x 6 or 3 x 8 of the
// 32 registers that AVX-512 has, 2 x 6 of the 16 of other x86.
constexpr bool many_registers = simd_bytes == 64;
constexpr int max_rows = many_registers ? 4 : 2;
constexpr int max_columns = many_registers ? 8 : 6;
constexpr int usual_columns = 6;
// Columns of A taken at a time, so that its part of a tile's rows stays in the first-level cache
// while the columns of B pass by.
constexpr Index max_depth = 128;

struct Operands {
  const Scalar* a;
  Index a_stride;
  const Scalar* b;
  Index b_row;
  Index b_column;
  Scalar* c;
  Index c_stride;
  Index rows;  // of C
  Index depth;
  bool add;
};

/// R registers of rows by C columns of the product. The last register starts `skip` rows early,
/// where there are not enough rows to fill it, and leaves those alone.
template <int R, int C>
void tile(const Operands& o, Index row, Index column, Index skip) {
  const auto start = [skip](int r) { return r * simd_size - (r == R - 1 ? skip : 0); };
  const Scalar* a = o.a + row;
  const Scalar* b = o.b + column * o.b_column;
  Scalar* c = o.c + row + column * o.c_stride;
  if (o.depth ==
      max_depth) {  // of a large product, whose C is not in the cache: fetch it meanwhile
    for (int j = 0; j < C; ++j) {
      for (int r = 0; r < R; ++r) __builtin_prefetch(c + j * o.c_stride + start(r), 1);
    }
  }
  Simd sum[R][C] = {};
  for (Index k = 0; k < o.depth; ++k) {
    Simd left[R];
    for (int r = 0; r < R; ++r) left[r] = load(a + k * o.a_stride + start(r));
    for (int j = 0; j < C; ++j) {
      const Scalar right = b[k * o.b_row + j * o.b_column];
      for (int r = 0; r < R; ++r) sum[r][j] += left[r] * right;
    }
  }
#pragma GCC unroll 8
  for (int j = 0; j < C; ++j) {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      Scalar* out = c + j * o.c_stride + start(r);
      const Simd before = load(out);
      const Simd after = o.add ? before + sum[r][j] : sum[r][j];
      const bool whole = r < R - 1 || skip == 0;
      store(whole ? after : (elements_from(skip) ? after : before), out);
    }
  }
}

/// The same for fewer rows than a register holds.
template <int C>
void narrow_tile(const Operands& o, Index, Index column, Index) {
  const Scalar* b = o.b + column * o.b_column;
  Simd sum[C] = {};
  for (Index k = 0; k < o.depth; ++k) {
    const Simd left = load(o.a + k * o.a_stride, o.rows);
    for (int j = 0; j < C; ++j) sum[j] += left * b[k * o.b_row + j * o.b_column];
  }
  for (int j = 0; j < C; ++j) {
    Scalar* out = o.c + (column + j) * o.c_stride;
    store(o.add ? load(out, o.rows) + sum[j] : sum[j], out, o.rows);
  }
}

using Tile = void (*)(const Operands&, Index, Index, Index);

template <int R, int C>
constexpr Tile tile_of() {
  if constexpr (R == 0) {
    return &narrow_tile<C>;
  } else if constexpr (R == max_rows && C > usual_columns) {
    return nullptr;  // there are not so many registers
  } else {
    return &tile<R, C>;
  }
}
template <std::size_t R, std::size_t... C>
constexpr std::array<Tile, max_columns> tiles_of(std::index_sequence<C...>) {
  return {tile_of<static_cast<int>(R), static_cast<int>(C) + 1>()...};
}
template <std::size_t... R>
constexpr auto all_tiles(std::index_sequence<R...>) {
  return std::array{tiles_of<R>(std::make_index_sequence<max_columns>())...};
}
/// By registers of rows, 0 for less than one, and columns less 1.
constexpr auto tiles = all_tiles(std::make_index_sequence<max_rows + 1>());

/// A number divided into as few parts of at most `max` as possible, as evenly as possible: eight
/// in parts of six are 4 + 4.
struct Parts {
  Index count;
  Index size;
  Index longer;  // the first of them, which hold one more

  Parts(Index total, Index max)
      : count((total + max - 1) / max), size(total / count), longer(total % count) {}
  Index operator[](Index i) const { return size + (i < longer ? 1 : 0); }
};

/// How all products of a kind are cut into tiles.
struct Cut {
  Parts columns;
  Parts registers;  // of rows

  Cut(Index rows, Index columns_of_all)
      : columns(columns_of_all, fit(columns_of_all) ? max_columns : usual_columns),
        registers((rows + simd_size - 1) / simd_size, max_rows - (fit(columns_of_all) ? 1 : 0)) {}

  /// Whether all columns fit into a tile that is wider and less high.
  static bool fit(Index columns) { return columns > usual_columns && columns <= max_columns; }
};

void multiply(const Operands& o, const Cut& cut) {
  for (Index i = 0, row = 0; i < cut.registers.count; ++i) {
    const Index registers = cut.registers[i];
    const Index missing = std::max<Index>(row + registers * simd_size - o.rows, 0);
    const auto& row_of_tiles = tiles[static_cast<std::size_t>(o.rows < simd_size ? 0 : registers)];
    for (Index j = 0, column = 0; j < cut.columns.count; ++j) {
      row_of_tiles[static_cast<std::size_t>(cut.columns[j]) - 1](o, row, column, missing);
      column += cut.columns[j];
    }
    row += registers * simd_size;
  }
}

void multiply(MatrixIn A, const Factor& B, MatrixOut C, bool add) {
  if (A.cols() == 0) {  // nothing to point at
    if (!add) C.setZero();
    return;
  }
  if (C.size() == 0) return;
  const Cut cut(C.rows(), C.cols());
  for (Index k = 0; k < A.cols(); k += max_depth) {
    multiply({.a = A.data() + k * A.outerStride(),
              .a_stride = A.outerStride(),
              .b = B.data + k * B.row_stride,
              .b_row = B.row_stride,
              .b_column = B.column_stride,
              .c = C.data(),
              .c_stride = C.outerStride(),
              .rows = C.rows(),
              .depth = std::min(A.cols() - k, max_depth),
              .add = add || k > 0},
             cut);
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
