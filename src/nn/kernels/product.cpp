// Products in tiles: nn/product.h says what for.
#include "nn/kernels/declarations.h"
#include "nn/kernels/simd.h"

namespace attnviz::ATTNVIZ_PROCESSOR {
namespace {

// A tile of C that stays in registers during the sum over A's columns, in sixteens of rows by
// columns: 4 x 6 or 3 x 8 of the 32 registers that AVX-512 has; elsewhere a sixteen is several
// registers. The shape of the tiles does not change the sums.
#if defined(__AVX512F__)
constexpr int max_rows = 4;
constexpr int max_columns = 8;
constexpr int usual_columns = 6;
#elif defined(__AVX__) || defined(__aarch64__)
constexpr int max_rows = 1;
constexpr int max_columns = 6;
constexpr int usual_columns = 6;
#else
constexpr int max_rows = 1;
constexpr int max_columns = 2;
constexpr int usual_columns = 2;
#endif
// Columns of A taken at a time, so that its part of a tile's rows stays in the first-level cache
// while the columns of B pass by. Each part is summed up before it is added to C.
constexpr Index max_depth = 128;

/// R sixteens of rows by C columns of the product. The last one starts `skip` rows early, where
/// there are not enough rows to fill it, and leaves those alone.
template <int R, int C>
void tile(const ProductTask& o, Index row, Index column, Index skip) {
  const auto start = [skip](int r) { return r * simd_size - (r == R - 1 ? skip : 0); };
  const Scalar* a = o.A.data + row;
  const Scalar* b = o.B + column * o.B_column;
  Scalar* c = o.C(column) + row;
  if (o.depth == max_depth) {
    // of a large product, whose C is not in the cache: fetch it meanwhile
    for (int j = 0; j < C; ++j) {
      for (int r = 0; r < R; ++r) __builtin_prefetch(c + j * o.C.stride + start(r), 1);
    }
  }
  Simd sum[R][C];
  unrolled<R>([&](auto r) { unrolled<C>([&](auto j) { sum[r][j] = 0; }); });
  for (Index k = 0; k < o.depth; ++k) {
    Simd left[R];
    unrolled<R>([&](auto r) { left[r] = load(a + k * o.A.stride + start(r)); });
    unrolled<C>([&](auto j) {
      const Simd right = b[k * o.B_row + j * o.B_column];
      unrolled<R>([&](auto r) { sum[r][j] += left[r] * right; });
    });
  }
  unrolled<C>([&](auto j) {
    unrolled<R>([&](auto r) {
      Scalar* out = c + j * o.C.stride + start(r);
      const Simd before = load(out);
      const Simd after = o.add ? before + sum[r][j] : sum[r][j];
      const bool whole = r < R - 1 || skip == 0;
      store(whole ? after : select(first_elements(skip), before, after), out);
    });
  });
}

/// The same for fewer rows than sixteen.
template <int C>
void narrow_tile(const ProductTask& o, Index, Index column, Index) {
  const Scalar* b = o.B + column * o.B_column;
  Simd sum[C];
  unrolled<C>([&](auto j) { sum[j] = 0; });
  for (Index k = 0; k < o.depth; ++k) {
    const Simd left = load(o.A(k), o.rows);
    unrolled<C>([&](auto j) { sum[j] += left * b[k * o.B_row + j * o.B_column]; });
  }
  unrolled<C>([&](auto j) {
    Scalar* out = o.C(column + j);
    store(o.add ? load(out, o.rows) + sum[j] : sum[j], out, o.rows);
  });
}

using Tile = void (*)(const ProductTask&, Index, Index, Index);

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
struct TilesOfHeight {
  Tile of_width[max_columns];
};
template <int R, int... C>
constexpr TilesOfHeight tiles_of(std::integer_sequence<int, C...>) {
  return {{tile_of<R, C + 1>()...}};
}
struct Tiles {
  TilesOfHeight of_height[max_rows + 1];
};
template <int... R>
constexpr Tiles all_tiles(std::integer_sequence<int, R...>) {
  return {{tiles_of<R>(std::make_integer_sequence<int, max_columns>())...}};
}
/// By sixteens of rows, 0 for less than one, and columns less 1.
constexpr Tiles tiles = all_tiles(std::make_integer_sequence<int, max_rows + 1>());

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
  Parts sixteens;  // of rows

  Cut(Index rows, Index columns_of_all)
      : columns(columns_of_all, fit(columns_of_all) ? max_columns : usual_columns),
        sixteens((rows + simd_size - 1) / simd_size, max_rows - (fit(columns_of_all) ? 1 : 0)) {}

  /// Whether all columns fit into a tile that is wider and less high.
  static bool fit(Index columns) { return columns > usual_columns && columns <= max_columns; }
};

void multiply(const ProductTask& o, const Cut& cut) {
  for (Index i = 0, row = 0; i < cut.sixteens.count; ++i) {
    const Index height = cut.sixteens[i];
    const Index missing = row + height * simd_size > o.rows ? row + height * simd_size - o.rows : 0;
    const TilesOfHeight& row_of_tiles = tiles.of_height[o.rows < simd_size ? 0 : height];
    for (Index j = 0, column = 0; j < cut.columns.count; ++j) {
      row_of_tiles.of_width[cut.columns[j] - 1](o, row, column, missing);
      column += cut.columns[j];
    }
    row += height * simd_size;
  }
}

}  // namespace

void product(const ProductTask& task) {
  const Cut cut(task.rows, task.columns);
  for (Index k = 0; k < task.depth; k += max_depth) {
    ProductTask part = task;
    part.A.data = task.A(k);
    part.B = task.B + k * task.B_row;
    part.depth = task.depth - k < max_depth ? task.depth - k : max_depth;
    part.add = task.add || k > 0;
    multiply(part, cut);
  }
}

}  // namespace attnviz::ATTNVIZ_PROCESSOR
