// Every SIMD kernel against its scalar reference, at all sizes around a register's.
#include <span>
#include <type_traits>
#include <vector>

#include "base/random.h"
#include "catch.h"
#include "nn/activation.h"
#include "nn/compare.h"
#include "nn/embedding.h"
#include "nn/loss.h"
#include "nn/processor.h"
#include "nn/product.h"
#include "nn/recurrent.h"
#include "nn/scalar_reference.h"

using namespace attnviz;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr Index max_size = 130;
constexpr double epsilon = std::is_same_v<Scalar, double> ? 1e-13 : 1e-6;

Matrix drawn(Index rows, Index columns, Random& random) {
  Matrix m(rows, columns);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<Scalar>(random.normal());
  return m;
}

}  // namespace

TEST_CASE("tanh of columns and its gradient equal the library's", "[kernel]") {
  Random random(7);
  for (Index size = 1; size <= max_size; ++size) {
    CAPTURE(size);
    const Matrix x = 3 * drawn(size, 2, random);
    Matrix t = Matrix::Constant(size + 1, 2, 99);
    t.topRows(size) = x;
    tanh_in_place(t.topRows(size));
    CHECK(difference(t.topRows(size), x.cast<double>().array().tanh().matrix()) < epsilon);
    const Matrix d_t = drawn(size, 2, random);
    Matrix d_x = d_t;
    tanh_backward(t.topRows(size), d_x);
    const MatrixXd exact = t.topRows(size).cast<double>();
    CHECK(difference(d_x, (d_t.cast<double>().array() * (1 - exact.array().square())).matrix()) <
          epsilon);
    CHECK(t.row(size) == Matrix::Constant(1, 2, 99));
  }
}

TEST_CASE("sums of columns and norms equal their reference", "[kernel]") {
  Random random(8);
  for (Index size = 1; size <= max_size; ++size) {
    CAPTURE(size);
    const Matrix x = drawn(size + 1, 5, random);
    const Vector before = drawn(size, 1, random);
    Vector sum = before;
    bias_backward(x.topRows(size), sum);
    const MatrixXd exact = x.topRows(size).cast<double>();
    CHECK(difference(sum, before.cast<double>() + exact.rowwise().sum()) < epsilon);
    const auto squares = static_cast<double>(kernels().squared_norm(size, x.data()));
    CHECK(std::abs(squares / exact.col(0).squaredNorm() - 1) < epsilon);
    Matrix y = x;
    add(x.topRows(size), y.topRows(size));
    CHECK(y.topRows(size) == 2 * x.topRows(size));
    CHECK(y.row(size) == x.row(size));
    Vector mean = before;
    kernels().average(size, Scalar(0.25), x.data(), mean.data());
    CHECK(difference(mean, 0.75 * before.cast<double>() + 0.25 * exact.col(0)) < epsilon);
  }
}

TEST_CASE("softmax equals its reference", "[kernel]") {
  Random random(1);
  for (Index size = 1; size <= max_size; ++size) {
    CAPTURE(size);
    const Matrix x = 5 * drawn(size + 1, 1, random);
    const VectorXd exact = x.col(0).head(size).cast<double>();
    Vector a = x.col(0);
    const Normaliser total = kernels().softmax(size, a.data(), 1, a.data());
    CHECK(difference(a.head(size), reference::softmax(exact)) < epsilon);
    CHECK(a[size] == x(size, 0));
    CHECK(static_cast<double>(total.highest) == reference::highest(exact));
    const double sum = reference::shifted_exp(exact).sum();
    CHECK(std::abs(static_cast<double>(total.sum) / sum - 1) < epsilon);
    const Normaliser alone = kernels().normaliser(size, x.data());
    CHECK(alone.highest == total.highest);
    CHECK(alone.sum == total.sum);
  }
}

