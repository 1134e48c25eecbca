#include "formats/chosen_maps.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"
#include "formats/attention_edit.h"
#include "formats/attention_io.h"
#include "formats/axis_range.h"
#include "formats/text_lines.h"

namespace attnviz {
namespace {

constexpr std::size_t max_maps = std::size_t{1} << 16U;
constexpr std::size_t max_labels_in_all = 4 * max_attention_labels;

/// Labels given for a side of which `part` is read: of all of it, or of the part.
void put_labels(std::vector<std::string>& labels, const std::vector<std::string>& given,
                SideRange part, const std::string& side) {
  if (given.empty()) return;
  const std::size_t size = labels.size();
  if (given.size() == 1 && given.front().empty()) {
    labels.assign(size, "");
  } else if (given.size() == size) {
    labels = given;
  } else if (given.size() == part.size()) {
    std::ranges::copy(given, labels.begin() + static_cast<std::ptrdiff_t>(part.begin));
  } else {
    const std::string all =
        part.size() < size ? fmt::format(" (or {}, before the crop)", size) : "";
    throw LabelCountError(
        side + "_labels",
        fmt::format("expected {}, one a {}{}, got {}", part.size(), side, all, given.size()), size,
        given.size());
  }
}

void check_total(std::size_t& total, std::size_t more, std::size_t limit, const char* what,
                 const std::string& file) {
  total += more;
  if (total <= limit) return;
  throw LimitError(
      fmt::format("{}: expected at most {} {} in all maps, got more", file, limit, what));
}

}  // namespace

ChosenMaps::ChosenMaps(std::string file, const ReadOptions& options)
    : file_(std::move(file)), options_(&options), labels_(options.labels) {
  const std::string& text = options.sentence;
  if (text.empty()) return;
  const auto range = parse_axis_range(text == "all" ? "1:" : text == ":" ? "1:" : text);
  if (!range || range->first < 1 || (range->end && *range->end <= range->first)) {
    throw SettingError("sentence", fmt::format("expected a number from 1, a range such as 2:5, "
                                               "which is 2, 3 and 4, or all, got \"{}\"",
                                               printable(text)));
  }
  first_ = static_cast<std::size_t>(range->first);
  end_ =
      range->end ? static_cast<std::size_t>(*range->end) : std::numeric_limits<std::size_t>::max();
}

/// The given labels of the sentence counted last, whose side has `count` labels: all of them, or
/// the words of its line and END.
std::vector<std::string> ChosenMaps::labels_here(const std::vector<std::string>& given,
                                                 std::size_t count, const std::string& side) const {
  const auto is_sentence = [](const std::string& label) { return label.find(' ') < label.size(); };
  if (!labels_may_be_sentences_ || std::ranges::none_of(given, is_sentence)) return given;
  if (given.size() < count_) {
    throw SettingError(side + "_labels",
                       fmt::format("expected a line of words for each sentence up to {}, got {}",
                                   count_, given.size()));
  }
  const Words words = words_of(given[count_ - 1]);
  std::vector<std::string> labels(words.begin(), words.end());
  if (labels.size() + 1 == count) labels.emplace_back(end_label);
  return labels;
}

bool ChosenMaps::next() {
  ++count_;
  return count_ >= first_ && count_ < end_;
}

void ChosenMaps::add(AttentionMap map, Orientation orientation, const std::string& head,
                     const std::string& sentence_name) {
  std::size_t maps = result_.maps.size();
  check_total(maps, 1, max_maps, "maps", file_);
  check_total(weights_, map.weights.size(), max_attention_weights, "weights", file_);
  check_total(label_count_, map.rows() + map.columns(), max_labels_in_all, "labels", file_);
  turn(map, orientation);
  mask(map);
  const SideRange rows = side_range(options_->crop.rows, map.rows(), "crop_rows");
  const SideRange columns = side_range(options_->crop.columns, map.columns(), "crop_columns");
  put_labels(map.target, labels_here(labels_.rows, map.rows(), "row"), rows, "row");
  put_labels(map.source, labels_here(labels_.columns, map.columns(), "column"), columns, "column");
  crop(map, rows, columns);
  result_.maps.push_back(std::move(map));
  result_.sentences.push_back(count_);
  result_.heads.push_back(head);
  const std::string& name = head.empty() ? sentence_name : head;
  const std::string sentence = fmt::format("sentence {}", count_);
  result_.names.push_back(name.empty() ? sentence : count_ == 1 ? name : sentence + ", " + name);
}

void ChosenMaps::leave_out(std::string reason) {
  if (count_ < first_ || count_ >= end_) return;
  ++left_out_;
  reason_ = std::move(reason);
}

void ChosenMaps::note(std::string text, std::string setting) {
  result_.notes.push_back({std::move(text), std::move(setting)});
}

void ChosenMaps::set_grid(std::vector<std::string> row_names,
                          std::vector<std::string> column_names) {
  result_.row_names = std::move(row_names);
  result_.column_names = std::move(column_names);
}

void MaskScan::see(float weight) {
  if (weight == -infinity || is_masked(weight)) return;
  if (weight <= mask_value) {
    ++low_;
  } else {
    largest_ = std::max(largest_, std::abs(weight));
  }
}

void refuse_infinite(const std::string& place, std::size_t row, std::size_t column, float weight) {
  throw InputError(
      fmt::format("{}: row {}, column {}: expected a finite number in the range of float, got {}",
                  place, row + 1, column + 1, format_shortest(weight)));
}

void ChosenMaps::mask(AttentionMap& map) {
  MaskScan scan;
  for (std::size_t i = 0; i < map.weights.size(); ++i) {
    const float weight = map.weights[i];
    if (std::isinf(weight) && weight > 0) {
      refuse_infinite(file_, i / map.columns(), i % map.columns(), weight);
    }
    if (map.kind == MapKind::attention) scan.see(weight);
  }
  masked_ += scan.masks();
  for (float& weight : map.weights) {
    if (scan.is_mask(weight)) weight = std::nanf("");
  }
}

std::vector<float> transposed(const AttentionMap& map) {
  std::vector<float> weights;
  weights.reserve(map.weights.size());
  for (std::size_t c = 0; c < map.columns(); ++c) {
    for (std::size_t r = 0; r < map.rows(); ++r) weights.push_back(map.at(r, c));
  }
  return weights;
}

void ChosenMaps::turn(AttentionMap& map, Orientation orientation) const {
  if (!options_->transpose || orientation == Orientation::turned) return;
  const bool knows =
      !map.gold.empty() || !map.expected.empty() || !map.copied.empty() || !map.metadata.empty();
  if (orientation == Orientation::stated || knows) {
    throw SettingError("transpose", file_ + " says that its rows are outputs");
  }
  map.weights = transposed(map);
  std::swap(map.source, map.target);
}

AttentionMaps ChosenMaps::take() {
  if (count_ == 0) throw InputError(file_ + ": expected at least one sentence, got none");
  if (result_.maps.empty() && left_out_ > 0) throw InputError(reason_);
  const bool is_open = end_ == std::numeric_limits<std::size_t>::max();
  if (result_.maps.empty() || (!is_open && end_ > count_ + 1)) {
    throw SettingError("sentence", fmt::format("expected 1..{}, the sentences in {}, got {}",
                                               count_, file_, options_->sentence));
  }
  if (left_out_ > 0) {
    note(fmt::format("{} of the sentences chosen {} left out: the last of them: {}", left_out_,
                     left_out_ == 1 ? "is" : "are", reason_));
  }
  if (count_ > 1 && options_->sentence.empty()) {
    note(fmt::format("sentence 1 of {} is taken", count_), "sentence");
  }
  if (masked_ > 0) {
    note(fmt::format("{} weight{} of -1e9 or so {} taken for masked", masked_,
                     masked_ == 1 ? "" : "s", masked_ == 1 ? "is" : "are"));
  }
  if (result_.row_names.size() * result_.column_names.size() != result_.maps.size()) {
    set_grid({}, {});
  }
  if (count_ == 1 && result_.names == std::vector<std::string>{"sentence 1"}) result_.names = {""};
  result_.sentence_count = count_;
  return std::move(result_);
}

}  // namespace attnviz
