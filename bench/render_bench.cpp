// Drawing labelled heatmaps, and writing them as PNG.
#include "attnviz/heatmap.h"
#include "attnviz/png.h"
#include "register.h"

namespace attnviz::bench {
namespace {

/// A soft diagonal, every row with weights everywhere.
AttentionMap diagonal(int side) {
  AttentionMap map;
  for (int i = 0; i < side; ++i) {
    map.source.emplace_back(1, static_cast<char>('a' + i % 26));
    for (int j = 0; j < side; ++j)
      map.weights.push_back(1.0F / static_cast<float>(1 + (i - j) * (i - j)));
  }
  map.target = map.source;
  return map;
}

void draw(benchmark::State& state, int side) {
  const AttentionMap map = diagonal(side);
  for (auto _ : state) benchmark::DoNotOptimize(draw_heatmap(map, {}));
}

void encode(benchmark::State& state, int side) {
  const Canvas canvas = draw_heatmap(diagonal(side), {});
  for (auto _ : state) benchmark::DoNotOptimize(encode_png(canvas));
  state.counters["bytes/s"] = per_second(static_cast<double>(canvas.bytes().size()));
}

}  // namespace

void register_all() {
  for (const int side : {10, 100, 1000}) {
    const std::string of_side = "/" + std::to_string(side) + "x" + std::to_string(side);
    add("draw" + of_side, [side](benchmark::State& state) {
      draw(state, side);
    })->Unit(benchmark::kMillisecond);
    add("png" + of_side, [side](benchmark::State& state) {
      encode(state, side);
    })->Unit(benchmark::kMillisecond);
  }
}

}  // namespace attnviz::bench
