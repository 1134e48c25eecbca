#include "formats/alignment_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/number.h"
#include "base/split.h"
#include "formats/attention_io.h"

namespace attnviz {
namespace {

constexpr const char* field_separator = "|||";

/// A side's symbols in one line, END left out. `format` names the format, for messages.
std::string words(const std::vector<std::string>& symbols, const std::string& format) {
  std::string text;
  for (const std::string& symbol : symbols) {
    if (&symbol == &symbols.back() && symbol == end_label) break;
    if (symbol == field_separator) {
      throw SeparatorSymbolError(fmt::format(
          "symbol \"{}\": separates the fields of {} format; expected none", symbol, format));
    }
    if (!text.empty()) text += ' ';
    for (const char c : symbol) {
      text += c == ' ' || c == '\t' || c == '\n' ? std::string("␣") : std::string(1, c);
    }
  }
  return text;
}

std::string row_text(const AttentionMap& map, std::size_t row, char separator) {
  std::string text;
  for (std::size_t column = 0; column < map.columns(); ++column) {
    if (column > 0) text += separator;
    text += weight_text(map, row, column);
  }
  return text;
}

/// In ascending order, each once.
void insert(std::vector<int>& positions, int position) {
  const auto place = std::ranges::lower_bound(positions, position);
  if (place == positions.end() || *place != position) positions.insert(place, position);
}

}  // namespace

std::string attention_to_pharaoh(const AttentionMap& map) {
  std::string text;
  for (std::size_t row = 0; row < map.rows(); ++row) {
    if (row + 1 == map.rows() && map.target[row] == end_label) break;
    const auto first = map.weights.begin() + static_cast<std::ptrdiff_t>(row * map.columns());
    const auto max = std::max_element(first, first + static_cast<std::ptrdiff_t>(map.columns()));
    const auto column = static_cast<std::size_t>(max - first);
    if (column + 1 == map.columns() && map.source[column] == end_label) continue;
    if (!text.empty()) text += ' ';
    text += fmt::format("{}-{}", column, row);
  }
  return text;
}

std::vector<Link> parse_links(std::string_view line, const std::string& place) {
  std::vector<Link> links;
  for (const std::string_view link : split(line, " ")) {
    if (link.empty()) continue;
    const std::size_t middle = std::min(link.find_first_of("-?p"), link.size() - 1);
    const auto input = parse_integer<std::uint32_t>(link.substr(0, middle));
    const auto output = parse_integer<std::uint32_t>(link.substr(middle + 1));
    if (!input || !output) {
      throw InputError(
          fmt::format("{}: expected links such as 0-1 with blanks between them, got \"{}\"", place,
                      printable(link)));
    }
    check_label_count(std::max<std::size_t>(*input, *output) + 1, place);
    links.push_back({*input, *output, link[middle] != '-'});
  }
  return links;
}

GoldLinks read_links(std::string_view line, std::size_t inputs, std::size_t outputs,
                     const std::string& place) {
  GoldLinks links{GoldAlignment(outputs), GoldAlignment(outputs)};
  for (const Link& link : parse_links(line, place)) {
    if (link.input >= inputs || link.output >= outputs) {
      throw InputError(fmt::format(
          "{}: link {}-{}: expected an input and an output among {} and {}, counted from 0", place,
          link.input, link.output, inputs, outputs));
    }
    const int position = static_cast<int>(link.input);
    insert(links.gold[link.output], position);
    if (link.is_possible) insert(links.possible[link.output], position);
  }
  return links;
}

std::string attention_to_marian(const AttentionMap& map) {
  std::string text = words(map.target, "Marian's") + " |||";
  for (std::size_t row = 0; row < map.rows(); ++row) text += ' ' + row_text(map, row, ',');
  return text;
}

std::string attention_to_marian(const AttentionMap& map, std::size_t number, double score) {
  const std::string text = format_shortest(score);
  return fmt::format("{} ||| {} ||| F0= {} ||| {}", number, attention_to_marian(map), text, text);
}

std::string attention_to_nematus(const AttentionMap& map, std::size_t number, double score) {
  std::string text =
      fmt::format("{} ||| {} ||| {} ||| {} ||| {} {}\n", number, words(map.target, "Nematus'"),
                  format_shortest(score), words(map.source, "Nematus'"), map.columns(), map.rows());
  for (std::size_t row = 0; row < map.rows(); ++row) text += row_text(map, row, ' ') + '\n';
  return text;
}

}  // namespace attnviz
