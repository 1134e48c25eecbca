#include "score/pair_evaluation.h"

#include <fmt/core.h>

#include <algorithm>

#include "attnviz/error.h"
#include "base/edit_distance.h"
#include "score/pair_list.h"

namespace attnviz {
namespace {

constexpr std::size_t max_pairs_at_once = 1024;

/// Numbers for symbols, above those that mean something else. A text equal to a reserved label,
/// such as <unk>, is no symbol and gets the number `reserved`.
std::vector<int> number(const std::vector<std::string>& text, int reserved, SymbolTable& symbols) {
  std::vector<int> numbers;
  for (const std::string& symbol : text) {
    numbers.push_back(
        Vocabulary::is_reserved(symbol) ? reserved : Vocabulary::reserved + symbols.number(symbol));
  }
  return numbers;
}

using Text = std::vector<std::string>;  // as symbols

/// Sources that are answered at once, each with its right answers and the number of its pairs.
struct Questions {
  std::vector<Text> sources;
  std::vector<std::vector<Text>> rights;
  std::vector<std::size_t> times;
  std::size_t numbers = 0;
};

void answer(const Model& model, const ModelText& rules, const AnswerOptions& options,
            const PairEvents& events, Questions& questions, PairEvaluation& sum) {
  for (const Prediction& answer : predict(model, questions.sources, options)) {
    const std::size_t i = answer.input;
    const bool exact =
        sum.add_answer(answer, questions.sources[i], questions.rights[i], questions.times[i]);
    if (!events.on_answer) continue;
    JudgedAnswer judged{answer.source_text, {}, answer.answer_text, exact};
    for (const Text& right : questions.rights[i]) judged.right.push_back(rules.target.join(right));
    events.on_answer(judged);
  }
  questions = {};
}

void evaluate_answers(const Model& model, const PairList& pairs, const AnswerOptions& options,
                      const PairEvents& events, PairEvaluation& sum) {
  const ModelText rules = text_of(model);
  const FlatLists groups = pairs.by_source();
  Questions questions;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::span<const int> group = groups[i];
    questions.sources.push_back(pairs[static_cast<std::size_t>(group.front())].source);
    questions.rights.push_back(pairs.targets(group));
    questions.times.push_back(group.size());
    questions.numbers += max_numbers(model, rules, questions.sources.back().size(), options);
    if (questions.sources.size() < max_pairs_at_once && questions.numbers < max_weights_at_once) {
      continue;
    }
    answer(model, rules, options, events, questions, sum);
  }
  answer(model, rules, options, events, questions, sum);
}

void evaluate_gold(const Model& model, const PairList& pairs, PairEvaluation& sum) {
  std::vector<TextPair> chunk;
  std::vector<Text> sources;
  std::vector<Text> targets;
  std::size_t numbers = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    TextPair pair = pairs[i];
    if (pair.has_gold) {
      sources.push_back(pair.source);
      targets.push_back(pair.target);
      numbers += (pair.source.size() + 1) * (pair.target.size() + 1);
      chunk.push_back(std::move(pair));
    }
    const bool is_full = chunk.size() >= max_pairs_at_once || numbers >= max_weights_at_once;
    if (!is_full && i + 1 < pairs.size()) continue;
    for (const Prediction& forced : align(model, sources, targets)) {
      sum.add_gold(forced, chunk[forced.input]);
    }
    chunk.clear();
    sources.clear();
    targets.clear();
    numbers = 0;
  }
}

}  // namespace

bool PairEvaluation::add_answer(const Prediction& answer, const std::vector<std::string>& source,
                                std::span<const std::vector<std::string>> rights,
                                std::size_t times) {
  // Two numbers for reserved labels, so that they are never right.
  std::vector<int> given = number(answer.answer, Vocabulary::pad, symbols_);
  std::vector<std::vector<int>> all;
  for (const auto& right : rights) all.push_back(number(right, Vocabulary::unknown, symbols_));
  bleu_.add(given, all, times);
  std::vector<int>& right = *std::ranges::min_element(
      all, {}, [&](const std::vector<int>& text) { return edit_distance<int>(given, text); });
  ErrorRate errors;
  errors.add(given, right);
  if (answer.ended) given.push_back(Vocabulary::end);
  right.push_back(Vocabulary::end);
  const AnswerScores scores = score_answer(given, right);
  const std::size_t columns = source.size() + 1;
  const auto rows = std::span(answer.map.weights).first(answer.answer.size() * columns);
  for (std::size_t i = 0; i < times; ++i) {
    errors_.edits += errors.edits;
    errors_.symbols += errors.symbols;
    answers_ += scores;
    by_length_[static_cast<int>(source.size())] += scores;
    coverage_.add_map(rows, columns, source.size());
  }
  if (rights.size() > 1) ++ambiguous_;
  return scores.exact > 0;
}

void PairEvaluation::add_gold(const Prediction& forced, const TextPair& pair) {
  ++gold_pairs_;
  const std::size_t columns = pair.source.size() + 1;
  alignment_ += score_alignment(forced.map.weights, columns, pair.gold);
  if (!forced.posterior.empty()) {
    posterior_ += score_alignment(forced.posterior, columns, pair.gold);
  }
  for (std::size_t i = 0; i < pair.target.size(); ++i) {
    const auto row = std::span(forced.map.weights).subspan(i * columns, columns);
    links_.add_row(row, pair.source.size(), pair.gold[i], pair.possible[i]);
  }
}

void check_pair(const SourceReader& rules, const PairReader& reader, const TextPair& pair) {
  std::string place = reader.source_place();
  try {
    rules.check_source(pair.source);
    place = reader.target_place();
    rules.check_target(pair.target);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", place, error.what()));
  } catch (const LimitError& error) {
    throw LimitError(fmt::format("{}: {}", place, error.what()));
  }
}

PairEvaluation evaluate_pairs(const Model& model, PairReader& reader, const AnswerOptions& options,
                              const PairEvents& events) {
  const SourceReader rules(model);
  PairList pairs;
  for (TextPair pair; reader.next(pair);) {
    if (events.filter && !events.filter(pair)) continue;
    check_pair(rules, reader, pair);
    pairs.add(pair);
  }
  PairEvaluation sum;
  evaluate_answers(model, pairs, options, events, sum);
  evaluate_gold(model, pairs, sum);
  return sum;
}

}  // namespace attnviz
