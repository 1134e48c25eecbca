#include "formats/attention_edit.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>
#include <span>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

/// For the caption of a picture.
void add_note(AttentionMap& map, const std::string& text) {
  std::string& note = map.metadata["note"];
  note += (note.empty() ? "" : "\n") + text;
}

/// A place as in Python, negative from the end; `otherwise` for "".
std::optional<std::size_t> place(std::string_view text, std::size_t size, std::size_t otherwise) {
  if (text.empty()) return otherwise;
  const auto number = parse_integer<std::int64_t>(text);
  if (!number) return std::nullopt;
  const auto count = static_cast<std::int64_t>(size);
  const std::int64_t at = *number < 0 ? count + *number : *number;
  if (at < 0 || at > count) return std::nullopt;
  return static_cast<std::size_t>(at);
}

std::string range_text(const char* side, SideRange range, std::size_t size) {
  return range.size() == size ? ""
                              : fmt::format(", {} {}:{} of {}", side, range.begin, range.end, size);
}

/// The share of the rows' weight that is not in the columns; nothing where that has no meaning, as
/// weights are negative or may be.
std::optional<double> share_outside(const AttentionMap& map, SideRange rows, SideRange columns) {
  if (map.kind == MapKind::attribution) return std::nullopt;
  double all = 0.0;
  double outside = 0.0;
  for (std::size_t r = rows.begin; r < rows.end; ++r) {
    for (std::size_t c = 0; c < map.columns(); ++c) {
      const float weight = map.at(r, c);
      if (is_masked(weight)) continue;
      if (weight < 0.0F) return std::nullopt;
      all += weight;
      if (c < columns.begin || c >= columns.end) outside += weight;
    }
  }
  return outside == 0.0 ? 0.0 : outside / all;
}

template <typename T>
void keep(std::vector<T>& values, SideRange range) {
  values.resize(std::min(values.size(), range.end));
  values.erase(values.begin(),
               values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), range.begin)));
}

/// The number of links left out.
std::size_t crop_gold(GoldAlignment& gold, SideRange rows, SideRange columns) {
  const auto links = [&gold] {
    std::size_t count = 0;
    for (const std::vector<int>& positions : gold) count += positions.size();
    return count;
  };
  const std::size_t before = links();
  keep(gold, rows);
  const int first = static_cast<int>(columns.begin);
  for (std::vector<int>& positions : gold) {
    std::erase_if(positions, [&](int position) {
      return position < first || position >= static_cast<int>(columns.end);
    });
    for (int& position : positions) position -= first;
  }
  return before - links();
}

/// How a tokenizer marks the pieces of words.
struct Mark {
  std::string text;
  bool at_end;     // of a piece; else at its beginning
  bool continues;  // the word goes on across the mark; else a word begins or ends there

  bool is_on(std::string_view piece) const {
    return at_end ? piece.ends_with(text) : piece.starts_with(text);
  }
  std::string_view without(std::string_view piece) const {
    if (!is_on(piece)) return piece;
    return at_end ? piece.substr(0, piece.size() - text.size()) : piece.substr(text.size());
  }
};

const Mark marks[] = {{"@@", true, true},
                      {"##", false, true},
                      {"▁", false, false},
                      {"Ġ", false, false},
                      {"</w>", true, false}};

/// A label that no word goes across: <s>, <|en|>, [CLS], or the line end of byte-level BPE.
bool is_special(std::string_view label) {
  if (label.starts_with("Ċ")) return true;
  if (label.size() < 3) return false;
  if (label.front() == '<' && label.back() == '>') return true;
  return label.front() == '[' && label.back() == ']' &&
         std::isupper(static_cast<unsigned char>(label[1])) != 0;
}

/// The byte that byte-level BPE writes as a letter: printable Latin-1 is itself, the other bytes
/// are U+0100 and up in order. Nothing for any other letter.
std::optional<unsigned char> byte_of(char32_t letter) {
  const bool is_itself =
      (letter > 0x20 && letter < 0x7f) || (letter > 0xa0 && letter <= 0xff && letter != 0xad);
  if (is_itself) return static_cast<unsigned char>(letter);
  const char32_t place = letter - 0x100;  // among 0..0x20, 0x7f..0xa0 and 0xad
  if (letter < 0x100 || place > 67) return std::nullopt;
  return static_cast<unsigned char>(place < 33 ? place : place < 67 ? place + 94 : 0xad);
}

/// The text of such letters; nothing for a label of others, or with a line end, which is better
/// seen as its letter.
std::optional<std::string> text_of_bytes(std::string_view label) {
  std::string text;
  for (const char32_t letter : code_points(label)) {
    const auto byte = byte_of(letter);
    if (!byte || *byte < 0x20) return std::nullopt;
    text += static_cast<char>(*byte);
  }
  if (find_invalid_utf8(text)) return std::nullopt;
  return text;
}

/// The words of a side.
struct Words {
  std::vector<std::string> labels;
  std::vector<std::size_t> of;  // a piece -> its word
};

bool has_mark(const std::vector<std::string>& pieces, const Mark& mark) {
  return std::ranges::any_of(pieces, [&](const auto& piece) { return mark.is_on(piece); });
}

/// The texts of words out of those of their pieces; `of` says which word a piece belongs to.
std::vector<std::string> join_pieces(const std::vector<std::string>& pieces,
                                     const std::vector<std::size_t>& of, const Mark& mark) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool begins = of[i] == words.size();
    if (begins) words.emplace_back();
    // A mark that joins nothing is kept.
    const bool keep_mark = begins && mark.continues && !mark.at_end;
    words.back() += keep_mark ? pieces[i] : mark.without(pieces[i]);
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::string& word = words[of[i]];
    if (word.empty() && !pieces[i].empty()) word = mark.text;  // of which it consists
  }
  if (mark.text != "Ġ" || !has_mark(pieces, mark)) return words;
  for (std::string& word : words) word = text_of_bytes(word).value_or(word);
  return words;
}

