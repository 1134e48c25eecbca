// Files of attention maps: which format a file has, and the map that is meant in it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_map.h"
#include "formats/attention_io.h"

namespace attnviz {

enum class AttentionFormat { json, jsonl, csv, tsv, npy, npz, marian, nematus };

/// The names of the formats, in the order of the enumeration; files end in those up to npz.
const std::vector<std::string>& attention_format_names();

/// Of a name above; nothing for another.
std::optional<AttentionFormat> attention_format(std::string_view name);

/// By the ending of a path (.json, .npy, ...); nothing for another ending.
std::optional<AttentionFormat> format_by_ending(const std::string& path);

/// Formats that are written too: "json", ..., "npz".
const std::vector<std::string>& written_format_names();

/// Which map of a file is meant, and what the file does not say itself.
struct ReadOptions {
  std::optional<AttentionFormat> format;  // by the file's ending; JSON from standard input
  std::size_t sentence = 1;               // of .jsonl, Marian and Nematus
  ArrayChoice array;                      // of .npy and .npz
  GivenLabels labels;                     // in place of the file's, a label a row or column
  bool transpose = false;                 // the file's rows are inputs
};

/// Reads a file of at most 256 MiB (NumPy's: 1 GiB), "-" for standard input. Throws UsageError
/// for an ending that is no format's, an option that the format does not have, and labels that are
/// not one a row or column; InputError when the content is another format's; and as the format's
/// own function does.
AttentionMap read_attention_file(const std::string& path, const ReadOptions& options = {});

/// The same for the bytes of a file; `format` as found, `name` for messages.
AttentionMap attention_from_bytes(std::string_view bytes, AttentionFormat format,
                                  const std::string& name, const ReadOptions& options = {});

/// The bytes of a file of a written format. Throws OutputError for a weight that is not finite.
std::string attention_to_bytes(const AttentionMap& map, AttentionFormat format);

}  // namespace attnviz
