// The maps of a file, as its reader finds them one after the other.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "attnviz/attention_file.h"

namespace attnviz {

/// Whether a file says which of its sides are the inputs; `turned`: the reader has seen to it that
/// rows are outputs.
enum class Orientation { unknown, stated, turned };

/// Which values of a map are masks. -inf is one, and so is what programs add to a score in its
/// place, such as -1e9 or the lowest float: a weight below any that could be one, beside weights of
/// common size. Of attributions, which may be any number, only the first is looked for.
class MaskScan {
 public:
  void see(float weight);
  bool is_mask(float weight) const { return weight <= (has_masks() ? mask_value : -infinity); }
  std::size_t masks() const { return has_masks() ? low_ : 0; }  // but for -inf

 private:
  static constexpr float infinity = std::numeric_limits<float>::infinity();
  static constexpr float mask_value = -0.9e9F;

  bool has_masks() const { return low_ > 0 && largest_ <= 1e6F; }

  float largest_ = 0;
  std::size_t low_ = 0;
};

/// What is said of a weight that is too large: row and column count from 0.
[[noreturn]] void refuse_infinite(const std::string& place, std::size_t row, std::size_t column,
                                  float weight);

/// Keeps the maps that the options choose, and does with each what all formats have in common:
/// given labels, transposition, masked cells, limits.
class ChosenMaps {
 public:
  /// `file` is its name, for messages; `options` must outlive the object.
  ChosenMaps(std::string file, const ReadOptions& options);

  const std::string& file() const { return file_; }
  const ReadOptions& options() const { return *options_; }

  /// Counts a further sentence; whether it is chosen. A file of a single map has one.
  bool next();
  /// Adds a map of the sentence counted last. `head` says which of several of the sentence,
  /// `sentence_name` what the file calls the sentence. Throws SettingError for labels that do not
  /// fit and for a transposition of a map whose orientation is known; InputError for infinite
  /// weights; LimitError over 2^26 weights, 2^22 labels or 2^16 maps in all.
  void add(AttentionMap map, Orientation orientation, const std::string& head = "",
           const std::string& sentence_name = "");
  /// The sentence counted last has no map: refused if no other is chosen, else left out. `reason`
  /// is the whole message.
  void leave_out(std::string reason);

  /// Weights that add() does not see, as only what was computed of them is added: see MaskScan.
  void count_masked(std::size_t count) { masked_ += count; }
  void note(std::string text, std::string setting = "");
  /// Of all maps: it is left out if other sentences add further ones.
  void set_grid(std::vector<std::string> row_names, std::vector<std::string> column_names);
  /// Given labels that hold blanks are sentences of words, one a line: for texts of words.
  void labels_may_be_sentences() { labels_may_be_sentences_ = true; }
  /// In place of the given labels of a side: those that the reader found for them.
  void replace_labels(const GivenLabels& labels) { labels_ = labels; }

  /// What was chosen. Throws SettingError "sentence" when there are fewer sentences, InputError
  /// when there are none.
  AttentionMaps take();

 private:
  void mask(AttentionMap& map);
  void turn(AttentionMap& map, Orientation orientation) const;
  std::vector<std::string> labels_here(const std::vector<std::string>& given, std::size_t count,
                                       const std::string& side) const;

  std::string file_;
  const ReadOptions* options_;
  GivenLabels labels_;
  bool labels_may_be_sentences_ = false;
  std::size_t first_ = 1;  // of the chosen sentences
  std::size_t end_ = 2;    // after their last
  std::size_t count_ = 0;
  std::size_t left_out_ = 0;
  std::string reason_;  // why the sentence left out last was
  std::size_t weights_ = 0;
  std::size_t label_count_ = 0;
  std::size_t masked_ = 0;  // cells that only their value shows to be masked
  AttentionMaps result_;
};

/// The weights with rows as columns; the labels stay where they are.
std::vector<float> transposed(const AttentionMap& map);

}  // namespace attnviz