Words words_of(const std::vector<std::string>& pieces, const Mark& mark) {
  Words words;
  const bool is_marked = has_mark(pieces, mark);
  std::size_t count = 0;
  bool open = false;  // the last word may go on
  for (const std::string& piece : pieces) {
    const bool marked = mark.is_on(piece);
    const bool alone = !is_marked || (!marked && is_special(piece));
    if (alone || !open || (!mark.at_end && marked != mark.continues)) ++count;
    words.of.push_back(count - 1);
    open = !alone && (!mark.at_end || marked == mark.continues);
  }
  words.labels = join_pieces(pieces, words.of, mark);
  return words;
}

/// Sums over the columns of a word, means over its rows.
std::vector<float> merge_weights(const AttentionMap& map, const Words& rows, const Words& columns) {
  const std::size_t width = columns.labels.size();
  std::vector<float> weights(rows.labels.size() * width, std::numeric_limits<float>::quiet_NaN());
  std::vector<float> pieces(rows.labels.size(), 0.0F);  // rows of each word
  for (std::size_t r = 0; r < map.rows(); ++r) {
    ++pieces[rows.of[r]];
    for (std::size_t c = 0; c < map.columns(); ++c) {
      const float weight = map.at(r, c);
      if (is_masked(weight)) continue;
      float& sum = weights[rows.of[r] * width + columns.of[c]];
      sum = is_masked(sum) ? weight : sum + weight;
    }
  }
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] /= pieces[i / width];
  return weights;
}

/// Means over the rows of a word.
std::vector<float> merge_copied(const std::vector<float>& copied, const Words& rows) {
  std::vector<float> merged;
  std::vector<float> pieces;
  for (std::size_t r = 0; r < copied.size(); ++r) {
    merged.resize(rows.of[r] + 1);
    pieces.resize(rows.of[r] + 1);
    merged.back() += copied[r];
    ++pieces.back();
  }
  for (std::size_t i = 0; i < merged.size(); ++i) merged[i] /= pieces[i];
  return merged;
}

GoldAlignment merge_gold(const GoldAlignment& gold, const Words& rows, const Words& columns) {
  GoldAlignment merged;
  for (std::size_t r = 0; r < gold.size(); ++r) {
    merged.resize(rows.of[r] + 1);
    for (const int position : gold[r]) {
      merged.back().push_back(static_cast<int>(columns.of[static_cast<std::size_t>(position)]));
    }
  }
  for (std::vector<int>& positions : merged) {
    std::ranges::sort(positions);
    positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  }
  return merged;
}

}  // namespace

SideRange side_range(std::string_view text, std::size_t size, const std::string& setting) {
  if (text.empty()) return {0, size};
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const auto begin = place(text.substr(0, colon), size, 0);
    const auto end = place(text.substr(colon + 1), size, size);
    if (begin && end && *begin < *end) return {*begin, *end};
  }
  throw SettingError(
      setting, fmt::format("expected a range inside 0:{}, as in 0:{} or 1:-1, got \"{}\"", size,
                           size, printable(text)));
}

void crop(AttentionMap& map, SideRange rows, SideRange columns) {
  if (rows.size() == map.rows() && columns.size() == map.columns()) return;
  std::string text =
      range_text("rows", rows, map.rows()) + range_text("columns", columns, map.columns());
  const auto share = share_outside(map, rows, columns);
  std::vector<float> weights;
  weights.reserve(rows.size() * columns.size());
  for (std::size_t r = rows.begin; r < rows.end; ++r) {
    const auto row = std::span(map.weights).subspan(r * map.columns(), map.columns());
    const auto part = row.subspan(columns.begin, columns.size());
    weights.insert(weights.end(), part.begin(), part.end());
  }
  map.weights = std::move(weights);
  keep(map.target, rows);
  keep(map.expected, rows);
  keep(map.copied, rows);
  keep(map.source, columns);
  const std::size_t links = crop_gold(map.gold, rows, columns);
  if (links > 0) text += fmt::format(", {} gold links cut off", links);
  add_note(map, "cropped to" + text.substr(1));
  if (share) map.metadata["cut_off"] = format_shortest(*share);
}

const std::vector<std::string>& piece_marks() {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> all;
    for (const Mark& mark : marks) all.push_back(mark.text);
    return all;
  }();
  return texts;
}

bool merge_pieces(AttentionMap& map, const std::string& mark_text) {
  const Mark& mark = *std::ranges::find(marks, mark_text, &Mark::text);
  Words rows = words_of(map.target, mark);
  Words columns = words_of(map.source, mark);
  const auto counts = [](const char* side, std::size_t pieces, const Words& words) {
    return fmt::format("{} {} of {}", words.labels.size(), side, pieces);
  };
  if (rows.labels == map.target && columns.labels == map.source) return false;
  add_note(map,
           fmt::format("pieces joined at {}: {}, {}", mark.text, counts("rows", map.rows(), rows),
                       counts("columns", map.columns(), columns)));
  map.weights = merge_weights(map, rows, columns);
  map.gold = merge_gold(map.gold, rows, columns);
  map.copied = merge_copied(map.copied, rows);
  map.expected = join_pieces(map.expected, rows.of, mark);
  map.target = std::move(rows.labels);
  map.source = std::move(columns.labels);
  return true;
}

}  // namespace attnviz
