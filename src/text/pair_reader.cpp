#include "text/pair_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "base/visible.h"

namespace attnviz {
namespace {

constexpr std::size_t max_faults = 10;

std::size_t column_of(std::string_view line, std::size_t offset) {
  return code_points(line.substr(0, offset)).size() + 1;
}

/// What is wrong with a line, from the column on.
struct Fault {
  std::string what;
};

[[noreturn]] void fault(std::size_t column, const std::string& what) {
  throw Fault{fmt::format(": column {}: {}", column, what)};
}

void require_valid(std::string_view line) {
  if (const auto bad = find_invalid_utf8(line)) {
    fault(column_of(line, *bad),
          fmt::format("expected UTF-8, got the byte {}", printable(line.substr(*bad, 1))));
  }
}

std::vector<std::string> split_side(std::string_view text, const Tokenizer& tokenizer,
                                    std::size_t column, const char* what) {
  std::vector<std::string> symbols = tokenizer.split(text);
  if (symbols.empty()) fault(column, fmt::format("{}: expected a text, got none", what));
  const auto broken = std::ranges::find_if(symbols, breaks_line);
  if (broken != symbols.end()) {
    fault(column, fmt::format("{}: expected no line break or NUL within the text, got \"{}\"", what,
                              printable(*broken)));
  }
  return symbols;
}

[[noreturn]] void gold_fault(std::string_view entry, std::size_t row, const std::string& expected) {
  throw InputError(fmt::format("gold of target symbol {}: expected {}, got \"{}\"", row + 1,
                               expected, printable(entry)));
}

void read_gold_entry(std::string_view entry, std::size_t row, std::size_t columns, TextPair& pair) {
  if (entry == "-") return;
  for (std::string_view text : split(entry, ",")) {
    const bool possible = text.ends_with('?');
    if (possible) text.remove_suffix(1);
    const auto position = parse_integer<std::uint32_t>(text);
    if (!position || *position >= columns) {
      gold_fault(entry, row, fmt::format("- or source positions in 0..{}", columns - 1));
    }
    const int value = static_cast<int>(*position);
    std::vector<int>& gold = pair.gold[row];
    const auto place = std::lower_bound(gold.begin(), gold.end(), value);
    if (place != gold.end() && *place == value) gold_fault(entry, row, "each position once");
    gold.insert(place, value);
    if (possible) pair.possible[row].push_back(value);
  }
}

}  // namespace

void read_gold(std::string_view text, std::size_t rows, std::size_t columns, TextPair& pair) {
  std::vector<std::string_view> entries = split(text, " ");
  std::erase_if(entries, [](std::string_view entry) { return entry.empty(); });
  if (entries.size() != rows) {
    throw InputError(fmt::format("gold: expected {} entries, one a target symbol, got {}", rows,
                                 entries.size()));
  }
  pair.gold.assign(rows, {});
  pair.possible.assign(rows, {});
  for (std::size_t row = 0; row < rows; ++row) read_gold_entry(entries[row], row, columns, pair);
}

std::string gold_text(const GoldAlignment& gold, const GoldAlignment& possible) {
  std::string text;
  for (std::size_t row = 0; row < gold.size(); ++row) {
    if (row > 0) text += ' ';
    if (gold[row].empty()) text += '-';
    for (std::size_t i = 0; i < gold[row].size(); ++i) {
      if (i > 0) text += ',';
      text += fmt::format("{}", gold[row][i]);
      const bool marked = row < possible.size() &&
                          std::find(possible[row].begin(), possible[row].end(), gold[row][i]) !=
                              possible[row].end();
      if (marked) text += '?';
    }
  }
  return text;
}

PairReader::PairReader(const PairFiles& files, Tokenizer source, Tokenizer target)
    : source_(source), target_(target), first_(files.pairs.empty() ? files.source : files.pairs) {
  if (files.pairs.empty()) second_.emplace(files.target);
}

void PairReader::split_pair_line(TextPair& pair) const {
  require_valid(line_);
  const std::vector<std::string_view> cells = split(line_, "\t");
  const auto column = [&](const char* at) {
    return column_of(line_, static_cast<std::size_t>(at - line_.data()));
  };
  if (cells.size() < 2 || cells.size() > 3) {
    const char* at = cells.size() < 2 ? line_.data() + line_.size() : cells[3].data();
    fault(column(at),
          fmt::format("expected source TAB target, or these and TAB gold, got {} column{}",
                      cells.size(), cells.size() == 1 ? "" : "s"));
  }
  pair.source = split_side(cells[0], source_, column(cells[0].data()), "source");
  pair.target = split_side(cells[1], target_, column(cells[1].data()), "target");
  pair.has_gold = cells.size() == 3;
  if (!pair.has_gold) return;
  try {
    read_gold(cells[2], pair.target.size(), pair.source.size(), pair);
  } catch (const InputError& error) {
    fault(column(cells[2].data()), error.what());
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
    if (line_.find_first_not_of(' ') == std::string::npos) continue;
    if (is_right(first_, [&] { split_pair_line(pair); })) return true;
  }
  return false;
}

bool PairReader::next_of_two(TextPair& pair) {
  while (faults_.size() < max_faults) {
    const bool source = first_.next(line_);
    const bool target = second_->next(target_line_);
    if (source != target) {
      const LineReader& longer = source ? first_ : *second_;
      faults_.push_back(longer.place() + ": expected the end, as in the other file, got a line");
    }
    if (!source || !target) return false;
    const bool source_right = is_right(first_, [&] {
      require_valid(line_);
      pair.source = split_side(line_, source_, 1, "source");
    });
    const bool target_right = is_right(*second_, [&] {
      require_valid(target_line_);
      pair.target = split_side(target_line_, target_, 1, "target");
    });
    if (source_right && target_right) return true;
  }
  return false;
}

bool PairReader::next(TextPair& pair) {
  pair.has_gold = false;
  pair.gold.clear();
  pair.possible.clear();
  if (second_ ? next_of_two(pair) : next_of_one(pair)) return true;
  if (faults_.empty()) return false;
  throw InputError(attnviz::join(std::exchange(faults_, {}), "\n"));
}

}  // namespace attnviz