TEST_CASE("cross-entropy and its gradient equal their reference", "[kernel]") {
  Random random(2);
  for (Index V = 1; V <= max_size; ++V) {
    CAPTURE(V);
    const Matrix logits = 3 * drawn(V, 3, random);
    const std::vector<int> labels = {static_cast<int>(V - 1), -1, static_cast<int>(V / 2)};
    Matrix d_logits = Matrix::Constant(V, 3, 99);
    const double loss = cross_entropy(logits, labels, Scalar(0.25), d_logits);
    double expected_loss = 0;
    for (Index k = 0; k < 3; ++k) {
      VectorXd d = VectorXd::Zero(V);
      if (const int label = labels[static_cast<std::size_t>(k)]; label >= 0) {
        d = reference::softmax(logits.col(k).cast<double>());
        expected_loss -= std::log(d[label]);
        d[label] -= 1;
      }
      CHECK(difference(d_logits.col(k), 0.25 * d) < epsilon);
    }
    CHECK(std::abs(loss - expected_loss) < 10 * epsilon * std::max(1.0, expected_loss));
    CHECK(cross_entropy(logits, labels) == loss);
    const VectorXd first = logits.col(0).cast<double>();
    const double exact = reference::highest(first) + std::log(reference::shifted_exp(first).sum());
    CHECK(std::abs(log_sum_exp(logits.col(0)) - exact) < 10 * epsilon);
  }
}

namespace {

/// A step of a layer with random weights, forward and backward: the last two of three columns.
struct RecurrentStep {
  RecurrentWeights weights;
  Matrix x;
  std::vector<int> ids = {2, 0, 1};  // of the columns of x
  RecurrentTape tape;
  RecurrentBackwardTape d_tape;
  Matrix d_after;         // H x 2
  Matrix d_memory_after;  // H x 2, or 0 x 2
  Matrix d_state;         // H x 2, from d_after to that of the state before

  RecurrentStep(Cell cell, Index H, Random& random) {
    const Index gates = gate_count(cell) * H;
    weights.W_hh = drawn(gates, H, random) / std::sqrt(static_cast<Scalar>(H));
    weights.b_hh = drawn(gates, 1, random);
    x = drawn(gates, 3, random);
    tape.grow(cell, H, 3);
    d_tape.grow(cell, H, 3, 2);
    tape.before = drawn(H, 3, random);
    tape.memory_before = drawn(tape.memory_before.rows(), 3, random);
    const Columns step{1, 2};
    recurrent_step(weights, {x, ids}, step, tape);
    d_state = d_after = drawn(H, 2, random);
    d_tape.d_memory = d_memory_after = drawn(tape.memory_before.rows(), 2, random);
    recurrent_step_backward(weights.W_hh.transpose(), step, tape, d_tape, d_state);
  }

  VectorXd input(Index k) const { return x.col(ids[static_cast<std::size_t>(k)]).cast<double>(); }
  VectorXd recurrent(Index k) const {
    return weights.W_hh.cast<double>() * tape.before.col(k).cast<double>() +
           weights.b_hh.cast<double>();
  }
  MatrixXd W_hh_t() const { return weights.W_hh.cast<double>().transpose(); }
};

}  // namespace

TEST_CASE("a GRU's step and its backward equal their reference", "[kernel]") {
  Random random(3);
  for (Index H = 1; H <= max_size; ++H) {
    CAPTURE(H);
    const RecurrentStep step(Cell::gru, H, random);
    const RecurrentTape& tape = step.tape;
    for (Index k = 1; k < 3; ++k) {
      const VectorXd h = tape.before.col(k).cast<double>();
      const reference::Gru f(step.input(k), step.recurrent(k), h);
      CHECK(difference(tape.after.col(k), f.h_next) < 10 * epsilon);
      CHECK(difference(tape.gates.col(k).head(H), f.r) < 10 * epsilon);
      CHECK(difference(tape.gates.col(k).segment(H, H), f.z) < 10 * epsilon);
      CHECK(difference(tape.gates.col(k).tail(H), f.n) < 10 * epsilon);
      CHECK(difference(tape.u.col(k), f.u) < 10 * epsilon);
      const reference::GruBackward d(f, h, step.d_after.col(k - 1).cast<double>());
      CHECK(difference(step.d_tape.d_input.col(k), d.d_x) < 10 * epsilon);
      CHECK(difference(step.d_tape.d_recurrent.col(k), d.d_g) < 10 * epsilon);
      CHECK(difference(step.d_state.col(k - 1), d.d_h + step.W_hh_t() * d.d_g) < 10 * epsilon);
    }
  }
}

