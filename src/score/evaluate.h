// A model on examples whose answers and alignments are known.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "infer/decode.h"
#include "score/scores.h"
#include "tasks/task.h"

namespace attnviz {

/// An example as numbers, with its gold alignment (one entry a target symbol, END excluded).
struct EncodedExample {
  EncodedPair pair;
  GoldAlignment gold;
  ExampleDetails details;
};

struct Evaluation {
  AnswerScores answers;
  AlignmentScores alignment;
  std::map<int, AnswerScores> by_length;            // source symbols, END excluded
  std::map<std::string, AnswerScores> by_kind;      // such as a date's format
  std::map<std::string, AlignmentScores> by_field;  // such as the year
  // the same of the posterior, with hard attention: where the answer came from
  AlignmentScores posterior;
  std::map<std::string, AlignmentScores> posterior_by_field;
  AlignmentScores distractor;          // mass on positions that no output needs: low is good
  double loss = 0.0;                   // mean cross-entropy of a target token; evaluate_forced only
  double least_log_probability = 0.0;  // a symbol, of the right answers; evaluate_greedily only
};

/// As JSON: shares in 0..1, entropies in nats, one object for each table.
std::string to_json(const Evaluation& evaluation);

/// Teacher forcing: each step is given the right symbols before it. An answer is exact here if and
/// only if greedy decoding finds it, since both see the same prefix as long as no symbol is wrong;
/// it takes one pass through the model. Throws WorkStopped when scratch.stop says so; so does the
/// next.
Evaluation evaluate_forced(const Seq2SeqWeights& weights, const ModelConfig& config,
                           std::span<const EncodedExample> examples, DecodingScratch& scratch);

/// What evaluate_greedily() found: the tokens of an answer, END included if it came to that.
using OnAnswer = std::function<void(const EncodedExample& example, std::span<const int> answer)>;

/// Greedy decoding: the model is given its own symbols, as in use. Calls `on_answer`, if there is
/// one, for each example.
Evaluation evaluate_greedily(const Seq2SeqWeights& weights, const ModelConfig& config,
                             std::span<const EncodedExample> examples, DecodingScratch& scratch,
                             const OnAnswer& on_answer = {});

}  // namespace attnviz
