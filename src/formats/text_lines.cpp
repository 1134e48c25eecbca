#include "formats/text_lines.h"

#include <fmt/core.h>

#include <algorithm>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "formats/alignment_text.h"

namespace attnviz {

Words words_of(std::string_view text) {
  Words words = split(text, " ");
  std::erase(words, std::string_view());
  return words;
}

Lines::Lines(std::string_view text, const std::string& name) : rest_(text), name_(name) {
  require_utf8(text, name);
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

std::optional<std::string_view> Lines::peek() const {
  if (rest_.empty()) return std::nullopt;
  std::string_view line = rest_.substr(0, rest_.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<std::string_view> Lines::next() {
  const std::optional<std::string_view> line = peek();
  if (!line) return line;
  rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size() - 1) + 1);
  ++number_;
  return line;
}

std::string Lines::place() const {
  return fmt::format("{}:{}", name_, number_);
}

std::vector<std::string> labels_of(const Words& words, std::size_t count,
                                   const std::vector<std::string>& given, const std::string& place,
                                   MissingLabelsError::Side side) {
  if (!given.empty()) return position_labels(count);
  std::vector<std::string> labels(words.begin(), words.end());
  if (words.size() + 1 == count) labels.emplace_back(end_label);
  if (labels.size() == count) return labels;
  throw MissingLabelsError(fmt::format("{}: expected {} words and END, or {} words, got {} words",
                                       place, count - 1, count, words.size()),
                           side);
}

void add_row(const Words& cells, std::size_t columns, const std::string& place,
             std::vector<float>& weights) {
  if (cells.size() != columns) {
    throw InputError(fmt::format("{}: expected {} weights, got {}", place, columns, cells.size()));
  }
  check_weight_count(weights.size(), columns, place);
  for (std::size_t i = 0; i < columns; ++i) {
    const std::optional<float> weight = parse_weight(cells[i]);
    if (!weight) {
      throw InputError(fmt::format("{}: weight {}: expected a finite number, got \"{}\"", place,
                                   i + 1, printable(cells[i])));
    }
    weights.push_back(*weight);
  }
}

SoftRows read_soft_rows(const Words& rows, const std::string& place) {
  SoftRows result;
  if (rows.empty()) return result;
  result.rows = rows.size();
  result.columns = static_cast<std::size_t>(std::ranges::count(rows[0], ',') + 1);
  check_label_count(std::max(result.rows, result.columns), place);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    add_row(split(rows[r], ","), result.columns, fmt::format("{}: row {}", place, r + 1),
            result.weights);
  }
  return result;
}

bool are_links(std::string_view alignment) {
  const Words items = words_of(alignment);
  return !items.empty() && items[0].find('-', 1) < items[0].find_first_of(",.e");
}

AttentionMap map_of_links(std::string_view links, std::size_t rows, std::size_t columns,
                          const std::string& place) {
  const std::vector<Link> parsed = parse_links(links, place);
  for (const Link& link : parsed) {
    rows = std::max(rows, link.output + 1);
    columns = std::max(columns, link.input + 1);
  }
  AttentionMap map{position_labels(columns), position_labels(rows), {}, {}, {}, {}};
  if (columns > 0) check_weight_shape(rows, columns, place);
  map.weights.resize(rows * columns);
  for (const Link& link : parsed) {
    map.weights[link.output * columns + link.input] = link.is_possible ? 0.5F : 1.0F;
  }
  return map;
}

}  // namespace attnviz