TEST_CASE("an LSTM's step and its backward equal their reference", "[kernel]") {
  Random random(12);
  for (Index H = 1; H <= max_size; ++H) {
    CAPTURE(H);
    const RecurrentStep step(Cell::lstm, H, random);
    const RecurrentTape& tape = step.tape;
    for (Index k = 1; k < 3; ++k) {
      const VectorXd m = tape.memory_before.col(k).cast<double>();
      const reference::Lstm y(step.input(k), step.recurrent(k), m);
      CHECK(difference(tape.after.col(k), y.h_next) < 10 * epsilon);
      CHECK(difference(tape.memory_after.col(k), y.m_next) < 10 * epsilon);
      CHECK(difference(tape.gates.col(k).head(H), y.i) < 10 * epsilon);
      CHECK(difference(tape.gates.col(k).segment(H, H), y.f) < 10 * epsilon);
      CHECK(difference(tape.gates.col(k).segment(2 * H, H), y.g) < 10 * epsilon);
      CHECK(difference(tape.gates.col(k).tail(H), y.o) < 10 * epsilon);
      const reference::LstmBackward d(y, m, step.d_after.col(k - 1).cast<double>(),
                                      step.d_memory_after.col(k - 1).cast<double>());
      CHECK(difference(step.d_tape.d_input.col(k), d.d_x) < 10 * epsilon);
      CHECK(difference(step.d_tape.d_memory.col(k - 1), d.d_m) < 10 * epsilon);
      CHECK(difference(step.d_state.col(k - 1), step.W_hh_t() * d.d_x) < 10 * epsilon);
    }
  }
}

namespace {

/// Annotations (K x N) of the examples that start at `starts`, which must outlive it, with their
/// keys.
AttentionMemory drawn_memory(const AttentionWeights& weights, std::span<const int> starts, Index K,
                             Index A, Random& random) {
  AttentionMemory memory;
  memory.starts = starts;
  memory.grow(K, A, memory.size());
  memory.annotations = drawn(K, memory.size(), random);
  attention_keys(weights, memory);
  return memory;
}

}  // namespace

TEST_CASE("attention and its backward equal their reference in every form", "[kernel]") {
  const Attention form =
      GENERATE(Attention::additive, Attention::dot, Attention::scaled_dot, Attention::bilinear);
  CAPTURE(to_string(form));
  Random random(4);
  for (Index size = 1; size <= max_size; ++size) {
    // the units, and by turns the inputs, are of every size
    const Index A = size % 2 == 0 ? size : size * 7 % max_size + 1;
    const Index S = size % 2 == 1 ? size : size * 7 % max_size + 1;
    const Index D = form == Attention::bilinear ? A : 3;
    constexpr Index K = 5;
    CAPTURE(A, S);
    AttentionWeights weights;
    weights.form = form;
    if (form != Attention::bilinear) weights.W_a = drawn(A, D, random);
    weights.U_a = drawn(A, K, random) / 4;
    if (form == Attention::additive) weights.v = drawn(A, 1, random);
    AttentionBackwardWeights backward_weights;
    backward_weights.prepare(weights);

    const std::vector<int> starts = {0, 1, static_cast<int>(S) + 1};  // a shorter one before
    const AttentionMemory memory = drawn_memory(weights, starts, K, A, random);
    AttentionTape tape;
    AttentionBackwardTape d_tape;
    tape.grow(A, S, 2, false);
    d_tape.grow(K, A, S + 1, S, 2);
    d_tape.d_keys.setZero();
    const Matrix queries = drawn(D, 2, random) / std::sqrt(static_cast<Scalar>(A));
    const Matrix d_contexts = drawn(K, 2, random);
    const Vector entropy_weights = Vector::Constant(2, Scalar(0.3));
    Matrix contexts(K, 2);
    Matrix d_queries = Matrix::Zero(D, 2);
    AttentionWeights d_weights;
    d_weights.v = Vector::Zero(A);
    attend(weights, memory, queries, {0, 0}, {0, 2}, tape, contexts);
    attend_backward(backward_weights, memory, d_contexts, {0, 2}, entropy_weights, tape, d_tape,
                    d_queries, d_weights);

    VectorXd expected_d_v = VectorXd::Zero(A);
    for (Index k = 0; k < 2; ++k) {
      const Columns inputs = memory.of(k);
      const VectorXd v = weights.v.cast<double>();
      const MatrixXd annotations = columns(memory.annotations, inputs).cast<double>();
      const MatrixXd keys = weights.U_a.cast<double>() * annotations;
      VectorXd query = queries.col(k).cast<double>();
      if (form != Attention::bilinear) query = (weights.W_a.cast<double>() * query).eval();
      const reference::Attend f(form, v, query, keys, annotations);
      CHECK(difference(columns(memory.keys, inputs), keys) < 10 * epsilon);
      CHECK(difference(tape.weights.col(k).head(inputs.count), f.a) < 100 * epsilon);
      CHECK(difference(contexts.col(k), f.c) < 100 * epsilon);
      const reference::AttendBackward d(form, f, v, query, keys, annotations,
                                        d_contexts.col(k).cast<double>(), 0.3);
      CHECK(difference(columns(d_tape.d_keys, inputs), d.d_keys) < 100 * epsilon);
      VectorXd d_query = d.d_query;
      if (form != Attention::bilinear) {
        d_query = (weights.W_a.cast<double>().transpose() * d_query).eval();
      }
      CHECK(difference(d_queries.col(k), d_query) < 100 * epsilon);
      expected_d_v += d.d_v;
    }
    if (form == Attention::additive) CHECK(difference(d_weights.v, expected_d_v) < 100 * epsilon);
  }
}

