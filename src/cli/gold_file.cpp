#include "cli/gold_file.h"

#include <fmt/core.h>

#include <numeric>
#include <utility>

#include "attnviz/error.h"
#include "base/line_reader.h"
#include "base/utf8.h"
#include "formats/alignment_text.h"
#include "formats/axis_range.h"

namespace attnviz {
namespace {

/// Of a side, END left out.
std::size_t symbols(const std::vector<std::string>& labels) {
  return labels.size() - (!labels.empty() && labels.back() == end_label ? 1 : 0);
}

}  // namespace

GoldFile read_gold_file(const std::string& path, const MatrixOptions& matrix) {
  for (const std::string* crop : {&matrix.crop_rows, &matrix.crop_columns}) {
    const auto range = parse_axis_range(*crop);
    if (range && range->first != 0) {
      throw UsageError(
          fmt::format("--gold: links count from the first row and column, which \"{}\" crops away",
                      printable(*crop)));
    }
  }
  constexpr std::size_t max_lines = std::size_t{1} << 20U;
  GoldFile gold;
  LineReader reader(path);
  for (std::string line; reader.next(line);) {
    require_utf8(line, reader.place());
    if (gold.lines.size() == max_lines) {
      throw LimitError(fmt::format("{}: expected at most {} lines", reader.place(), max_lines));
    }
    gold.lines.push_back(line);
    gold.places.push_back(reader.place());
  }
  return gold;
}

std::vector<std::size_t> match_lines(const GoldFile& gold, const std::string& path,
                                     const WantedGold& wanted) {
  const std::size_t count = gold.lines.size();
  std::vector<std::size_t> lines(wanted.numbers.size());
  std::iota(lines.begin(), lines.end(), std::size_t{0});
  if (count == wanted.numbers.size()) return lines;
  if (count == wanted.of) {
    for (std::size_t i = 0; i < lines.size(); ++i) lines[i] = wanted.numbers[i] - 1;
    return lines;
  }
  const bool other_reading = wanted.heads_may_be_sentences && lines.size() == 1 && wanted.heads > 1;
  if (other_reading && count == wanted.heads) {
    lines.resize(count);
    std::iota(lines.begin(), lines.end(), std::size_t{0});
    return lines;
  }
  const std::string also =
      other_reading ? fmt::format(" (or {}, where its maps are sentences)", wanted.heads)
      : wanted.of > lines.size() ? fmt::format(" (or {}, for all of the file)", wanted.of)
                                 : "";
  throw InputError(fmt::format("{}: expected a line of links for each sentence, {}{}, got {}",
                               path == "-" ? "standard input" : printable(path, no_limit),
                               lines.size(), also, count));
}

GoldAlignment set_gold(AttentionMap& map, const GoldFile& gold, std::size_t line) {
  GoldLinks links =
      read_links(gold.lines[line], symbols(map.source), symbols(map.target), gold.places[line]);
  map.gold = std::move(links.gold);
  return std::move(links.possible);
}

}  // namespace attnviz
