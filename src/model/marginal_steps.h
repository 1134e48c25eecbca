// Hard attention over the packed steps of the decoder. Forward is in decoder.h: sum_out_inputs().
#pragma once

#include "model/decoder.h"

namespace attnviz {

/// Of sum_out_inputs(), all steps: from d_logits to the gradient of what the inputs share, which
/// takes the place of d_combined, or of d_logits without a hidden layer.
void sum_out_inputs_backward(const DecoderBackwardWeights& weights, const Batch& batch,
                             const AttentionMemory& memory, const DecoderTape& tape,
                             DecoderBackwardTape& d_tape, DecoderWeights& d_weights,
                             StopCheck stop);

}  // namespace attnviz
