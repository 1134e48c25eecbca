#include "render/figure/legend.h"

#include <algorithm>
#include <numeric>

#include "render/text/label_text.h"

namespace attnviz {
namespace {

constexpr int text_size = 12;
constexpr int line_height = 20;
constexpr int sample_width = 36;
constexpr int text_gap = 8;
constexpr int column_gap = 24;

// Of each column, without the gaps between them.
std::vector<int> column_widths(const std::vector<TextExtent>& extents, std::size_t columns) {
  std::vector<int> widths(columns, 0);
  for (std::size_t i = 0; i < extents.size(); ++i) {
    int& width = widths[i % columns];
    width = std::max(width, sample_width + text_gap + extents[i].right - extents[i].left);
  }
  return widths;
}

int total_width(const std::vector<int>& widths) {
  return std::accumulate(widths.begin(), widths.end(), 0) +
         column_gap * (static_cast<int>(widths.size()) - 1);
}

}  // namespace

int place_legend(const Font& font, std::vector<LegendEntry>& legend, int width) {
  if (legend.empty()) return 0;
  std::vector<TextExtent> extents;
  for (LegendEntry& entry : legend) {
    entry.name.text =
        shorten(font, entry.name.text, longest_label, text_size, width - sample_width - text_gap);
    extents.push_back(font.measure(entry.name.text, text_size));
  }
  std::size_t columns = legend.size();
  while (columns > 1 && total_width(column_widths(extents, columns)) > width) --columns;
  // As few as the same number of lines needs, so that the last line is not much shorter.
  const std::size_t lines = (legend.size() + columns - 1) / columns;
  const std::size_t even = (legend.size() + lines - 1) / lines;
  if (total_width(column_widths(extents, even)) <= width) columns = even;

  const std::vector<int> widths = column_widths(extents, columns);
  const TextExtent capital = font.measure("H", text_size);
  int x = half(width - total_width(widths));
  for (std::size_t i = 0; i < legend.size(); ++i) {
    if (i % columns == 0) x = half(width - total_width(widths));
    const int y = static_cast<int>(i / columns) * line_height;
    legend[i].sample = {x, y, sample_width, line_height};
    legend[i].name = place_text(legend[i].name.text, extents[i], text_size,
                                x + sample_width + text_gap - extents[i].left,
                                y + half(line_height - capital.top - capital.bottom));
    x += widths[i % columns] + column_gap;
  }
  return static_cast<int>(lines) * line_height;
}

}  // namespace attnviz
