// The kernels of one kind of processor: nn/kernels.h says what each does.
#pragma once

#include "nn/kernels/kernels.h"

namespace attnviz::ATTNVIZ_PROCESSOR {

void product(const ProductTask& task);
void tanh(Index count, Scalar* x);
Normaliser normaliser(Index count, const Scalar* x);
Normaliser softmax(Index count, const Scalar* x, Scalar scale, Scalar* a);
void softmax_backward(Index count, const Scalar* a, const Scalar* d_a, Scalar* d_x);
void add_entropy_backward(Index count, Scalar c, const Scalar* a, Scalar* d_a);
void mix(const MixtureTask& task, Scalar* log_sum);
void mix_backward(const MixtureTask& task, const Scalar* log_sum, const Scalar* d, Scalar* d_log_a,
                  Strided<Scalar> d_logits);
void gru_gates(const GruGatesTask& task);
void gru_gates_backward(const GruGatesBackwardTask& task);
void lstm_gates(const LstmGatesTask& task);
void lstm_gates_backward(const LstmGatesBackwardTask& task);
void additive_score(const AdditiveScoreTask& task, Scalar* e);
void additive_score_backward(const AdditiveScoreTask& task, const AdditiveScoreGradient& gradient);
void dot_each(Index rows, Index count, Strided<const Scalar> columns, const Scalar* x,
              Scalar* products);
void add(Index count, const Scalar* x, Scalar* y);
void add_columns(Index rows, Index count, Strided<const Scalar> columns, Scalar* sum);
void tanh_backward(Index count, const Scalar* t, Scalar* d);
Scalar squared_norm(Index count, const Scalar* x);
void adam(const AdamFactors& factors, Index count, const Scalar* d_w, Scalar* m, Scalar* v,
          Scalar* w);
void average(Index count, Scalar rate, const Scalar* x, Scalar* mean);

}  // namespace attnviz::ATTNVIZ_PROCESSOR
