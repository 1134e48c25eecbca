#include "render/figure/legend.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "render/text/label_text.h"

namespace attnviz {
namespace {

constexpr int text_size = 12;
constexpr int line_height = 20;
constexpr int sample_width = 36;
constexpr int text_gap = 8;
constexpr int column_gap = 24;

// The colours of Okabe and Ito without their yellow, which is too light for a line on white.
constexpr Color colors[] = {{0x00, 0x72, 0xb2}, {0xd5, 0x5e, 0x00}, {0x00, 0x9e, 0x73},
                            {0x00, 0x00, 0x00}, {0xcc, 0x79, 0xa7}, {0x56, 0xb4, 0xe9},
                            {0xe6, 0x9f, 0x00}};

// Of each column, without the gaps between them.
std::vector<int> column_widths(const std::vector<TextExtent>& extents, std::size_t columns) {
  std::vector<int> widths(columns, 0);
  for (std::size_t i = 0; i < extents.size(); ++i) {
    int& width = widths[i % columns];
    width = std::max(width, sample_width + text_gap + extents[i].width());
  }
  return widths;
}

int total_width(const std::vector<int>& widths) {
  return std::accumulate(widths.begin(), widths.end(), 0) +
         column_gap * (static_cast<int>(widths.size()) - 1);
}

}  // namespace

CurveStyle curve_style(std::size_t index) {
  static const std::vector<double> dashes[] = {{}, {7, 5}, {1, 4.5}, {9, 4.5, 1, 4.5}};
  // The hollow ones last. The crosses have no inside.
  static constexpr Mark marks[] = {
      {Shape::disc},           {Shape::square},        {Shape::triangle},
      {Shape::diamond},        {Shape::triangle_down}, {Shape::cross},
      {Shape::plus},           {Shape::disc, true},    {Shape::square, true},
      {Shape::triangle, true}, {Shape::diamond, true}, {Shape::triangle_down, true}};
  return {colors[index % std::size(colors)], dashes[index % std::size(dashes)],
          marks[index % std::size(marks)], false};
}

int place_legend(const Font& font, std::vector<LegendEntry>& legend, int width) {
  if (legend.empty()) return 0;
  std::vector<TextExtent> extents;
  for (LegendEntry& entry : legend) {
    entry.name.text =
        shorten(font, entry.name.text, max_label, text_size, width - sample_width - text_gap);
    extents.push_back(measure(font, entry.name.text, text_size));
  }
  std::size_t columns = legend.size();
  while (columns > 1 && total_width(column_widths(extents, columns)) > width) --columns;
  // As few columns as that number of lines allows, so that the last line is not much shorter.
  const std::size_t lines = (legend.size() + columns - 1) / columns;
  const std::size_t even = (legend.size() + lines - 1) / lines;
  if (total_width(column_widths(extents, even)) <= width) columns = even;

  const std::vector<int> widths = column_widths(extents, columns);
  const TextExtent capital = measure(font, "H", text_size);
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