TEST_CASE("attention with coverage and its backward equal their reference over two steps",
          "[kernel]") {
  Random random(12);
  for (Index size = 1; size <= max_size; ++size) {
    const Index A = size % 2 == 0 ? size : size * 7 % max_size + 1;
    const Index S = size % 2 == 1 ? size : size * 7 % max_size + 1;
    constexpr Index D = 3;
    constexpr Index K = 5;
    CAPTURE(A, S);
    AttentionWeights weights;
    weights.W_a = drawn(A, D, random);
    weights.U_a = drawn(A, K, random) / 4;
    weights.v = drawn(A, 1, random);
    weights.w = drawn(A, 1, random);
    AttentionBackwardWeights backward_weights;
    backward_weights.prepare(weights);
    const std::vector<int> starts = {0, static_cast<int>(S), static_cast<int>(S) + 1};
    const AttentionMemory memory = drawn_memory(weights, starts, K, A, random);
    AttentionTape tape;
    AttentionBackwardTape d_tape;
    tape.grow(A, S, 3, true);
    tape.coverage.setConstant(99);
    d_tape.grow(K, A, S + 1, S, 3);
    d_tape.d_keys.setZero();
    d_tape.start_coverage(S, 2);

    // two examples at the first step, the longer one at the second too
    const Columns steps[] = {{0, 2}, {2, 1}};
    const Matrix queries = drawn(D, 3, random) / std::sqrt(static_cast<Scalar>(A));
    const Matrix d_contexts = drawn(K, 3, random);
    const Vector entropy_weights = Vector::Constant(3, Scalar(0.3));
    Matrix contexts(K, 3);
    Matrix d_queries = Matrix::Zero(D, 3);
    AttentionWeights d_weights;
    d_weights.v = d_weights.w = Vector::Zero(A);
    attend(weights, memory, queries.leftCols(2), {0, 0}, steps[0], tape, contexts.leftCols(2));
    attend(weights, memory, queries.rightCols(1), steps[0], steps[1], tape, contexts.rightCols(1));
    attend_backward(backward_weights, memory, d_contexts.rightCols(1), steps[1], entropy_weights,
                    tape, d_tape, d_queries.rightCols(1), d_weights);
    attend_backward(backward_weights, memory, d_contexts.leftCols(2), steps[0], entropy_weights,
                    tape, d_tape, d_queries.leftCols(2), d_weights);

    const VectorXd v = weights.v.cast<double>();
    const VectorXd w = weights.w.cast<double>();
    const MatrixXd W_a = weights.W_a.cast<double>();
    const MatrixXd projected = W_a * queries.cast<double>();
    const auto reference_of = [&](Index column, Index example, const VectorXd& k) {
      const MatrixXd annotations = columns(memory.annotations, memory.of(example)).cast<double>();
      const MatrixXd keys = weights.U_a.cast<double>() * annotations;
      return reference::Attend(Attention::additive, v, projected.col(column), keys, annotations, w,
                               k);
    };
    const auto backward_of = [&](Index column, Index example, const VectorXd& k,
                                 const VectorXd& d_later) {
      const MatrixXd annotations = columns(memory.annotations, memory.of(example)).cast<double>();
      const MatrixXd keys = weights.U_a.cast<double>() * annotations;
      return reference::AttendBackward(Attention::additive, reference_of(column, example, k), v,
                                       projected.col(column), keys, annotations,
                                       d_contexts.col(column).cast<double>(), 0.3, w, k, d_later);
    };
    const VectorXd none = VectorXd::Zero(S);
    const VectorXd nothing = VectorXd::Zero(1);
    const reference::Attend first = reference_of(0, 0, none);
    const reference::Attend second = reference_of(2, 0, first.a);
    CHECK(difference(tape.weights.col(0).head(S), first.a) < 100 * epsilon);
    CHECK(difference(tape.weights.col(2).head(S), second.a) < 100 * epsilon);
    CHECK(difference(contexts.col(2), second.c) < 100 * epsilon);
    const reference::AttendBackward d_second = backward_of(2, 0, first.a, none);
    const reference::AttendBackward d_first = backward_of(0, 0, none, d_second.d_k);
    const reference::AttendBackward d_other = backward_of(1, 1, nothing, nothing);
    CHECK(difference(columns(d_tape.d_keys, memory.of(0)), d_first.d_keys + d_second.d_keys) <
          200 * epsilon);
    CHECK(difference(d_queries.col(0), W_a.transpose() * d_first.d_query) < 200 * epsilon);
    CHECK(difference(d_queries.col(2), W_a.transpose() * d_second.d_query) < 200 * epsilon);
    CHECK(difference(d_weights.v, d_first.d_v + d_second.d_v + d_other.d_v) < 200 * epsilon);
    CHECK(difference(d_weights.w, d_first.d_w + d_second.d_w + d_other.d_w) < 200 * epsilon);
  }
}

