// Attention maps to draw.
#pragma once

#include <string>
#include <vector>

#include "attnviz/attention_map.h"

namespace attnviz {

/// A map of the given labels whose weights cover 0..1, no two neighbours alike.
AttentionMap map_of(std::vector<std::string> target, std::vector<std::string> source);

/// `count` times the same label.
std::vector<std::string> repeated(std::size_t count, const std::string& label);

}  // namespace attnviz
