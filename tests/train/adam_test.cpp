#include "train/adam.h"

#include <type_traits>

#include "base/random.h"
#include "catch.h"
#include "nn/compare.h"
#include "nn/processor.h"
#include "nn/scalar_reference.h"

using namespace attnviz;
using Eigen::VectorXd;

namespace {

constexpr Index max_size = 130;
constexpr double epsilon = std::is_same_v<Scalar, double> ? 1e-13 : 1e-6;

Vector drawn(Index size, Random& random) {
  Vector v(size);
  for (Scalar& x : v) x = static_cast<Scalar>(random.normal());
  return v;
}

}  // namespace

TEST_CASE("Adam's update equals its reference", "[adam]") {
  const AdamOptions options{.beta1 = 0.9, .beta2 = 0.98, .epsilon = 1e-8, .clip = 2.0};
  const reference::Adam exact{options.beta1, options.beta2, options.epsilon, 1e-2};
  Random random(6);
  for (Index size = 1; size <= max_size; ++size) {
    CAPTURE(size);
    Vector w = drawn(size + 1, random);
    Vector m = Vector::Zero(size + 1);
    Vector v = Vector::Zero(size + 1);
    const Scalar beyond = w[size];
    VectorXd w_exact = w.head(size).cast<double>();
    VectorXd m_exact = VectorXd::Zero(size);
    VectorXd v_exact = VectorXd::Zero(size);
    for (int t = 1; t <= 3; ++t) {
      const double norm = t == 2 ? 4.0 : 1.0;  // clipped to half in the second update
      const Vector d_w = drawn(size, random);
      kernels().adam(adam_factors(options, 1e-2, norm, t), size, d_w.data(), m.data(), v.data(),
                     w.data());
      for (Index i = 0; i < size; ++i) {
        const double g = static_cast<double>(d_w[i]) * (t == 2 ? 2.0 / (4.0 + 1e-6) : 1.0);
        exact.update(t, g, m_exact[i], v_exact[i], w_exact[i]);
      }
      CHECK(difference(m.head(size), m_exact) < epsilon);
      CHECK(difference(v.head(size), v_exact) < epsilon);
      CHECK(difference(w.head(size), w_exact) < epsilon);
    }
    CHECK(w[size] == beyond);
  }
}