TEST_CASE("attention without scores takes the mean of the inputs, or nothing", "[kernel]") {
  const Attention form = GENERATE(Attention::uniform, Attention::none);
  CAPTURE(to_string(form));
  Random random(7);
  for (Index S = 1; S <= max_size; ++S) {
    CAPTURE(S);
    constexpr Index K = 5;
    AttentionWeights weights;
    weights.form = form;
    AttentionBackwardWeights backward_weights;
    backward_weights.prepare(weights);
    const std::vector<int> starts = {0, static_cast<int>(S), static_cast<int>(S) + 1};
    const AttentionMemory memory = drawn_memory(weights, starts, K, 0, random);
    AttentionTape tape;
    AttentionBackwardTape d_tape;
    tape.grow(0, S, 2, false);
    d_tape.grow(K, 0, S + 1, S, 2);
    const Matrix d_annotations = drawn(K, S + 1, random);
    d_tape.d_annotations = d_annotations;
    const Matrix queries = drawn(3, 2, random);
    const Matrix d_queries = drawn(3, 2, random);
    Matrix found_d_queries = d_queries;
    Matrix contexts(K, 2);
    AttentionWeights d_weights = weights;
    attend(weights, memory, queries, {0, 0}, {0, 2}, tape, contexts);
    attend_backward(backward_weights, memory, drawn(K, 2, random), {0, 2},
                    Vector::Constant(2, Scalar(0.3)), tape, d_tape, found_d_queries, d_weights);
    attention_weights_backward(backward_weights, queries, memory, d_tape, d_weights);

    for (Index k = 0; k < 2; ++k) {
      const Columns inputs = memory.of(k);
      const MatrixXd annotations = columns(memory.annotations, inputs).cast<double>();
      const reference::Attend f(form, {}, {}, {}, annotations);
      CHECK(difference(tape.weights.col(k).head(inputs.count), f.a) < epsilon);
      CHECK(difference(contexts.col(k), f.c) < epsilon);
    }
    // Nothing is learned, and no gradient comes through weights that do not change.
    CHECK(found_d_queries == d_queries);
    CHECK(d_tape.d_annotations == d_annotations);
    CHECK(d_weights.W_a.size() + d_weights.U_a.size() + d_weights.v.size() == 0);
  }
}

