#include "text/pair_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/grapheme.h"
#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "text/gold_column.h"
#include "text/text_kind.h"
#include "text/vocabulary.h"

namespace attnviz {
namespace {

constexpr std::size_t max_faults = 10;

std::size_t column_of(std::string_view line, std::size_t offset) {
  return code_points(line.substr(0, offset)).size() + 1;
}

std::size_t column_of(std::string_view line, std::string_view part) {
  return column_of(line, static_cast<std::size_t>(part.data() - line.data()));
}

/// What is wrong with a line, from the column on.
struct Fault {
  std::string what;
};

[[noreturn]] void fault(std::size_t column, const std::string& what) {
  throw Fault{fmt::format(": column {}: {}", column, what)};
}

/// Refuses bytes that no text has, and the ends of lines in the middle of one.
void require_text(const LineReader& reader, std::string_view line) {
  if (reader.number() == 1) {
    const std::string kind = no_utf8_text(line);
    if (!kind.empty()) throw InputError(reader.place() + ": expected text in UTF-8, got " + kind);
  }
  if (const auto bad = find_invalid_utf8(line)) {
    fault(column_of(line, *bad),
          fmt::format("expected UTF-8, got the byte {}", printable(line.substr(*bad, 1))));
  }
  if (const std::size_t at = line.find('\0'); at != std::string_view::npos) {
    fault(column_of(line, at), "expected text in UTF-8, got a NUL, as in UTF-16");
  }
  if (const std::size_t at = line.find('\r'); at != std::string_view::npos) {
    fault(column_of(line, at),
          "expected no carriage return inside a line; old Mac line ends are converted with "
          "`tr '\\r' '\\n'`");
  }
}

/// The symbols of a side, which starts in `column`; none where it is blank.
std::vector<std::string> split_side(std::string_view text, const Tokenizer& tokenizer,
                                    std::size_t column) {
  if (is_blank(text)) return {};
  // Between words a line break is white space.
  const auto at = tokenizer.unit == Unit::character ? find_line_break(text) : std::nullopt;
  if (at) {
    fault(column + column_of(text, *at) - 1,
          "expected no line break inside a side, got " +
              code_point_name(first_code_point(text.substr(*at)).value));
  }
  return tokenizer.split(text);
}

bool is_quoted(std::string_view text) {
  return text.size() > 1 && text.starts_with('"') && text.ends_with('"');
}

/// Whether two sides are the names of columns rather than a pair.
bool is_header(std::string_view source, std::string_view target) {
  constexpr std::array<std::string_view, 3> sources = {"source", "src", "input"};
  constexpr std::array<std::string_view, 3> targets = {"target", "tgt", "output"};
  const auto place = std::find(sources.begin(), sources.end(), to_lower(source));
  const auto index = static_cast<std::size_t>(place - sources.begin());
  return index < targets.size() && to_lower(target) == targets[index];
}

/// What separates the parts of a line that has no TAB, for messages.
std::string other_separator(std::string_view line) {
  for (const auto& [text, name] : {std::pair{"|||", "|||"}, {";", "semicolons"}, {",", "commas"}}) {
    if (line.find(text) != std::string_view::npos) {
      return fmt::format("; there is no TAB in it, but there are {}", name);
    }
  }
  return "";
}

}  // namespace

std::optional<std::vector<int>> columns_from(std::string_view text) {
  std::vector<int> columns;
  for (const std::string_view part : split(text, ",")) {
    const auto column = parse_integer<std::uint32_t>(part);
    if (!column || *column < 1 || *column > 1000) return std::nullopt;
    const int value = static_cast<int>(*column);
    if (std::find(columns.begin(), columns.end(), value) != columns.end()) return std::nullopt;
    columns.push_back(value);
  }
  if (columns.size() != 2 && columns.size() != 3) return std::nullopt;
  return columns;
}

std::string columns_text(const std::vector<int>& columns) {
  std::vector<std::string> numbers;
  for (const int column : columns) numbers.push_back(fmt::format("{}", column));
  return attnviz::join(numbers, ",");
}

PairNotes& PairNotes::operator+=(const PairNotes& other) {
  empty += other.empty;
  labels += other.labels;
  quoted += other.quoted;
  if (first_label.empty()) first_label = other.first_label;
  if (header.empty()) header = other.header;
  return *this;
}

PairReader::PairReader(const PairFiles& files, Tokenizer source, Tokenizer target)
    : source_(source),
      target_(target),
      columns_(files.columns),
      first_(files.pairs.empty() ? files.source : files.pairs) {
  if (files.pairs.empty()) second_.emplace(files.target);
}

/// The cells of a line, as many as are needed.
std::vector<std::string_view> PairReader::split_cells() {
  std::vector<std::string_view> cells = split(line_, "\t");
  const std::size_t count = cells.size();
  const bool chosen = !columns_.empty();
  const auto least =
      chosen ? static_cast<std::size_t>(*std::max_element(columns_.begin(), columns_.end())) : 2;
  if (count >= least && (chosen || count <= 3)) return cells;
  too_many_columns_ = too_many_columns_ || (count > 3 && !chosen);
  const std::string expected = chosen ? fmt::format("at least {} columns", least)
                                      : "source TAB target, or these and TAB gold";
  fault(count > 3 && !chosen ? column_of(line_, cells[3]) : column_of(line_, line_.size()),
        fmt::format("expected {}, got {} column{}{}", expected, count, count == 1 ? "" : "s",
                    count == 1 ? other_separator(line_) : ""));
}

void PairReader::split_pair_line(TextPair& pair) {
  pair.source.clear();
  if (is_blank(line_)) return;
  require_text(first_, line_);
  const std::vector<std::string_view> cells = split_cells();
  const bool chosen = !columns_.empty();
  const auto cell = [&](std::size_t which) {
    return cells[chosen ? static_cast<std::size_t>(columns_[which]) - 1 : which];
  };
  pair.source = split_side(cell(0), source_, column_of(line_, cell(0)));
  pair.target = split_side(cell(1), target_, column_of(line_, cell(1)));
  notes_.quoted += (is_quoted(cell(0)) ? 1U : 0U) + (is_quoted(cell(1)) ? 1U : 0U);
  if (first_.number() == 1 && is_header(cell(0), cell(1))) notes_.header = first_.place();
  pair.has_gold = (chosen ? columns_.size() : cells.size()) > 2;
  if (!pair.has_gold || pair.source.empty() || pair.target.empty()) return;
  read_gold_cell(cell(2), column_of(line_, cell(2)), pair);
}

void PairReader::read_gold_cell(std::string_view cell, std::size_t column, TextPair& pair) {
  try {
    read_gold(cell, pair.target.size(), pair.source.size(), pair);
  } catch (const InputError& error) {
    gold_is_wrong_ = true;
    fault(column, error.what());
  }
}

/// Counts pairs that are not to be used, and notes symbols that are read as something else.
bool PairReader::is_filled(const TextPair& pair) {
  if (pair.source.empty() || pair.target.empty()) {
    ++notes_.empty;
    return false;
  }
  note_labels(pair.source, source_place());
  note_labels(pair.target, target_place());
  return true;
}

void PairReader::note_labels(const std::vector<std::string>& symbols, const std::string& place) {
  for (const std::string& symbol : symbols) {
    if (symbol.front() != '<' || !Vocabulary::is_reserved(symbol)) continue;
    if (++notes_.labels == 1) notes_.first_label = fmt::format("{}: \"{}\"", place, symbol);
  }
}

/// Notes what is wrong with the line that `reader` read last.
template <typename F>
bool PairReader::is_right(const LineReader& reader, F&& split_line) {
  try {
    split_line();
    return true;
  } catch (const Fault& fault) {
    faults_.push_back(reader.place() + fault.what);
    return false;
  }
}

bool PairReader::next_of_one(TextPair& pair) {
  while (faults_.size() < max_faults && first_.next(line_)) {
    if (is_right(first_, [&] { split_pair_line(pair); }) && is_filled(pair)) return true;
  }
  return false;
}

/// `longer` has just read a line that the other file does not have.
void PairReader::report_lengths(LineReader& longer) {
  const std::string place = longer.place();
  while (longer.next(line_)) {
  }
  faults_.push_back(fmt::format(
      "{}: expected the end, as in the other file, got a line; the files have {} and {} lines",
      place, first_.number(), second_->number()));
}

bool PairReader::next_of_two(TextPair& pair) {
  while (faults_.size() < max_faults) {
    const bool source = first_.next(line_);
    const bool target = second_->next(target_line_);
    if (source != target) report_lengths(source ? first_ : *second_);
    if (!source || !target) return false;
    const bool source_right = is_right(first_, [&] {
      require_text(first_, line_);
      pair.source = split_side(line_, source_, 1);
    });
    const bool target_right = is_right(*second_, [&] {
      require_text(*second_, target_line_);
      pair.target = split_side(target_line_, target_, 1);
    });
    if (source_right && target_right && is_filled(pair)) return true;
  }
  return false;
}

bool PairReader::next(TextPair& pair) {
  pair.has_gold = false;
  pair.gold.clear();
  pair.possible.clear();
  if (second_ ? next_of_two(pair) : next_of_one(pair)) return true;
  if (faults_.empty()) return false;
  std::vector<int> gold_columns;
  if (gold_is_wrong_) gold_columns = columns_.empty() ? std::vector{1, 2, 3} : columns_;
  throw PairFileError(attnviz::join(std::exchange(faults_, {}), "\n"), too_many_columns_,
                      std::move(gold_columns));
}

}  // namespace attnviz
