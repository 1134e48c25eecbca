// A model on examples whose answers and alignments are known.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "attnviz/infer/decode.h"
#include "attnviz/infer/scores.h"

namespace attnviz {

/// An example as numbers, with its gold alignment (one entry a target symbol, END excluded).
struct EncodedExample {
  EncodedPair pair;
  GoldAlignment gold;
};

EncodedExample encode(const Vocabulary& source, const Vocabulary& target, const Example& example);

struct Evaluation {
  AnswerScores answers;
  AlignmentScores alignment;
  std::map<int, AnswerScores> by_length;  // source symbols, END excluded
  double loss = 0.0;  // mean cross-entropy of a target token; evaluate_forced only
};

/// Teacher forcing: each step is given the right symbols before it. An answer is exact here if and
/// only if greedy decoding finds it, since both see the same prefix as long as no symbol is wrong;
/// it takes one pass through the model.
Evaluation evaluate_forced(const Seq2SeqWeights& weights, const ModelConfig& config,
                           std::span<const EncodedExample> examples, Decoder& decoder);

/// Greedy decoding: the model is given its own answers, as in use.
Evaluation evaluate_greedily(const Seq2SeqWeights& weights, const ModelConfig& config,
                             std::span<const EncodedExample> examples, Decoder& decoder);

}  // namespace attnviz
