#include "score/pair_evaluation.h"

#include <fmt/core.h>

#include <algorithm>

#include "attnviz/error.h"

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

/// As predict() and align() would refuse it, with its place.
void check(const SourceReader& rules, const PairReader& reader, const TextPair& pair) {
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

void evaluate_some(const Model& model, const std::vector<TextPair>& pairs,
                   const AnswerOptions& options, PairEvaluation& sum) {
  std::vector<std::vector<std::string>> sources;
  std::vector<std::vector<std::string>> gold_sources;
  std::vector<std::vector<std::string>> gold_targets;
  std::vector<const TextPair*> with_gold;
  for (const TextPair& pair : pairs) {
    sources.push_back(pair.source);
    if (!pair.has_gold) continue;
    with_gold.push_back(&pair);
    gold_sources.push_back(pair.source);
    gold_targets.push_back(pair.target);
  }
  for (const Prediction& answer : predict(model, sources, options)) {
    sum.add_answer(answer, pairs[answer.input]);
  }
  for (const Prediction& forced : align(model, gold_sources, gold_targets)) {
    sum.add_gold(forced, *with_gold[forced.input]);
  }
}

}  // namespace

void PairEvaluation::add_answer(const Prediction& answer, const TextPair& pair) {
  // Two numbers, so that it is never right.
  std::vector<int> given = number(answer.answer, Vocabulary::pad, symbols_);
  std::vector<int> right = number(pair.target, Vocabulary::unknown, symbols_);
  errors_.add(given, right);
  bleu_.add(given, right);
  if (answer.ended) given.push_back(Vocabulary::end);
  right.push_back(Vocabulary::end);
  const AnswerScores scores = score_answer(given, right);
  answers_ += scores;
  by_length_[static_cast<int>(pair.source.size())] += scores;
  const std::size_t columns = pair.source.size() + 1;
  const auto rows = std::span(answer.map.weights).first(answer.answer.size() * columns);
  coverage_.add_map(rows, columns);
}

void PairEvaluation::add_gold(const Prediction& forced, const TextPair& pair) {
  ++gold_pairs_;
  const std::size_t columns = pair.source.size() + 1;
  alignment_ += score_alignment(forced.map.weights, columns, pair.gold);
  for (std::size_t i = 0; i < pair.target.size(); ++i) {
    const auto row = std::span(forced.map.weights).subspan(i * columns, columns);
    links_.add_row(row, pair.gold[i], pair.possible[i]);
  }
}

PairEvaluation evaluate_pairs(const Model& model, PairReader& reader, const AnswerOptions& options,
                              const std::function<bool(const TextPair&)>& filter) {
  PairEvaluation sum;
  const SourceReader rules(model);
  std::vector<TextPair> pairs;
  std::size_t numbers = 0;
  for (TextPair pair; reader.next(pair);) {
    if (filter && !filter(pair)) continue;
    check(rules, reader, pair);
    numbers += std::max(max_numbers(model, rules.rules(), pair.source.size(), options),
                        (pair.source.size() + 1) * (pair.target.size() + 1));
    pairs.push_back(std::move(pair));
    if (pairs.size() < max_pairs_at_once && numbers < max_weights_at_once) continue;
    evaluate_some(model, pairs, options, sum);
    pairs.clear();
    numbers = 0;
  }
  evaluate_some(model, pairs, options, sum);
  return sum;
}

}  // namespace attnviz
