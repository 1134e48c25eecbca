// Attention of given vectors: what nn/attention.h computes in models, and what holds for all.
#include "nn/attention_layer.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "attnviz/error.h"
#include "base/random.h"
#include "catch.h"
#include "nn/types.h"

using namespace attnviz;

namespace {

constexpr double epsilon = std::is_same_v<Scalar, double> ? 1e-13 : 1e-5;
constexpr double infinity = std::numeric_limits<double>::infinity();

Matrix drawn(Index rows, Index columns, Random& random) {
  Matrix m(rows, columns);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<Scalar>(random.normal());
  return m;
}

/// A row for each row of a matrix, as weights are; of vectors in columns, give the transpose.
RealMatrix rows_of(const Matrix& m) {
  RealMatrix rows =
      zero_matrix(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()));
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t j = 0; j < rows.columns; ++j) {
      rows.row(i)[j] = static_cast<double>(m(static_cast<Index>(i), static_cast<Index>(j)));
    }
  }
  return rows;
}

double farthest(const RealMatrix& a, const RealMatrix& b) {
  if (a.rows != b.rows || a.columns != b.columns) return infinity;
  double most = 0.0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    most = std::max(most, std::abs(a.values[i] - b.values[i]));
  }
  return most;
}

/// Of queries (D x L) over annotations (K x S), as a model computes it: weights and contexts.
AttendedValues attended_by_model(const AttentionWeights& weights, const Matrix& queries,
                                 const Matrix& annotations) {
  const Index L = queries.cols();
  const Index S = annotations.cols();
  const int starts[] = {0, static_cast<int>(S)};
  AttentionMemory memory{starts, annotations, Matrix(weights.U_a.rows(), S)};
  attention_keys(weights, memory);
  AttentionTape tape;
  tape.grow(weights.U_a.rows(), S, L, false);
  Matrix contexts(annotations.rows(), L);
  for (Index i = 0; i < L; ++i) {
    attend(weights, memory, queries.col(i), {0, 0}, {i, 1}, tape, contexts.col(i));
  }
  return {rows_of(tape.weights.transpose()), rows_of(contexts.transpose()), {}};
}

struct Case {
  AttentionWeights model;
  AttentionLayer layer;
  Matrix queries;
  Matrix keys;

  RealMatrix query() const { return rows_of(queries.transpose()); }
  RealMatrix key() const { return rows_of(keys.transpose()); }
  AttendedValues attended(const AttentionMask& mask = {}) const {
    return attend_values(layer, query(), key(), key(), mask);
  }
};

/// The same score in both, of drawn weights and vectors.
Case drawn_case(Attention form, Random& random) {
  constexpr Index L = 4;
  constexpr Index S = 6;
  constexpr Index D = 3;
  const bool projects = form == Attention::bilinear || form == Attention::additive;
  const Index K = projects ? 5 : D;
  Case c{{}, {}, drawn(D, L, random), drawn(K, S, random)};
  c.model.form = c.layer.score = form;
  c.model.W_a = Matrix::Identity(D, D);
  c.model.U_a = form == Attention::bilinear ? drawn(D, K, random) : Matrix(Matrix::Identity(D, D));
  c.layer.W = rows_of(c.model.U_a.transpose());
  if (form == Attention::additive) {
    constexpr Index A = 7;
    c.model.W_a = drawn(A, D, random);
    c.model.U_a = drawn(A, K, random);
    c.model.v = drawn(A, 1, random);
    c.layer.W_q = rows_of(c.model.W_a);
    c.layer.W_k = rows_of(c.model.U_a);
    c.layer.v = rows_of(c.model.v.transpose());
  }
  return c;
}

constexpr Attention forms[] = {Attention::dot, Attention::scaled_dot, Attention::bilinear,
                               Attention::additive};

}  // namespace

TEST_CASE("attention of given vectors is that of models, for each score", "[kernel]") {
  Random random(3);
  for (const Attention form : forms) {
    CAPTURE(to_string(form));
    const Case c = drawn_case(form, random);
    const AttendedValues expected = attended_by_model(c.model, c.queries, c.keys);
    const AttendedValues found = c.attended();
    CHECK(farthest(found.weights, expected.weights) < epsilon);
    CHECK(farthest(found.output, expected.output) < epsilon);
  }
}

TEST_CASE("attention of given vectors: rows sum to one, keys may come in any order") {
  Random random(4);
  for (const Attention form : forms) {
    CAPTURE(to_string(form));
    Case c = drawn_case(form, random);
    const AttendedValues before = c.attended();
    for (std::size_t i = 0; i < before.weights.rows; ++i) {
      const auto row = before.weights.row(i);
      CHECK(std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0) < 1e-14);
    }
    const std::size_t order[] = {3, 0, 5, 1, 4, 2};
    const Matrix keys = c.keys;
    for (Index j = 0; j < keys.cols(); ++j) c.keys.col(j) = keys.col(static_cast<Index>(order[j]));
    const AttendedValues after = c.attended();
    for (std::size_t i = 0; i < before.weights.rows; ++i) {
      for (std::size_t j = 0; j < 6; ++j) {
        CHECK(std::abs(after.weights.row(i)[j] - before.weights.row(i)[order[j]]) < 1e-14);
      }
    }
    CHECK(farthest(before.output, after.output) < 1e-14);
  }
}

TEST_CASE("attention of given vectors: hard, temperature and scale") {
  Random random(5);
  Case c = drawn_case(Attention::dot, random);
  const AttendedValues soft = c.attended();
  c.layer.hard = true;
  const AttendedValues hard = c.attended();
  c.layer.hard = false;
  c.layer.temperature = 1e-6;
  CHECK(farthest(hard.weights, c.attended().weights) < 1e-12);
  CHECK(hard.tied.empty());
  c.layer.temperature = 4.0;
  const AttendedValues warm = c.attended();
  CHECK(farthest(warm.weights, soft.weights) > 0.01);
  c.layer.temperature = 1.0;
  c.layer.scale = 0.25;
  CHECK(farthest(warm.weights, c.attended().weights) < 1e-14);
  c.layer.hard = true;
  c.queries.col(1).setZero();
  const AttendedValues tied = c.attended();
  CHECK(tied.tied == std::vector<std::size_t>{1});
  CHECK(tied.weights.row(1)[0] == 1.0);
  // Of masked keys none is taken, and none counts as equal.
  const AttendedValues masked = c.attended({1, {}});
  CHECK(masked.tied.empty());
  CHECK(masked.weights.row(1)[1] == 1.0);
}

TEST_CASE("attention of given vectors: scores of any size") {
  const RealMatrix one{1, 1, {1.0}};
  AttentionLayer layer;
  layer.score = Attention::dot;
  const RealMatrix keys{3, 1, {1e308, -1e308, 1e308}};
  const AttendedValues far = attend_values(layer, one, keys, {3, 1, {1, 2, 4}}, {});
  CHECK(far.weights.values == std::vector<double>{0.5, 0.0, 0.5});
  CHECK(far.output.values == std::vector<double>{2.5});
  layer.scale = 10.0;
  CHECK_THROWS_WITH(attend_values(layer, one, keys, keys, {}),
                    "the score of query 1 and key 1: expected a finite number, got inf");
  layer.scale.reset();
  CHECK_THROWS_WITH(attend_values(layer, one, keys, keys, {{}, {1, 3, {0, -1e308, 0}}}),
                    "the masked score of query 1 and key 2: expected a finite number, got -inf");
}
