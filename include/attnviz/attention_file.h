// Files of attention maps: JSON, CSV, NumPy's arrays and the texts of translation programs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_map.h"

namespace attnviz {

/// How a file holds maps; chosen by name or by the ending of a path.
struct AttentionFormat;

/// Of a name: "json", "jsonl" (a map a line), "csv", "tsv", "npy", "npz", and, only read, "marian"
/// and "nematus"; null for another.
const AttentionFormat* attention_format(std::string_view name);

/// By the ending of a path (.json, .npy, ...); null for another ending.
const AttentionFormat* format_by_ending(const std::string& path);

/// Which numbers of a file of arrays make the map.
struct ArrayChoice {
  std::string array;               // its name in an .npz; "": "weights", or the only one there is
  std::vector<std::size_t> index;  // a place on each axis before the last two
};

/// Labels for a side, in place of those of the file; empty where the file's are taken.
struct GivenLabels {
  std::vector<std::string> rows;
  std::vector<std::string> columns;
};

/// The part of each side that is read, as in Python: "0:15", "2:", ":-1"; "" for all of it.
struct Crop {
  std::string rows;
  std::string columns;
};

/// Which map of a file is read, and what the file leaves open.
struct ReadOptions {
  const AttentionFormat* format = nullptr;  // null: by the file's ending; JSON from standard input
  std::size_t sentence = 1;                 // of .jsonl, Marian and Nematus
  ArrayChoice array;                        // of .npy and .npz
  GivenLabels labels;                       // in place of the file's, a label a row or column
  bool transpose = false;                   // the file's rows are inputs
  Crop crop;                                // after `transpose`; labels may be those of the part
};

/// The maps of a file that were chosen.
struct AttentionMaps {
  std::vector<AttentionMap> maps;         // in the chosen order
  std::vector<std::string> names;         // one a map: "layer 0, head 3"; "" of the only one
  std::vector<std::string> row_names;     // where they form a grid, row by row: "layer 0", ...
  std::vector<std::string> column_names;  // of the grid: "head 3", ...; both empty for no grid
};

/// Reads a file of at most 256 MiB (NumPy's: 1 GiB), "-" for standard input. Throws UsageError for
/// an ending that is no format's; SettingError for an option that the format does not have
/// ("sentence", "array", "index", "transpose") and for labels that are not one a row or column
/// ("row_labels", "column_labels"), or a part that there is not ("crop_rows", "crop_columns");
/// InputError when the content is malformed or another format's; LimitError over 2^26 weights.
AttentionMap read_attention_file(const std::string& path, const ReadOptions& options = {});

/// All the maps that the options choose, one or several; throws the same.
AttentionMaps read_attention_maps(const std::string& path, const ReadOptions& options = {});

/// The same as read_attention_file for the bytes of a file; `format` as found, `name` for messages.
AttentionMap attention_from_bytes(std::string_view bytes, const AttentionFormat& format,
                                  const std::string& name, const ReadOptions& options = {});

/// The bytes of a file of a written format. Throws OutputError for a weight that is not finite, and
/// for a format that is only read.
std::string attention_to_bytes(const AttentionMap& map, const AttentionFormat& format);

}  // namespace attnviz
