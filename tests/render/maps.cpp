#include "render/maps.h"

#include <utility>

namespace attnviz {

AttentionMap map_of(std::vector<std::string> target, std::vector<std::string> source) {
  AttentionMap map;
  map.target = std::move(target);
  map.source = std::move(source);
  for (std::size_t row = 0; row < map.rows(); ++row) {
    for (std::size_t column = 0; column < map.columns(); ++column) {
      map.weights.push_back(static_cast<float>((row * 37 + column * 23) % 101) / 100.0f);
    }
  }
  return map;
}

std::vector<std::string> repeated(std::size_t count, const std::string& label) {
  return std::vector<std::string>(count, label);
}

}  // namespace attnviz
