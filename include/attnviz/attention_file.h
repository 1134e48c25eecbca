// Files of attention maps: JSON, CSV, arrays and the texts of translation programs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_map.h"

namespace attnviz {

/// How a file holds maps; chosen by name or by the ending of a path.
struct AttentionFormat;

/// Of a name: "json", "jsonl" (a map a line), "csv", "tsv", "npy", "npz", and, only read,
/// "safetensors", "marian", "nematus", "sockeye", "fairseq", "opennmt" and "pharaoh"; null for
/// another.
const AttentionFormat* attention_format(std::string_view name);

/// By the ending of a path (.json, .NPY, ...); null for another ending.
const AttentionFormat* format_by_ending(const std::string& path);

/// Which numbers of a file of arrays make the maps.
struct ArrayChoice {
  std::string array;  // its name; "": "weights", or the only one; "all": all, as a further axis
  /// Each chooses maps: for every axis before the last two, of size 1 or not, a number from 0
  /// (below 0: from the end), a range as Python has it (2:4, :) or "mean", with commas between
  /// them. "all" chooses every map. With "q" and "k" for the axes of rows and columns, one for
  /// every axis of the array. None: the first map.
  std::vector<std::string> index;
  bool rollout = false;  // one map of all layers chosen (Abnar and Zuidema 2020), heads averaged
};

/// Labels for a side, in place of those of the file; empty where the file's are taken. A single
/// empty label stands for a side without labels; in an .npz a single label may name an array.
struct GivenLabels {
  std::vector<std::string> rows;
  std::vector<std::string> columns;
};

/// The part of each side that is read, as in Python: "0:15", "2:", ":-1"; "" for all of it.
struct Crop {
  std::string rows;
  std::string columns;
};

/// Where the labels are in a table of CSV.
enum class LabelPlaces { detected, columns, rows, both, none };

/// Which maps of a file are read, and what the file leaves open.
struct ReadOptions {
  const AttentionFormat* format = nullptr;  // null: by the file's ending; JSON from standard input
  std::string sentence;  // of files with several: "3", "2:5" (2, 3 and 4), "all"; "" for the first
  ArrayChoice array;     // of arrays: NumPy's, safetensors, lists in JSON
  GivenLabels labels;    // in place of the file's, a label a row or column
  LabelPlaces label_places = LabelPlaces::detected;  // of CSV and TSV
  bool transpose = false;                            // the file's rows are inputs
  Crop crop;  // after `transpose`; labels may be those of the part
};

/// How a reader understood a file that can be understood in several ways.
struct ReadNote {
  std::string text;
  std::string setting;  // that chooses otherwise: "sentence", "index", "axes" (of the index),
                        // "array", "labels"; or ""
};

/// The maps of a file that were chosen.
struct AttentionMaps {
  std::vector<AttentionMap> maps;         // in the chosen order
  std::vector<std::string> names;         // one a map: "layer 0, head 3"; "" of the only one
  std::vector<std::size_t> sentences;     // one a map: its sentence in the file, from 1
  std::vector<std::string> heads;         // one a map: its name within the sentence, "" for none
  std::vector<std::string> row_names;     // where they form a grid, row by row: "layer 0", ...
  std::vector<std::string> column_names;  // of the grid: "head 3", ...; both empty for no grid
  std::size_t sentence_count = 0;         // of the file, chosen or not
  std::vector<ReadNote> notes;
};

/// Reads a file of at most 256 MiB (of arrays: 1 GiB), "-" for standard input. Throws UsageError
/// for an ending that is no format's; SettingError for a choice that the file does not offer
/// ("sentence", "array", "index", "combine", "transpose"), for labels that are not one a row or
/// column ("row_labels", "column_labels"), a part that there is not ("crop_rows", "crop_columns")
/// and a table that can be read in two ways ("labels"); InputError when the content is malformed or
/// another format's; LimitError over 2^26 weights.
AttentionMaps read_attention_maps(const std::string& path, const ReadOptions& options = {});

/// The same for a single map; throws UsageError when several are chosen.
AttentionMap read_attention_file(const std::string& path, const ReadOptions& options = {});

/// The same as read_attention_maps for the bytes of a file; `format` as found, `name` for messages.
AttentionMaps attention_from_bytes(std::string_view bytes, const AttentionFormat& format,
                                   const std::string& name, const ReadOptions& options = {});

/// The bytes of a file of a written format. Throws OutputError for a weight that is infinite, and
/// for a format that is only read.
std::string attention_to_bytes(const AttentionMap& map, const AttentionFormat& format);

}  // namespace attnviz
