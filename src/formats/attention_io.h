// The formats of attention maps: texts and bytes to maps and back.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_file.h"
#include "attnviz/attention_map.h"
#include "attnviz/error.h"
#include "formats/chosen_maps.h"

namespace attnviz {

inline constexpr std::size_t max_attention_weights = std::size_t{1} << 26U;
/// Of a side. A label takes ten times the memory of a weight, and more of its two bytes in a file.
inline constexpr std::size_t max_attention_labels = std::size_t{1} << 20U;
/// Of AttentionMap::metadata. Each takes many times its bytes in a file.
inline constexpr std::size_t max_attention_facts = std::size_t{1} << 16U;

/// Throws LimitError for more labels of one side.
void check_label_count(std::size_t count, const std::string& place);
[[noreturn]] void refuse_label_count(const std::string& place);

/// Throws LimitError when `more` weights after `before` are too many for a map, or those of a
/// matrix are. `columns` is not 0.
void check_weight_count(std::size_t before, std::size_t more, const std::string& place);
void check_weight_shape(std::size_t rows, std::size_t columns, const std::string& name);

/// Throws OutputError naming row and column of a weight that is infinite.
void check_weight(const AttentionMap& map, std::size_t row, std::size_t column);

/// A weight as the shortest text that reads back to the same float, `masked` for a masked one;
/// throws as check_weight.
std::string weight_text(const AttentionMap& map, std::size_t row, std::size_t column,
                        const char* masked = "nan");

/// The weight that a cell of a text holds, with blanks around it: a finite number, or NaN for what
/// programs write in a masked one (nan, NA, -inf, ...); nothing for another text. "" is nothing.
std::optional<float> parse_weight(std::string_view cell);

/// Whether it stands for an input without an answer: no labels, no weights, and the reason in
/// metadata["error"]. Then require_map() throws InputError; `name` is the file's.
bool is_missing(const AttentionMap& map);
void require_map(const AttentionMap& map, const std::string& name);

inline constexpr const char* attention_json_format = "attnviz-attention";
inline constexpr int attention_json_version = 1;
inline constexpr const char* attention_json_orientation = "rows=output,columns=input";

/// One map as JSON on one line, no newline at its end:
/// {"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",
///  "source":[..],"target":[..],"weights":[[..]],"gold":[[..]],"expected":[..],"facts":{..}}
/// gold, expected and facts (the map's metadata) are left out when empty. Weights are written as
/// weight_text does, masked ones as null. A map that is no attention has "kind":"attribution"
/// before its labels.
std::string attention_to_json(const AttentionMap& map);

// The readers below add the maps that were chosen to `maps`, whose file() is the name in messages.
// All throw InputError naming the place of what is malformed, SettingError for a choice that the
// file does not offer, and LimitError.

/// JSON documents: the map above, also without format, version and orientation, whose kind may be
/// named "attention" too; lists of lists of
/// numbers, nested as deep as an array has axes, for the weights or the whole document; lists of
/// maps; pandas' to_json(orient="split"); the payload of BertViz. `title` is taken into the
/// metadata, null is a masked cell, as are NaN and -Infinity, which Python writes.
void read_attention_json(std::string_view text, ChosenMaps& maps);

/// The same with a document a line (.jsonl). Blank lines are skipped; messages name the line. Maps
/// may be missing.
void read_attention_json_lines(std::string_view text, ChosenMaps& maps);

/// CSV (RFC 4180): first row the column labels after one corner cell, first column the row labels,
/// quotes where needed, lines ended by LF. Labels and weights only, as weight_text; a masked cell
/// is empty. With another `separator`, a tab, it is TSV.
std::string attention_to_csv(const AttentionMap& map, char separator = ',');

/// Tables of numbers: as written by attention_to_csv, and as other programs write them. Cells are
/// separated by `separator`, or where that does not fit by semicolons, tabs, commas or blanks, with
/// decimal commas where no comma separates. Lines that start with "# " are comments, blank lines
/// are skipped, an empty cell is masked, an empty last cell of every row is left out. Which of the
/// first row and column are labels is ReadOptions::label_places; if that is to be detected and
/// there are two readings: SettingError "labels", naming them.
void read_attention_csv(std::string_view text, char separator, ChosenMaps& maps);

/// NumPy's formats. .npy holds the weights alone, as float32. .npz, for numpy.load, holds weights,
/// source and target; gold as a bool for each weight, expected, kind if it is no attention, and
/// facts (the metadata) as rows of key and value where the map has them. Throws OutputError for a
/// weight that is infinite, LimitError for labels of very unequal lengths (they are padded).
std::string attention_to_npy(const AttentionMap& map);
std::string attention_to_npz(const AttentionMap& map);

/// An array of numbers, see add_array_maps(); an archive of arrays, see add_array_file().
void read_attention_npy(std::string_view bytes, ChosenMaps& maps);
void read_attention_npz(std::string_view bytes, ChosenMaps& maps);
void read_attention_safetensors(std::string_view bytes, ChosenMaps& maps);

/// Given labels that are not one a row or column ("row_labels", "column_labels").
class LabelCountError : public SettingError {
 public:
  LabelCountError(const std::string& setting, const std::string& problem, std::size_t expected,
                  std::size_t got)
      : SettingError(setting, problem), expected_(expected), got_(got) {}
  std::size_t expected() const { return expected_; }
  std::size_t got() const { return got_; }

 private:
  std::size_t expected_;
  std::size_t got_;
};

/// A side that has no labels in the file and needs given ones.
class MissingLabelsError : public InputError {
 public:
  enum class Side { rows, columns };

  MissingLabelsError(const std::string& message, Side side) : InputError(message), side_(side) {}
  Side side() const { return side_; }

 private:
  Side side_;
};

// What translation programs write. Words must be as many as the weights of their side, or one
// fewer: then END is added. Where they are not (they were joined from pieces) and there are no
// given labels: MissingLabelsError.

/// Marian's decoder with --alignment soft or hard, n-best lists or not, a line a sentence:
/// `words ||| 0.9,0.1 0.2,0.8 ||| ...`, a group of weights an output word, or links `0-0 1-1`.
/// Source words are not in the file: columns are positions, from 0.
void read_attention_marian(std::string_view text, ChosenMaps& maps);

/// Nematus' translate --output_alignment: a line `0 ||| output words ||| score ||| source words |||
/// columns rows`, then a line of weights an output word, up to a blank line. The counts are not
/// relied upon.
void read_attention_nematus(std::string_view text, ChosenMaps& maps);

/// Sockeye's output of the type translation_with_alignment_matrix: as Nematus', with two fields for
/// the counts and a line of weights a source word. The matrix is turned, with a note.
void read_attention_sockeye(std::string_view text, ChosenMaps& maps);

/// What fairseq-generate prints with soft or hard alignments: lines S-7, H-7 and A-7 of a sentence,
/// in any order; other lines are skipped.
void read_attention_fairseq(std::string_view text, ChosenMaps& maps);

/// OpenNMT-py's translate -attn_debug: tables of words and weights among the lines of a log.
void read_attention_opennmt(std::string_view text, ChosenMaps& maps);

/// Links `i-j` of source position i and output position j, from 0, a line a sentence: a map of 0
/// and
/// 1. Given labels say how many positions there are; else the largest in the line.
void read_attention_pharaoh(std::string_view text, ChosenMaps& maps);

/// "0", "1", ...: the labels of a side without any.
std::vector<std::string> position_labels(std::size_t count);

}  // namespace attnviz
