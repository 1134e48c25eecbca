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
  std::string_view magic;        // the first bytes of its files; "" for plain text
  bool has_sentences;            // several maps, one after the other
  bool is_oriented;              // states which side is which, for every map
  bool is_numpy;                 // arrays: ReadOptions::array, and files of up to 1 GiB

  AttentionMap (*read)(std::string_view bytes, const std::string& name, const ReadOptions&);
  std::string (*write)(const AttentionMap&);  // null for a format that is only read
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