TEST_CASE("the annotations' gradient through all contexts equals its reference", "[kernel]") {
  Random random(8);
  constexpr Index K = 5;
  for (Index S = 1; S <= max_size; ++S) {
    CAPTURE(S);
    // Three sources of falling length, whose outputs are 3, 2 and 2 steps long.
    const auto length = static_cast<int>(S);
    const int second = (length + 1) / 2;
    const std::vector<int> starts = {0, length, length + second, length + second + 1};
    const std::vector<int> step_starts = {0, 3, 6, 7};
    const std::vector<std::vector<Index>> steps = {{0, 3, 6}, {1, 4}, {2, 5}};
    AttentionMemory memory;
    memory.starts = starts;
    AttentionTape tape;
    AttentionBackwardTape d_tape;
    tape.grow(1, S, 7, false);
    tape.weights = drawn(tape.weights.rows(), 7, random);  // also where nothing may be read
    d_tape.grow(K, 1, starts.back(), S, 7);
    d_tape.d_annotations.setConstant(99);
    const Matrix d_contexts = drawn(K, 7, random);
    annotations_backward(d_contexts, step_starts, memory, tape, d_tape);

    for (Index k = 0; k < 3; ++k) {
      const Columns inputs = memory.of(k);
      const auto& own = steps[static_cast<std::size_t>(k)];
      MatrixXd a(inputs.count, own.size());
      MatrixXd d_c(K, own.size());
      for (std::size_t t = 0; t < own.size(); ++t) {
        const auto column = static_cast<Index>(t);
        a.col(column) = tape.weights.col(own[t]).head(inputs.count).cast<double>();
        d_c.col(column) = d_contexts.col(own[t]).cast<double>();
      }
      CHECK(difference(columns(d_tape.d_annotations, inputs),
                       reference::annotations_backward(a, d_c)) < 10 * epsilon);
    }
  }
}

TEST_CASE("the gradients of attention's weights equal those of linear layers", "[kernel]") {
  const Attention form =
      GENERATE(Attention::additive, Attention::dot, Attention::scaled_dot, Attention::bilinear);
  CAPTURE(to_string(form));
  const bool projects = form != Attention::bilinear;
  Random random(9);
  constexpr Index K = 5;
  for (Index A = 1; A <= max_size; ++A) {
    CAPTURE(A);
    const Index N = A * 7 % 11 + 1;  // of the memory
    const Index D = projects ? 3 : A;
    AttentionWeights weights;
    weights.form = form;
    if (projects) weights.W_a = drawn(A, D, random);
    weights.U_a = drawn(A, K, random);
    AttentionBackwardWeights backward_weights;
    backward_weights.prepare(weights);
    const std::vector<int> starts = {0, static_cast<int>(N)};
    AttentionMemory memory;
    memory.starts = starts;
    memory.annotations = drawn(K, N + 1, random);  // buffers may have columns to spare
    const Matrix queries = drawn(D, 4, random);
    AttentionBackwardTape d_tape;
    d_tape.d_keys = drawn(A, N + 1, random);
    d_tape.d_query = drawn(A, 5, random);
    d_tape.d_annotations = drawn(K, N + 1, random);
    AttentionWeights d_weights = weights;  // what the gradients are added to
    const MatrixXd before = d_tape.d_annotations.cast<double>();
    attention_weights_backward(backward_weights, queries, memory, d_tape, d_weights);

    const MatrixXd U_a = weights.U_a.cast<double>();
    const reference::LinearBackward keys(U_a, memory.annotations.leftCols(N).cast<double>(),
                                         d_tape.d_keys.leftCols(N).cast<double>());
    CHECK(difference(d_weights.U_a, U_a + keys.d_W) < 10 * epsilon);
    CHECK(difference(d_tape.d_annotations.leftCols(N), before.leftCols(N) + keys.d_x) <
          10 * epsilon);
    CHECK(difference(d_tape.d_annotations.col(N), before.col(N)) == 0);
    const MatrixXd W_a = weights.W_a.cast<double>();
    MatrixXd expected = W_a;
    if (projects) {
      const MatrixXd d_query = d_tape.d_query.leftCols(4).cast<double>();
      expected += reference::LinearBackward(W_a, queries.cast<double>(), d_query).d_W;
    }
    CHECK(difference(d_weights.W_a, expected) < 10 * epsilon);
  }
}

