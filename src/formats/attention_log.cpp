// Alignments among other lines: fairseq's, OpenNMT-py's; and links alone.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/split.h"
#include "formats/attention_io.h"
#include "formats/text_lines.h"

namespace attnviz {
namespace {

using Side = MissingLabelsError::Side;

/// A line of fairseq's such as "H-7<tab>-0.5<tab>words".
struct FairseqLine {
  char kind = ' ';
  std::size_t number = 0;
  Words fields;
};

std::optional<FairseqLine> split_fairseq(std::string_view line) {
  Words fields = split(line, "\t");
  if (fields.size() < 2 || fields[0].size() < 3 || line[1] != '-') return std::nullopt;
  const auto number = parse_integer<std::size_t>(fields[0].substr(2));
  if (!number) return std::nullopt;
  fields.erase(fields.begin());
  return FairseqLine{line[0], *number, std::move(fields)};
}

/// The words of the sentence that an alignment belongs to.
struct FairseqWords {
  std::string_view source;
  std::string_view output;
  bool has_source = false;
  bool has_output = false;
};

AttentionMap read_fairseq_map(std::string_view alignment, const FairseqWords& words,
                              const GivenLabels& given, const std::string& place) {
  const Words source = words_of(words.source);
  const Words output = words_of(words.output);
  const Words items = words_of(alignment);
  AttentionMap map;
  if (are_links(alignment)) {
    map = map_of_links(alignment, output.size(), source.size(), place);
  } else if (items.front().find_first_of(",.") == std::string_view::npos) {
    std::string links;  // of old versions: a source position for each output
    for (std::size_t i = 0; i < items.size(); ++i) links += fmt::format("{}-{} ", items[i], i);
    map = map_of_links(links, output.size(), source.size(), place);
  } else {
    SoftRows soft = read_soft_rows(items, place);
    map.weights = std::move(soft.weights);
    map.target.resize(soft.rows);
    map.source.resize(soft.columns);
  }
  if (!words.has_source && given.columns.empty()) {
    map.source = position_labels(map.columns());
  } else {
    map.source = labels_of(source, map.columns(), given.columns, place + ": S", Side::columns);
  }
  if (!words.has_output && given.rows.empty()) {
    map.target = position_labels(map.rows());
  } else {
    map.target = labels_of(output, map.rows(), given.rows, place + ": H", Side::rows);
  }
  return map;
}

/// A row of a table of OpenNMT-py's: a word, and weights of which the largest is filled with *.
struct TableRow {
  std::string_view word;
  std::vector<float> weights;
};

std::optional<TableRow> read_table_row(std::string_view line, std::size_t columns) {
  const Words words = words_of(line);
  if (words.size() != columns + 1) return std::nullopt;
  TableRow row{words[0], {}};
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::string_view cell = words[i];
    cell.remove_prefix(std::min(cell.find_first_not_of('*'), cell.size()));
    const std::optional<float> weight = parse_weight(cell);
    if (!weight || cell.find('.') == std::string_view::npos) return std::nullopt;
    row.weights.push_back(*weight);
  }
  return row;
}

/// Whether a line ends as a row of a table does, with a weight of seven decimals.
bool ends_with_weight(std::string_view line) {
  const Words words = words_of(line);
  return !words.empty() && words.back().size() >= 9 &&
         words.back().rfind('.') == words.back().size() - 8 &&
         parse_float(words.back().substr(words.back().rfind('.')));
}

/// The line above a table: a blank field of ten places, then words. Logs put a time before it.
std::optional<Words> read_table_header(std::string_view line) {
  if (line.starts_with('[')) {
    const std::size_t end = line.find("] ");
    if (end == std::string_view::npos) return std::nullopt;
    line.remove_prefix(end + 2);
  }
  if (!line.starts_with("           ") || words_of(line).empty()) return std::nullopt;
  return words_of(line);
}

}  // namespace

void read_attention_fairseq(std::string_view text, ChosenMaps& maps) {
  Lines lines(text, maps.file());
  std::map<std::size_t, FairseqWords> sentences;
  while (const auto line = lines.next()) {
    const auto parts = split_fairseq(*line);
    if (!parts) continue;
    FairseqWords& words = sentences[parts->number];
    if (parts->kind == 'S') {
      words.source = parts->fields[0];
      words.has_source = true;
    } else if (parts->kind == 'H') {
      words.output = parts->fields.back();
      words.has_output = parts->fields.size() == 2;
    } else if (parts->kind == 'A' && maps.next()) {
      if (words_of(parts->fields[0]).empty()) {
        maps.leave_out(lines.place() + ": expected an alignment, got none");
        continue;
      }
      maps.add(read_fairseq_map(parts->fields[0], words, maps.options().labels, lines.place()),
               Orientation::stated, "", fmt::format("S-{}", parts->number));
    }
  }
}

void read_attention_opennmt(std::string_view text, ChosenMaps& maps) {
  Lines lines(text, maps.file());
  while (const auto line = lines.next()) {
    const auto header = read_table_header(*line);
    if (!header || !lines.peek() || !read_table_row(*lines.peek(), header->size())) continue;
    check_label_count(header->size(), lines.place());
    const bool is_chosen = maps.next();
    AttentionMap map;
    map.source.assign(header->begin(), header->end());
    while (lines.peek()) {
      const auto row = read_table_row(*lines.peek(), header->size());
      if (!row) break;
      lines.next();
      check_label_count(map.rows() + 1, lines.place());
      check_weight_count(map.weights.size(), row->weights.size(), lines.place());
      map.target.emplace_back(row->word);
      map.weights.insert(map.weights.end(), row->weights.begin(), row->weights.end());
    }
    if (lines.peek() && ends_with_weight(*lines.peek())) {
      lines.next();
      throw InputError(
          fmt::format("{}: expected a word and {} weights", lines.place(), header->size()));
    }
    if (is_chosen) maps.add(std::move(map), Orientation::stated);
  }
}

void read_attention_pharaoh(std::string_view text, ChosenMaps& maps) {
  Lines lines(text, maps.file());
  const GivenLabels& given = maps.options().labels;
  bool has_possible = false;
  while (const auto line = lines.next()) {
    if (!maps.next()) continue;
    has_possible = has_possible || line->find_first_of("?p") != std::string_view::npos;
    AttentionMap map = map_of_links(*line, given.rows.size(), given.columns.size(), lines.place());
    if (map.weights.empty()) {
      maps.leave_out(lines.place() + ": expected links, got none");
      continue;
    }
    maps.add(std::move(map), Orientation::stated);
  }
  if (has_possible) maps.note("links that are only possible are drawn as 0.5");
}

}  // namespace attnviz
