// Files of attention maps: our JSON, and CSV with labels.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/base/attention_map.h"

namespace attnviz {

inline constexpr std::size_t max_attention_weights = std::size_t{1} << 26U;

/// A weight as the shortest text that reads back to the same float. Throws OutputError naming row
/// and column of one that is not finite.
std::string weight_text(const AttentionMap& map, std::size_t row, std::size_t column);

/// One map as JSON on one line, no newline at its end:
/// {"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",
///  "source":[..],"target":[..],"weights":[[..]],"gold":[[..]],"expected":[..],"facts":{..}}
/// gold, expected and facts are left out when empty. Weights are written as weight_text does.
std::string attention_to_json(const AttentionMap& map);

/// The map of one JSON document. `name` is the file's, for messages.
/// Throws InputError naming the field: not JSON, text after the document, duplicate or unknown
/// keys, depth over 64, wrong format, version or orientation, ragged rows, label counts, a weight
/// that is not a finite number, gold positions out of range; LimitError over 2^26 weights.
AttentionMap attention_from_json(std::string_view text, std::string_view name);

/// As attention_from_json, for a file with one document a line (.jsonl). Blank lines are skipped;
/// messages name the line.
std::vector<AttentionMap> attention_from_json_lines(std::string_view text, std::string_view name);

/// CSV (RFC 4180): first row the column labels after one corner cell, first column the row labels,
/// quotes where needed, lines ended by LF. Labels and weights only, as weight_text.
std::string attention_to_csv(const AttentionMap& map);

/// As written by attention_to_csv; the corner cell may hold anything. BOM and CRLF are accepted,
/// blank lines skipped. Throws InputError naming line and column, LimitError over 2^26 weights.
AttentionMap attention_from_csv(std::string_view text, std::string_view name);

/// The map(s) in a file of at most 256 MiB, by its extension: .json, .jsonl or .csv. "-" reads JSON
/// from standard input. Throws InputError or LimitError; for another extension UsageError naming
/// the ones there are.
std::vector<AttentionMap> read_attention_file(const std::string& path);

}  // namespace attnviz