TEST_CASE("the gradients of recurrent weights equal those of a linear layer", "[kernel]") {
  const Cell cell = GENERATE(Cell::gru, Cell::lstm);
  Random random(10);
  for (Index H = 1; H <= max_size; ++H) {
    CAPTURE(H);
    const Index N = H * 7 % 11 + 1;
    const Index G = gate_count(cell);
    RecurrentTape tape;
    RecurrentBackwardTape d_tape;
    tape.cell = cell;
    tape.before = drawn(H, N + 1, random);
    Matrix& d_recurrent = cell == Cell::gru ? d_tape.d_recurrent : d_tape.d_input;
    d_recurrent = drawn(G * H, N + 1, random);
    RecurrentWeights d_weights;
    d_weights.W_hh = drawn(G * H, H, random);
    d_weights.b_hh = drawn(G * H, 1, random);
    const MatrixXd W = d_weights.W_hh.cast<double>();
    const VectorXd b = d_weights.b_hh.cast<double>();
    recurrent_weights_backward(tape, d_tape, N, d_weights);
    const reference::LinearBackward d(W, tape.before.leftCols(N).cast<double>(),
                                      d_recurrent.leftCols(N).cast<double>());
    CHECK(difference(d_weights.W_hh, W + d.d_W) < 10 * epsilon);
    CHECK(difference(d_weights.b_hh, b + d.d_b) < 10 * epsilon);
  }
}

TEST_CASE("token tables and their gradients equal those of the embedded tokens", "[kernel]") {
  Random random(11);
  for (Index R = 1; R <= max_size; ++R) {
    CAPTURE(R);
    constexpr Index E = 4;
    constexpr Index V = 6;
    const std::vector<int> ids = {5, 0, 2, 5, 1, 5, 0};  // some often, some never
    const auto N = static_cast<Index>(ids.size());
    const Matrix W = drawn(R, E, random);
    const Matrix W_t = W.transpose();
    const Matrix embedding = drawn(E, V, random);
    const Vector b = drawn(R, 1, random);
    Matrix table;
    Matrix out(R, N);
    project_tokens(W, embedding, b, table);
    look_up(table, ids, out);
    MatrixXd embedded(E, N);
    for (Index k = 0; k < N; ++k) {
      embedded.col(k) = embedding.col(ids[static_cast<std::size_t>(k)]).cast<double>();
    }
    MatrixXd expected = reference::product(W.cast<double>(), embedded);
    expected.colwise() += b.cast<double>();
    CHECK(difference(out, expected) < epsilon);

    const Matrix d_out = drawn(R, N, random);
    Matrix d_table = Matrix::Zero(R, V);
    Matrix d_W = drawn(R, E, random);  // what the gradients are added to
    Matrix d_embedding = drawn(E, V, random);
    Vector d_b = drawn(R, 1, random);
    const reference::LinearBackward d(W.cast<double>(), embedded, d_out.cast<double>());
    const MatrixXd expected_d_W = d_W.cast<double>() + d.d_W;
    const VectorXd expected_d_b = d_b.cast<double>() + d.d_b;
    MatrixXd expected_d_embedding = d_embedding.cast<double>();
    for (Index k = 0; k < N; ++k) {
      expected_d_embedding.col(ids[static_cast<std::size_t>(k)]) += d.d_x.col(k);
    }
    look_up_backward(d_out, ids, d_table);
    project_tokens_backward(W_t, embedding, d_table, d_W, d_embedding, d_b);
    CHECK(difference(d_W, expected_d_W) < 10 * epsilon);
    CHECK(difference(d_b, expected_d_b) < 10 * epsilon);
    CHECK(difference(d_embedding, expected_d_embedding) < 10 * epsilon);
  }
}

