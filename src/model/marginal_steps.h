// Hard attention over the packed steps of the decoder; model/marginal.h has the equations.
#pragma once

#include "model/decoder.h"

namespace attnviz {

/// After readout(): the logits of a column of `example`, log p_i.
void sum_out_inputs(const DecoderWeights& weights, const AttentionMemory& memory, Index example,
                    Index column, DecoderTape& tape);
/// The same of a step, one column for each of the first examples.
void sum_out_inputs(const DecoderWeights& weights, const AttentionMemory& memory, Columns step,
                    DecoderTape& tape);

/// Where `symbol` in a column of `example` came from: P(j | symbol), of S.
Vector posterior(const DecoderWeights& weights, const AttentionMemory& memory, Index example,
                 Index column, int symbol, DecoderTape& tape);

/// Of sum_out_inputs(), all steps: from d_logits to the gradient of what the inputs share, which
/// takes the place of d_combined, or of d_logits without a hidden layer.
void sum_out_inputs_backward(const DecoderBackwardWeights& weights, const Batch& batch,
                             const AttentionMemory& memory, const DecoderTape& tape,
                             DecoderBackwardTape& d_tape, DecoderWeights& d_weights,
                             StopCheck stop);

}  // namespace attnviz
