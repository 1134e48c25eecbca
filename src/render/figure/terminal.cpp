#include "render/figure/terminal.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "attnviz/error.h"
#include "base/grapheme.h"
#include "render/figure/panel.h"
#include "render/figure/scale.h"
#include "render/text/label_text.h"

namespace attnviz {
namespace {

constexpr std::string_view reset = "\x1b[0m";
constexpr std::size_t max_letters = 16;  // of a column label, one below the other
constexpr int max_row_label = 24;
constexpr std::string_view blocks[] = {" ", "░", "▒", "▓", "█"};

std::string spaces(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

// As the label is shown, no wider than `width`.
std::string fitting(const std::string& symbol, int width) {
  const std::string text = printable(label_text(symbol), no_limit);
  std::string fits = text;
  for (auto n = static_cast<std::size_t>(width); display_width(fits) > width && n > 0; --n) {
    fits = shorten(text, n);
  }
  return fits;
}

class Drawing {
 public:
  Drawing(const AttentionMap& map, const TerminalOptions& options) : map_(map), options_(options) {
    for (const std::string& symbol : map.target) {
      row_labels_.push_back(fitting(symbol, max_row_label));
      label_width_ = std::max(label_width_, display_width(row_labels_.back()));
    }
    const auto columns = static_cast<std::int64_t>(map.columns());
    const int frame = 3;  // the mark of wrong rows and a line on each side
    const int beside = map.copied.empty() ? 0 : 4;  // the column of what was copied
    const std::int64_t room = options.width == 0
                                  ? 2 * columns
                                  : std::max(1, options.width - label_width_ - frame - beside);
    cell_ = room >= 2 * columns ? 2 : 1;
    shown_ = static_cast<std::size_t>(std::min(columns, room / cell_));
  }

  std::string text() const {
    std::string text = paragraph(options_.title) + column_labels();
    for (std::size_t r = 0; r < map_.rows(); ++r) text += row(r);
    text += spaces(label_width_ + 2) + scale() + '\n' + paragraph(options_.caption);
    if (shown_ < map_.columns()) {
      text += fmt::format("the first {} of {} columns: the terminal is too narrow for more\n",
                          shown_, map_.columns());
    }
    return text;
  }

 private:
  static std::string paragraph(std::string_view text) {
    std::string lines;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      lines += printable(line, no_limit) + '\n';
    }
    return lines;
  }

  std::string column_labels() const {
    std::vector<std::vector<std::string>> letters;  // of each column, or its label as a whole
    std::size_t lines = 1;
    for (std::size_t c = 0; c < shown_; ++c) {
      const std::string label = printable(label_text(map_.source[c]), no_limit);
      letters.push_back(display_width(label) <= cell_
                            ? std::vector<std::string>{label}
                            : split_characters(shorten(label, max_letters)));
      lines = std::max(lines, letters.back().size());
    }
    if (!map_.copied.empty()) {
      letters.push_back(split_characters("copied"));
      lines = std::max(lines, letters.back().size());
    }
    std::string text;
    for (std::size_t line = 0; line < lines; ++line) {
      std::string row = spaces(label_width_ + 2);
      for (const auto& column : letters) {
        if (letters.size() > shown_ && &column == &letters.back()) row += spaces(2);
        const std::size_t above = lines - column.size();  // labels end at the map
        std::string letter = line < above ? "" : column[line - above];
        if (display_width(letter) > cell_) letter = "?";  // too wide for narrow cells
        row += letter + spaces(cell_ - display_width(letter));
      }
      text += row.substr(0, row.find_last_not_of(' ') + 1) + '\n';
    }
    return text;
  }

  std::string row(std::size_t r) const {
    std::string text = spaces(label_width_ - display_width(row_labels_[r])) + row_labels_[r] +
                       (is_wrong(map_, r) ? "✗" : " ") + "│";
    std::string last;
    for (std::size_t c = 0; c < shown_; ++c) add_cell(text, map_.at(r, c), cell_, last);
    text += std::string(last.empty() ? "" : reset) + "│";
    last.clear();
    if (!map_.copied.empty()) {
      text += ' ';
      add_cell(text, map_.copied[r], 2, last);
      if (!last.empty()) text += reset;
    }
    return text + '\n';
  }

  // `last` is the colour that is set, which is not set again.
  void add_cell(std::string& text, float weight, int width, std::string& last) const {
    if (is_masked(weight)) {
      if (!last.empty()) text += reset;
      last.clear();
      text += std::string(static_cast<std::size_t>(width), '/');
      return;
    }
    add_color(text, options_.scale.place(static_cast<double>(weight)), width, last);
  }

  void add_color(std::string& text, double t, int width, std::string& last) const {
    if (options_.colors != TerminalColors::full && has_zero_in_middle()) {
      return add_signed(text, 2 * t - 1, width, last);
    }
    if (options_.colors == TerminalColors::none) {
      for (int i = 0; i < width; ++i) text += blocks[std::lround(t * 4)];
      return;
    }
    std::string color = grey(t);
    if (options_.colors == TerminalColors::full) {
      const Color c = map_color(options_.colormap, t);
      color = fmt::format("\x1b[48;2;{};{};{}m", c.red, c.green, c.blue);
    }
    set_color(text, color, last);
    text += spaces(width);
  }

  // Without colours the ground shows how far from 0, and other marks what is below.
  void add_signed(std::string& text, double share, int width, std::string& last) const {
    static constexpr std::string_view marks[] = {" ", "-", "=", "%", "#"};
    const auto step = static_cast<std::size_t>(std::lround(std::abs(share) * 4));
    const auto& letters = share < 0 ? marks : blocks;
    if (options_.colors == TerminalColors::greys) {
      const char* ink = std::abs(share) < 0.5 ? "\x1b[97m" : "\x1b[30m";
      set_color(text, grey(std::abs(share)) + ink, last);
    }
    const bool is_ground = options_.colors == TerminalColors::greys && share >= 0;
    for (int i = 0; i < width; ++i) text += is_ground ? " " : letters[step];
  }

  bool has_zero_in_middle() const {
    const Scale& scale = options_.scale;
    return scale.low < 0 && scale.low == -scale.high && scale.kind == ScaleKind::linear;
  }

  static std::string grey(double t) {
    return fmt::format("\x1b[48;5;{}m", 232 + std::lround(t * 23));
  }

  static void set_color(std::string& text, const std::string& color, std::string& last) {
    if (color != last) text += color;
    last = color;
  }

  std::string scale() const {
    constexpr int steps = 10;
    const auto& [low, high, kind] = options_.scale;
    const NumberStyle style = fit_numbers(options_.scale);
    const Outside outside = count_outside(map_, options_.scale);
    std::string text = (outside.below > 0 ? "\u2264" : "") + number_text(low, style) + ' ';
    std::string last;
    for (int i = 0; i <= steps; ++i) {
      add_color(text, low == high ? 0.5 : static_cast<double>(i) / steps, 1, last);
    }
    return text + std::string(last.empty() ? "" : reset) + ' ' +
           (outside.above > 0 ? "\u2265" : "") + number_text(high, style) +
           (outside.masked > 0 ? "  // masked" : "");
  }

  const AttentionMap& map_;
  const TerminalOptions& options_;
  std::vector<std::string> row_labels_;
  int label_width_ = 0;
  int cell_ = 2;           // characters a cell
  std::size_t shown_ = 0;  // columns
};

}  // namespace

std::string draw_terminal(const AttentionMap& map, const TerminalOptions& options) {
  if (map.rows() == 0 || map.columns() == 0 || map.weights.size() != map.rows() * map.columns()) {
    throw UsageError(fmt::format("map: expected rows x columns weights, got {} for {} x {}",
                                 map.weights.size(), map.rows(), map.columns()));
  }
  check_copied(map);
  return Drawing(map, options).text();
}

}  // namespace attnviz
