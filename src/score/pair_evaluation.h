// Scores of a model on sentence pairs: its answers and its attention.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "infer/predict.h"
#include "score/scores.h"
#include "score/text_scores.h"
#include "text/corpus.h"
#include "text/pair_reader.h"

namespace attnviz {

/// Sums over pairs. An answer is right that is one of its source's targets. Texts are compared as
/// they are read, so a word that the vocabulary does not hold is only right where
/// AnswerOptions::replace_unknown found it, and a reserved label such as <unk> never.
class PairEvaluation {
 public:
  /// Counts an answer to a source of which there are `times` pairs. `rights` are its targets, at
  /// least one: the nearest by edits is taken for the right one. Returns whether it is exact.
  bool add_answer(const Prediction& answer, const std::vector<std::string>& source,
                  std::span<const std::vector<std::string>> rights, std::size_t times = 1);
  /// Counts the attention of the right target, by align(), against the gold of a pair that has it.
  void add_gold(const Prediction& forced, const TextPair& pair);

  const AnswerScores& answers() const { return answers_; }
  const std::map<int, AnswerScores>& by_length() const { return by_length_; }
  const ErrorRate& errors() const { return errors_; }
  const Bleu& bleu() const { return bleu_; }
  const CoverageScores& coverage() const { return coverage_; }
  const AlignmentScores& alignment() const { return alignment_; }
  const AlignmentScores& posterior() const { return posterior_; }  // with hard attention
  const LinkScores& links() const { return links_; }
  std::size_t gold_pairs() const { return gold_pairs_; }
  /// Sources that have several right answers.
  std::size_t ambiguous() const { return ambiguous_; }

 private:
  SymbolTable symbols_;
  AnswerScores answers_;
  std::map<int, AnswerScores> by_length_;  // source symbols
  ErrorRate errors_;
  Bleu bleu_;
  CoverageScores coverage_;
  AlignmentScores alignment_;
  AlignmentScores posterior_;
  LinkScores links_;
  std::size_t gold_pairs_ = 0;
  std::size_t ambiguous_ = 0;
};

/// An answer beside the right ones.
struct JudgedAnswer {
  std::string source;
  std::vector<std::string> right;
  std::string answer;
  bool exact = false;
};

/// What evaluate_pairs() asks and tells; each may be empty.
struct PairEvents {
  std::function<bool(const TextPair&)> filter;  // whether to measure a pair; all of them in order
  std::function<void(const JudgedAnswer&)> on_answer;  // of each source
};

/// As JSON: shares in 0..1, entropies in nats.
std::string to_json(const PairEvaluation& evaluation);

/// Throws as evaluate_pairs() for the pair that was read last, with its place.
void check_pair(const SourceReader& rules, const PairReader& reader, const TextPair& pair);

/// Answers every source that `reader` gives and scores it against all of its targets, as often as
/// it occurs. Throws as PairReader does, and with the line as SourceReader does: LimitError for a
/// side of more than max_input symbols, InputError for symbols that the model does not take.
PairEvaluation evaluate_pairs(const Model& model, PairReader& reader, const AnswerOptions& options,
                              const PairEvents& events = {});

}  // namespace attnviz
