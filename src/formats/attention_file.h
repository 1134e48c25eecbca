// Files of attention maps: which format a file has, and the map that is meant in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/error.h"
#include "formats/attention_io.h"

namespace attnviz {

struct ReadOptions;

/// One row of the table of formats. A new format is a row in attention_file.cpp and its functions,
/// which formats/attention_io.h declares.
struct AttentionFormat {
  std::string_view name;         // also the ending of its files, if it is written
  std::string_view description;  // for messages
  std::string_view magic;        // what its files begin with; "" for plain text
  bool has_sentences;            // several maps, one after the other
  bool is_oriented;              // says which side is which, for every map
  bool is_numpy;                 // arrays: ReadOptions::array, and files of up to 1 GiB

  AttentionMap (*read)(std::string_view bytes, const std::string& name, const ReadOptions&);
  std::string (*write)(const AttentionMap&);  // null for a format that is only read
};

/// The format of that name; null for another.
const AttentionFormat* attention_format(std::string_view name);

/// By the ending of a path (.json, .npy, ...); null for another ending.
const AttentionFormat* format_by_ending(const std::string& path);

/// All formats by name, and those that are written: "json", ..., "npz".
const std::vector<std::string>& attention_format_names();
const std::vector<std::string>& written_format_names();

/// Which map of a file is meant, and what the file does not say itself.
struct ReadOptions {
  const AttentionFormat* format = nullptr;  // null: by the file's ending; JSON from standard input
  std::size_t sentence = 1;                 // of .jsonl, Marian and Nematus
  ArrayChoice array;                        // of .npy and .npz
  GivenLabels labels;                       // in place of the file's, a label a row or column
  bool transpose = false;                   // the file's rows are inputs
};

/// The ending of a file is that of no format.
class UnknownEndingError : public UsageError {
 public:
  using UsageError::UsageError;
};

/// Reads a file of at most 256 MiB (NumPy's: 1 GiB), "-" for standard input. Throws
/// UnknownEndingError; SettingError for an option that the format does not have ("sentence",
/// "array", "index", "transpose") and for labels that are not one a row or column ("row_labels",
/// "column_labels"); InputError when the content is another format's; and as the format's own
/// function does.
AttentionMap read_attention_file(const std::string& path, const ReadOptions& options = {});

/// The same for the bytes of a file; `format` as found, `name` for messages.
AttentionMap attention_from_bytes(std::string_view bytes, const AttentionFormat& format,
                                  const std::string& name, const ReadOptions& options = {});

/// The bytes of a file of a written format. Throws OutputError for a weight that is not finite, and
/// for a format that is only read.
std::string attention_to_bytes(const AttentionMap& map, const AttentionFormat& format);

}  // namespace attnviz
