// The formats of attention maps: texts and bytes to maps and back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_file.h"
#include "attnviz/attention_map.h"
#include "attnviz/error.h"

namespace attnviz {

inline constexpr std::size_t max_attention_weights = std::size_t{1} << 26U;
/// Of a side. A label takes ten times the memory of a weight, and more of its two bytes in a file.
inline constexpr std::size_t max_attention_labels = std::size_t{1} << 20U;

/// Throws LimitError for more labels of one side.
void check_label_count(std::size_t count, const std::string& place);
[[noreturn]] void refuse_label_count(const std::string& place);

/// Throws LimitError when `more` weights after `before` are too many for a map, or those of a
/// matrix are. `columns` is not 0.
void check_weight_count(std::size_t before, std::size_t more, const std::string& place);
void check_weight_shape(std::size_t rows, std::size_t columns, const std::string& name);

/// Throws OutputError naming row and column of a weight that is not finite.
void check_weight(const AttentionMap& map, std::size_t row, std::size_t column);

/// A weight as the shortest text that reads back to the same float; throws as check_weight.
std::string weight_text(const AttentionMap& map, std::size_t row, std::size_t column);

/// Whether it stands for an input without an answer: no labels, no weights, and the reason in
/// metadata["error"]. Then require_map() throws InputError; `name` is the file's.
bool is_missing(const AttentionMap& map);
void require_map(const AttentionMap& map, const std::string& name);

/// One map as JSON on one line, no newline at its end:
/// {"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",
///  "source":[..],"target":[..],"weights":[[..]],"gold":[[..]],"expected":[..],"facts":{..}}
/// gold, expected and facts (the map's metadata) are left out when empty. Weights are written as
/// weight_text does.
std::string attention_to_json(const AttentionMap& map);

/// The map of one JSON document. `name` is the file's, for messages.
/// Throws InputError naming the field: not JSON, text after the document, duplicate or unknown
/// keys, depth over 64, wrong format, version or orientation, ragged rows, label counts, a weight
/// that is not a finite number, gold positions out of range; LimitError over 2^26 weights.
AttentionMap attention_from_json(std::string_view text, std::string_view name);

/// As attention_from_json, for a file with one document a line (.jsonl). Blank lines are skipped;
/// messages name the line. Maps may be missing.
std::vector<AttentionMap> attention_from_json_lines(std::string_view text, std::string_view name);

/// CSV (RFC 4180): first row the column labels after one corner cell, first column the row labels,
/// quotes where needed, lines ended by LF. Labels and weights only, as weight_text. With another
/// `separator`, a tab, it is TSV.
std::string attention_to_csv(const AttentionMap& map, char separator = ',');

/// As written by attention_to_csv; the corner cell may hold anything but a number. With a number
/// there, the file is one of bare numbers and its labels are positions, from 0. BOM and CRLF are
/// accepted, blank lines skipped. Throws InputError naming line and column, LimitError over 2^26
/// weights.
AttentionMap attention_from_csv(std::string_view text, std::string_view name, char separator = ',');

/// NumPy's formats. .npy holds the weights alone, as float32. .npz, for numpy.load, holds weights,
/// source and target; gold as a bool for each weight, expected, and facts (the metadata) as rows of
/// key and value where the map has them. Throws OutputError for a weight that is not finite,
/// LimitError for labels of very unequal lengths (they are padded).
std::string attention_to_npy(const AttentionMap& map);
std::string attention_to_npz(const AttentionMap& map);

/// The rows and columns of an array are those of the map; its labels are positions, from 0. Throws
/// as read_npy and npy_matrix do.
AttentionMap attention_from_npy(std::string_view bytes, std::string_view name,
                                const ArrayChoice& choice = {});

/// The same for an archive of arrays, with what attention_to_npz wrote beside the weights. Throws
/// also as read_zip and extract do; SettingError "array", naming the arrays there are.
AttentionMap attention_from_npz(std::string_view bytes, std::string_view name,
                                const ArrayChoice& choice = {});

/// A side that has no labels in the file and needs given ones.
class MissingLabelsError : public InputError {
 public:
  enum class Side { rows, columns };

  MissingLabelsError(const std::string& message, Side side) : InputError(message), side_(side) {}
  Side side() const { return side_; }

 private:
  Side side_;
};

/// Line `sentence` (from 1) of what Marian's decoder writes with --alignment soft, n-best lists or
/// not: `words ||| 0.9,0.1 0.2,0.8 ||| ...`, a group of weights an output word and one for
/// END, a weight a source word and END. Source words are not in the file: columns are positions,
/// from 0. Throws InputError naming the line, MissingLabelsError where the words are not as many as
/// the rows (they were joined from pieces) and `given` has no labels, SettingError "sentence".
AttentionMap attention_from_marian(std::string_view text, std::string_view name,
                                   std::size_t sentence, const GivenLabels& given = {});

/// Block `sentence` (from 1) of a text file of Nematus' translate --output_alignment: a line
/// `0 ||| output words ||| score ||| source words ||| columns rows`, then a line of weights an
/// output word, END last on both sides. Throws as attention_from_marian does.
AttentionMap attention_from_nematus(std::string_view text, std::string_view name,
                                    std::size_t sentence, const GivenLabels& given = {});

/// "0", "1", ...: the labels of a side without any.
std::vector<std::string> position_labels(std::size_t count);

}  // namespace attnviz
