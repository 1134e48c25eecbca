#include "nn/kernels/declarations.h"

namespace attnviz::ATTNVIZ_PROCESSOR {

extern const Kernels kernels;
constinit const Kernels kernels = {.product = product,
                                   .tanh = tanh,
                                   .normaliser = normaliser,
                                   .softmax = softmax,
                                   .softmax_backward = softmax_backward,
                                   .add_entropy_backward = add_entropy_backward,
                                   .mix = mix,
                                   .mix_backward = mix_backward,
                                   .gru_gates = gru_gates,
                                   .gru_gates_backward = gru_gates_backward,
                                   .lstm_gates = lstm_gates,
                                   .lstm_gates_backward = lstm_gates_backward,
                                   .additive_score = additive_score,
                                   .additive_score_backward = additive_score_backward,
                                   .dot_each = dot_each,
                                   .add = add,
                                   .add_columns = add_columns,
                                   .tanh_backward = tanh_backward,
                                   .squared_norm = squared_norm,
                                   .adam = adam,
                                   .average = average};

}  // namespace attnviz::ATTNVIZ_PROCESSOR
