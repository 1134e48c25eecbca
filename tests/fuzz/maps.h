// What every fuzzer of maps requires of what it reads.
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_file.h"
#include "formats/attention_file.h"
#include "fuzz/bytes.h"

namespace attnviz {

inline AttentionMaps read_checked(std::string_view bytes, std::string_view format,
                                  const ReadOptions& options) {
  AttentionMaps maps = attention_from_bytes(bytes, *attention_format(format), "fuzz", options);
  require(!maps.maps.empty() && maps.names.size() == maps.maps.size());
  const std::size_t grid = maps.row_names.size() * maps.column_names.size();
  require(grid == 0 || grid == maps.maps.size());
  for (const AttentionMap& map : maps.maps) {
    require(map.rows() > 0 && map.columns() > 0);
    require(map.weights.size() == map.rows() * map.columns());
    for (const float weight : map.weights) require(!std::isinf(weight));
    require(map.copied.empty() || map.copied.size() == map.rows());
    for (const auto& row : map.gold) {
      for (const int place : row) require(static_cast<std::size_t>(place) < map.columns());
    }
  }
  return maps;
}

inline bool same_weights(const std::vector<float>& a, const std::vector<float>& b) {
  require(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && !(is_masked(a[i]) && is_masked(b[i]))) return false;
  }
  return true;
}

}  // namespace attnviz
