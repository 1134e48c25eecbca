#include "cli/gold_file.h"

#include <fmt/core.h>

#include <utility>

#include "attnviz/error.h"
#include "base/line_reader.h"
#include "base/utf8.h"
#include "formats/alignment_text.h"

namespace attnviz {
namespace {

/// Of a side, END left out.
std::size_t symbols(const std::vector<std::string>& labels) {
  return labels.size() - (!labels.empty() && labels.back() == end_label ? 1 : 0);
}

}  // namespace

GoldFile read_gold_file(const std::string& path) {
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

GoldAlignment set_gold(AttentionMap& map, const GoldFile& gold, std::size_t line) {
  GoldLinks links =
      read_links(gold.lines[line], symbols(map.source), symbols(map.target), gold.places[line]);
  map.gold = std::move(links.gold);
  return std::move(links.possible);
}

}  // namespace attnviz
