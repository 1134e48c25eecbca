// Which arrays of a file with several are meant.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "formats/chosen_maps.h"
#include "formats/npy.h"

namespace attnviz {

/// The arrays of a file by name. What `read` gives is valid as long as the file is open.
struct ArrayFile {
  std::vector<std::string> names;  // of all, in the file's order
  std::function<NpyArray(const std::string& name)> read;

  std::string file;  // its name, for messages

  bool has(std::string_view name) const;
  /// The items of an array as labels; throws as npy_texts, for more than max_attention_labels too.
  std::vector<std::string> texts(const std::string& name) const;
  /// "maps.npz: weights", for messages.
  std::string place_of(const std::string& array) const;
};

/// Adds the maps of the array that ReadOptions::array names: "weights", or the only one that holds
/// no labels, for ""; all of them, which must have one shape, as a further axis before all others
/// for "all". Labels are taken from arrays with usual names (source, target, tokens, ...), or from
/// those that the given labels name; gold, expected and facts as attention_to_npz writes them.
/// Each array is read at most once. Throws SettingError "array" naming the arrays there are; and as
/// add_array_maps.
void add_array_file(const ArrayFile& file, ChosenMaps& maps);

}  // namespace attnviz
