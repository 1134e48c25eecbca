// Beam search: the most probable answers that a search of limited width finds.
#pragma once

#include <span>
#include <vector>

#include "infer/decode.h"

namespace attnviz {

struct BeamOptions {
  int width = 1;                // hypotheses kept at every step; 1 is greedy decoding
  int n_best = 1;               // answers given, at most `width`
  double length_penalty = 0.0;  // alpha; 0 ranks by log-probability alone
};

/// What answers are ranked by: log P / ((5 + length) / 6)^alpha, END counted (Wu et al. 2016,
/// equation 14, without the coverage term).
double beam_score(const Decoded& answer, double length_penalty);

/// The best answers to each source, best first and all different; at least one. The greedy answer
/// is a candidate, so the first one never scores below it. Attention is that of the hypothesis
/// itself, the same that forced decoding of its ids gives. Order, independence and tables as for
/// decode_greedily; logits are not kept.
std::vector<std::vector<Decoded>> decode_with_beam(const Seq2SeqWeights& weights,
                                                   const ModelConfig& config,
                                                   std::span<const EncodedPair* const> sources,
                                                   const BeamOptions& options,
                                                   DecodingScratch& scratch);

}  // namespace attnviz
