// JSON documents that hold maps, as they are read: before anything is required of them.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_map.h"

namespace attnviz {

/// Lists of lists of numbers, of one shape throughout.
struct Numbers {
  std::vector<float> values;
  std::vector<std::size_t> shape;   // of the lists that have ended
  std::vector<std::size_t> counts;  // of the items in each open list, outermost first
  std::size_t leaf = 0;             // how many lists are around each number; 0: none was read
};

/// A map, or the maps of an array, with its labels.
struct JsonMap {
  AttentionMap map;  // but for the weights
  Numbers numbers;
  std::vector<std::string> tokens;  // of both sides
  std::string name;                 // of an entry of BertViz
  std::set<std::string> seen;       // keys

  bool is_own() const { return seen.contains("format"); }
};

struct JsonDocument {
  JsonMap map;
  std::vector<JsonMap> maps;  // those of a list or an object of maps
};

/// Reads a document that is a map, a list of maps, lists of numbers, or an object whose "attention"
/// holds maps by name; all else is refused as soon as it comes. Throws InputError naming the place:
/// what is not JSON, unknown keys and those that occur twice, values of another kind, lists of
/// unequal lengths; LimitError. NaN and -Infinity are read as null, a masked cell.
JsonDocument read_json_maps(std::string_view text, const std::string& name);

/// Python writes NaN and -Infinity, which JSON lacks: null in their place, as of masked cells.
std::string without_python_numbers(std::string_view text);

}  // namespace attnviz