TEST_CASE("products equal three loops", "[kernel]") {
  Random random(5);
  for (Index size = 1; size <= max_size; ++size) {
    CAPTURE(size);
    const Index columns = size % 11 + 1;
    const Index depth = size * 7 % max_size + 1;
    const Matrix A = drawn(size, depth, random);
    const Matrix B = drawn(depth, columns, random);
    Matrix C(size, columns);
    product(A, B, C);
    const MatrixXd expected = reference::product(A.cast<double>(), B.cast<double>());
    CHECK(difference(C, expected) < 10 * epsilon);
    add_product(A, B, C);
    CHECK(difference(C, 2 * expected) < 10 * epsilon);
  }
}

TEST_CASE("a mixture and its backward equal their reference", "[kernel][hard]") {
  Random random(8);
  for (Index V = 1; V <= max_size; ++V) {
    CAPTURE(V);
    const Index S = 1 + V % 6;
    const Matrix logits = 3 * drawn(V, S, random);
    Vector a = drawn(S, 1, random).col(0);
    kernels().softmax(S, a.data(), 1, a.data());
    if (S > 2) a[1] = 0;  // an input that is left out
    const Vector log_a = a.array().log();
    Matrix log_p = logits;
    for (Index j = 0; j < S; ++j) {
      log_p.col(j).array() -= static_cast<Scalar>(log_sum_exp(logits.col(j)));
    }
    const Vector d = drawn(V, 1, random).col(0);
    const reference::Mixture exact(a.cast<double>(), logits.cast<double>(), d.cast<double>());
    const MixtureTask task{
        .symbols = V, .inputs = S, .log_a = log_a.data(), .log_p = strided(std::as_const(log_p))};
    Vector log_sum = Vector::Constant(V + 1, 99);
    kernels().mix(task, log_sum.data());
    CHECK(log_sum[V] == 99);
    CHECK(difference(log_sum.head(V), exact.log_p) < 10 * epsilon);
    Vector d_log_a(S);
    Matrix d_logits = Matrix::Constant(V, S + 1, 99);
    kernels().mix_backward(task, log_sum.data(), d.data(), d_log_a.data(), strided(d_logits));
    CHECK(d_logits.col(S) == Matrix::Constant(V, 1, 99));
    CHECK(difference(d_log_a, exact.d_log_a) < 20 * epsilon);
    for (Index j = 0; j < S; ++j) {
      CHECK(difference(d_logits.col(j), exact.d_logits.col(j)) < 20 * epsilon);
    }
  }
}

TEST_CASE("a mixture has logarithms where its probabilities underflow", "[kernel][hard]") {
  const Vector log_a = Vector::Constant(2, std::log(Scalar(0.5)));
  Matrix log_p(3, 2);
  log_p << 0, 0, -300, -299, -1000, -2000;
  const MixtureTask task{
      .symbols = 3, .inputs = 2, .log_a = log_a.data(), .log_p = strided(std::as_const(log_p))};
  Vector log_sum(3);
  kernels().mix(task, log_sum.data());
  CHECK(log_sum[0] == Catch::Approx(0).margin(1e-6));
  CHECK(log_sum[1] == Catch::Approx(-299.3798855));
  CHECK(log_sum[2] == Catch::Approx(-1000.6931472));
  log_p(1, 1) = std::numeric_limits<Scalar>::quiet_NaN();
  kernels().mix(task, log_sum.data());
  CHECK(std::isnan(log_sum[1]));
  CHECK(log_sum[2] == Catch::Approx(-1000.6931472));
}
