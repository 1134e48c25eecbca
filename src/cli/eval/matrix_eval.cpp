#include "cli/eval/matrix_eval.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "attnviz/error.h"
#include "cli/gold_file.h"
#include "formats/attention_file.h"

namespace attnviz {
namespace {

/// The maps of all files: for each sentence those of its heads, which all sentences have.
struct Sentences {
  std::vector<std::string> names;
  std::vector<std::size_t> numbers;  // in their file, from 1; of several files counted through
  std::size_t of = 0;                // sentences in these files
  std::vector<std::string> heads;    // one, "", where maps have no heads
  std::vector<AttentionMap> maps;    // heads of the first sentence, of the second, ...
};

/// Two sentences with the same number of heads have other ones, or other numbers of them.
[[noreturn]] void refuse_heads(const std::vector<std::string>& heads, const Sentences& all) {
  std::string expected = fmt::format("{}", all.heads.size());
  std::string got = fmt::format("{}", heads.size());
  if (heads.size() == all.heads.size()) {
    const auto [head, other] = std::ranges::mismatch(all.heads, heads);
    expected = fmt::format("\"{}\" as in {}", printable(*head), all.names.front());
    got = fmt::format("\"{}\"", printable(*other));
  }
  throw UsageError(
      fmt::format("--matrix: expected the same heads for every sentence, {}, got {} in {}",
                  expected, got, all.names.back()));
}

void add_file(const std::string& file, bool names_file, AttentionMaps read, Sentences& all) {
  std::vector<std::string> heads;
  for (std::size_t i = 0; i < read.maps.size(); ++i) {
    const std::string sentence = fmt::format("sentence {}", read.sentences[i]);
    if (i == 0 || read.sentences[i] != read.sentences[i - 1]) {
      const bool is_only = read.sentences.back() == read.sentences.front();
      all.names.push_back(is_only ? file : names_file ? file + ", " + sentence : sentence);
      all.numbers.push_back(all.of + read.sentences[i]);
      heads.clear();
    }
    heads.push_back(read.heads[i]);
    const bool is_last = i + 1 == read.maps.size() || read.sentences[i + 1] != read.sentences[i];
    if (is_last && all.heads.empty()) all.heads = heads;
    if (is_last && all.heads != heads) refuse_heads(heads, all);
  }
  all.of += read.sentence_count;
  std::ranges::move(read.maps, std::back_inserter(all.maps));
}

/// Every map of a file, unless some are chosen.
AttentionMaps read_all_matrices(MatrixOptions options, const GivenLabels& labels,
                                const std::string& file) {
  const AttentionFormat* format = attention_format(options.format);
  if (format == nullptr) format = file == "-" ? attention_format("json") : format_by_ending(file);
  const bool has_axes = format != nullptr && format->has_axes;
  if (options.sentence.empty()) options.sentence = "all";
  if (options.index.empty() && options.combine.empty() && has_axes) options.index = {"all"};
  return read_matrices(options, labels, file, false);
}

Sentences read_sentences(const MatrixOptions& options) {
  const GivenLabels labels = read_given_labels(options);
  Sentences sentences;
  for (const std::string& file : options.files) {
    add_file(file, options.files.size() > 1, read_all_matrices(options, labels, file), sentences);
  }
  return sentences;
}

/// The line of each sentence. A batch of sentences in one array may have been taken for heads.
std::vector<std::size_t> match(const GoldFile& gold, const MatrixEvalOptions& options,
                               Sentences& all) {
  const bool is_chosen = !options.matrix.sentence.empty();
  std::vector<std::size_t> lines = match_lines(gold, options.gold,
                                               {.numbers = all.numbers,
                                                .of = all.of,
                                                .heads = all.heads.size(),
                                                .heads_may_be_sentences = !is_chosen});
  if (lines.size() > all.names.size()) all.names = std::exchange(all.heads, {""});
  return lines;
}

/// With the gold of a file, the line of each sentence.
MapEvaluation score(Sentences& sentences, const GoldFile* gold,
                    const std::vector<std::size_t>& lines) {
  MapEvaluation evaluation;
  evaluation.sentences = sentences.names;
  for (const std::string& head : sentences.heads) evaluation.heads.push_back({head, {}, {}});
  const std::size_t heads = sentences.heads.size();
  for (std::size_t i = 0; i < sentences.maps.size(); ++i) {
    AttentionMap& map = sentences.maps[i];
    GoldAlignment possible;
    if (gold != nullptr) possible = set_gold(map, *gold, lines[i / heads]);
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
  add_matrix_options(command, options.matrix, MatrixUse::score_all);
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
  if (options.gold.empty()) return score(sentences, nullptr, {});
  const GoldFile gold = read_gold_file(options.gold, options.matrix);
  const std::vector<std::size_t> lines = match(gold, options, sentences);
  return score(sentences, &gold, lines);
}

}  // namespace attnviz
