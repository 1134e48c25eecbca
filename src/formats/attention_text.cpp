// Soft alignments between fields that ||| separates: Marian's, Nematus' and Sockeye's.
#include <fmt/core.h>

#include <algorithm>
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

/// The fields of a line of Marian's that hold the words and the weights.
struct MarianLine {
  std::string_view words;
  std::string_view weights;
};

MarianLine split_marian(std::string_view line, const std::string& place) {
  const Words fields = split(line, " ||| ");
  // words ||| weights [||| WordScores= ..], or of an n-best list
  // number ||| words ||| weights [||| WordScores= ..] ||| F0= .. ||| score
  if (fields.size() == 2 || (fields.size() == 3 && fields[2].starts_with("WordScores="))) {
    return {fields[0], fields[1]};
  }
  if (fields.size() >= 5 && parse_integer<std::size_t>(fields[0])) return {fields[1], fields[2]};
  throw InputError(fmt::format(
      "{}: expected words ||| weights, as marian-decoder --alignment soft writes, got {} field{}",
      place, fields.size(), fields.size() == 1 ? "" : "s"));
}

AttentionMap read_marian_map(const MarianLine& line, const GivenLabels& given,
                             const std::string& place) {
  const Words rows = words_of(line.weights);
  const Words words = words_of(line.words);
  if (are_links(line.weights)) {
    AttentionMap map = map_of_links(line.weights, words.size(), given.columns.size(), place);
    map.target = labels_of(words, map.rows(), given.rows, place, Side::rows);
    return map;
  }
  SoftRows soft = read_soft_rows(rows, place);
  AttentionMap map;
  map.weights = std::move(soft.weights);
  map.source = position_labels(soft.columns);
  map.target = labels_of(words, soft.rows, given.rows, place, Side::rows);
  return map;
}

/// The line before the weights of a sentence of Nematus' or Sockeye's.
struct Header {
  Words target;
  Words source;
  std::size_t sources = 0;  // as counted there, with END or not, or 0
  std::size_t targets = 0;
};

/// In Sockeye's, a field separates the two counts.
Header read_header(std::string_view line, bool is_sockeye, const std::string& place) {
  const Words fields = split(line, " ||| ");
  std::optional<std::size_t> sources;
  std::optional<std::size_t> targets;
  if (fields.size() == (is_sockeye ? 6U : 5U)) {
    Words counts = words_of(fields[4]);
    if (is_sockeye) counts.push_back(trimmed(fields[5]));
    if (counts.size() == 2) {
      sources = parse_integer<std::size_t>(counts[0]);
      targets = parse_integer<std::size_t>(counts[1]);
    }
  }
  if (!sources || !targets) {
    throw InputError(
        fmt::format("{}: expected number ||| output words ||| score ||| source words ||| {}, got "
                    "\"{}\"{}",
                    place, is_sockeye ? "source count ||| output count" : "columns rows",
                    printable(line), fields.size() == 6 ? ": this is Sockeye's form" : ""));
  }
  return {words_of(fields[1]), words_of(fields[3]), *sources, *targets};
}

/// The rows of weights below a header, up to a blank line, another header or the end of the file.
struct Block {
  std::vector<float> weights;
  std::size_t rows = 0;
  std::size_t columns = 0;
};

Block read_block(Lines& lines, bool is_chosen) {
  Block block;
  while (const auto line = lines.peek()) {
    const Words cells = words_of(*line);
    if (cells.empty() || line->find(" ||| ") != std::string_view::npos) break;
    lines.next();
    if (block.rows == 0) block.columns = cells.size();
    check_label_count(std::max(++block.rows, block.columns), lines.place());
    if (is_chosen) add_row(cells, block.columns, lines.place(), block.weights);
  }
  return block;
}

/// Whether rows are missing, as far as the counts of the header can tell.
void check_rows(const Block& block, std::size_t rows, std::size_t columns,
                const std::string& place) {
  if (block.rows >= rows || (block.rows > 0 && block.columns != columns)) return;
  throw InputError(fmt::format("{}: expected {} rows of weights, got {}", place, rows, block.rows));
}

void read_blocks(std::string_view text, bool is_sockeye, ChosenMaps& maps) {
  Lines lines(text, maps.file());
  bool noted = false;
  while (const auto line = lines.next()) {
    if (words_of(*line).empty()) continue;
    const std::string place = lines.place();
    const Header header = read_header(*line, is_sockeye, place);
    const bool is_chosen = maps.next();
    Block block = read_block(lines, is_chosen);
    check_rows(block, is_sockeye ? header.sources : header.targets,
               is_sockeye ? header.targets : header.sources, place);
    if (!is_chosen) continue;
    if (block.rows == 0) {
      maps.leave_out(place + ": this sentence has no answer and no map");
      continue;
    }
    const GivenLabels& given = maps.options().labels;
    AttentionMap map;
    map.target.resize(block.rows);
    map.source.resize(block.columns);
    map.weights = std::move(block.weights);
    if (is_sockeye) {  // a row a source word
      map.weights = transposed(map);
      std::swap(map.source, map.target);
      if (!std::exchange(noted, true)) {
        maps.note("Sockeye writes a row for each source word: its matrices are turned");
      }
    }
    map.source =
        labels_of(header.source, map.columns(), given.columns, place + ": source", Side::columns);
    map.target = labels_of(header.target, map.rows(), given.rows, place + ": output", Side::rows);
    maps.add(std::move(map), Orientation::stated);
  }
}

}  // namespace

void read_attention_marian(std::string_view text, ChosenMaps& maps) {
  Lines lines(text, maps.file());
  while (const auto line = lines.next()) {
    if (!maps.next()) continue;
    const MarianLine fields = split_marian(*line, lines.place());
    if (words_of(fields.weights).empty()) {
      maps.leave_out(lines.place() + ": expected weights after |||, got none");
    } else {
      maps.add(read_marian_map(fields, maps.options().labels, lines.place()), Orientation::stated);
    }
  }
}

void read_attention_nematus(std::string_view text, ChosenMaps& maps) {
  read_blocks(text, false, maps);
}

void read_attention_sockeye(std::string_view text, ChosenMaps& maps) {
  read_blocks(text, true, maps);
}

}  // namespace attnviz
