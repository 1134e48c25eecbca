#include "cli/eval/matrix_eval.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "attnviz/error.h"
#include "base/line_reader.h"
#include "base/utf8.h"
#include "cli/output.h"
#include "formats/alignment_text.h"

namespace attnviz {
namespace {

/// The maps of all files: for each sentence those of its heads, which all sentences have.
struct Sentences {
  std::vector<std::string> names;
  std::vector<std::string> heads;  // one, "", where maps have no heads
  std::vector<AttentionMap> maps;  // heads of the first sentence, of the second, ...
};

/// A file of heads is one sentence, another a sentence a map.
void add_file(const std::string& file, bool names_file, AttentionMaps read, Sentences& sentences) {
  const bool has_heads = !read.row_names.empty() || !read.column_names.empty();
  const std::vector<std::string> heads = has_heads ? read.names : std::vector<std::string>{""};
  if (sentences.heads.empty()) sentences.heads = heads;
  if (sentences.heads != heads) {
    throw UsageError(
        fmt::format("--matrix: expected the same heads in every file, {}, got {} in {}",
                    sentences.heads.size(), heads.size(), printable(file, no_limit)));
  }
  for (std::size_t i = 0; i < read.maps.size(); i += heads.size()) {
    std::string name = has_heads ? "" : read.names[i];
    if (names_file || name.empty()) name = name.empty() ? file : file + ", " + name;
    sentences.names.push_back(std::move(name));
  }
  std::ranges::move(read.maps, std::back_inserter(sentences.maps));
}

Sentences read_sentences(const MatrixOptions& options) {
  Sentences sentences;
  for (const std::string& file : options.files) {
    add_file(file, options.files.size() > 1, read_matrices(options, file, false), sentences);
  }
  return sentences;
}

/// A line of links for each sentence.
struct GoldFile {
  std::vector<std::string> lines;
  std::vector<std::string> places;
};

GoldFile read_gold_file(const std::string& path, const Sentences& sentences) {
  GoldFile gold;
  LineReader reader(path);
  for (std::string line; reader.next(line);) {
    if (gold.lines.size() < sentences.names.size()) {
      require_utf8(line, reader.place());
      gold.lines.push_back(line);
      gold.places.push_back(reader.place());
    }
  }
  if (reader.number() != sentences.names.size()) {
    throw InputError(fmt::format("{}: expected a line of links for each sentence, {}, got {}",
                                 path == "-" ? "standard input" : printable(path, no_limit),
                                 sentences.names.size(), reader.number()));
  }
  return gold;
}

/// Of a side, END left out.
std::size_t symbols(const std::vector<std::string>& labels) {
  return labels.size() - (!labels.empty() && labels.back() == end_label ? 1 : 0);
}

MapEvaluation score(Sentences& sentences, const GoldFile* gold) {
  MapEvaluation evaluation;
  evaluation.sentences = sentences.names;
  for (const std::string& head : sentences.heads) evaluation.heads.push_back({head, {}, {}});
  const std::size_t heads = sentences.heads.size();
  for (std::size_t i = 0; i < sentences.maps.size(); ++i) {
    AttentionMap& map = sentences.maps[i];
    GoldAlignment possible;
    if (gold != nullptr) {
      const std::size_t sentence = i / heads;
      GoldLinks links = read_links(gold->lines[sentence], symbols(map.source), symbols(map.target),
                                   gold->places[sentence]);
      map.gold = std::move(links.gold);
      possible = std::move(links.possible);
    }
    MapScores scores;
    scores.add(map, possible);
    evaluation.heads[i % heads].all += scores;
    evaluation.heads[i % heads].by_sentence.push_back(std::move(scores));
  }
  if (evaluation.has_gold()) evaluation.sort();
  return evaluation;
}

}  // namespace

void add_matrix_eval_options(const Command& command, MatrixEvalOptions& options) {
  add_matrix_options(command, options.matrix);
  command
      .path(
          "--gold", options.gold,
          "the true alignment of the maps: links such as 0-0 1-2, input and output from 0, a line "
          "a sentence (default: the gold in the file)")
      .type("FILE")
      .needs("--matrix");
}

void add_inputs(const MatrixEvalOptions& options, Inputs& inputs) {
  add_inputs(options.matrix, inputs);
  inputs.add("--gold", options.gold);
}

MapEvaluation evaluate_matrices(const MatrixEvalOptions& options) {
  Sentences sentences = read_sentences(options.matrix);
  if (options.gold.empty()) return score(sentences, nullptr);
  const GoldFile gold = read_gold_file(options.gold, sentences);
  return score(sentences, &gold);
}

}  // namespace attnviz
