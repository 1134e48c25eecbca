// The table of the formats of attention maps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_file.h"
#include "attnviz/error.h"
#include "formats/attention_io.h"

namespace attnviz {

/// One row of the table of formats. A new format is a row in attention_file.cpp and its functions,
/// which formats/attention_io.h declares.
struct AttentionFormat {
  std::string_view name;         // also the ending of its files, if it is written
  std::string_view description;  // for messages
  std::string_view magic = {};   // the first bytes of its files; "" for plain text
  bool has_array_names = false;  // ReadOptions::array
  bool has_axes = false;         // its maps may be those of an array
  bool is_large = false;         // files of up to 1 GiB

  void (*read)(std::string_view bytes, ChosenMaps& maps) = nullptr;
  std::string (*write)(const AttentionMap&) = nullptr;  // null for a format that is only read
};

/// All formats by name, and those that are written: "json", ..., "npz".
const std::vector<std::string>& attention_format_names();
const std::vector<std::string>& written_format_names();

/// The ending of a file is that of no format.
class UnknownEndingError : public UsageError {
 public:
  using UsageError::UsageError;
};

}  // namespace attnviz
