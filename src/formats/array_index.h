// Which maps of an array an index chooses.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "formats/npy.h"

namespace attnviz {

/// An axis that is not of rows or columns, and the places chosen on it.
struct LeadingAxis {
  std::size_t size = 0;
  std::size_t stride = 0;
  std::string word;  // "layer"
  std::size_t first = 0;
  std::size_t end = 0;
  bool is_single = false;
  bool is_mean = false;

  bool varies() const { return !is_single && !is_mean && size > 1; }
  std::string name(std::size_t place) const;  // "layer 3"
};

/// The places that one text of ArrayChoice::index chooses.
struct ArraySelection {
  std::vector<LeadingAxis> leading;
  std::size_t row_axis = 0;
  std::size_t column_axis = 0;
};

/// Reads a text such as "0,:" for an array; "" chooses the first map. `place` is the array's name,
/// for messages. Throws SettingError "index" for what the array does not have, and InputError for
/// an array that is not of numbers or has fewer than two axes.
ArraySelection select(const NpyArray& array, const std::string& text, const std::string& place);

}  // namespace attnviz
