// The kernels of src/nn/ and Adam again, in double and element by element, straight from their
// equations: what the SIMD code is compared with.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "nn/attention.h"

namespace attnviz::reference {

using Eigen::MatrixXd;
using Eigen::VectorXd;

inline double sigmoid(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

/// A B
inline MatrixXd product(const MatrixXd& a, const MatrixXd& b) {
  MatrixXd c = MatrixXd::Zero(a.rows(), b.cols());
  for (Eigen::Index i = 0; i < c.rows(); ++i) {
    for (Eigen::Index j = 0; j < c.cols(); ++j) {
      for (Eigen::Index k = 0; k < a.cols(); ++k) c(i, j) += a(i, k) * b(k, j);
    }
  }
  return c;
}

/// Gradients of W, b and x, given those of all columns of y = W x + b.
struct LinearBackward {
  MatrixXd d_W, d_x;
  VectorXd d_b;

  LinearBackward(const MatrixXd& W, const MatrixXd& x, const MatrixXd& d_y)
      : d_W(MatrixXd::Zero(d_y.rows(), x.rows())),
        d_x(MatrixXd::Zero(x.rows(), x.cols())),
        d_b(VectorXd::Zero(d_y.rows())) {
    for (Eigen::Index k = 0; k < x.cols(); ++k) {
      for (Eigen::Index i = 0; i < d_y.rows(); ++i) {
        d_b[i] += d_y(i, k);
        for (Eigen::Index j = 0; j < x.rows(); ++j) {
          d_W(i, j) += d_y(i, k) * x(j, k);
          d_x(j, k) += d_y(i, k) * W(i, j);
        }
      }
    }
  }
};

/// nn/recurrent.h, given x = W_ih x + b_ih and g = W_hh h + b_hh, stacked r, z, n.
struct Gru {
  VectorXd r, z, u, n, h_next;

  Gru(const VectorXd& x, const VectorXd& g, const VectorXd& h)
      : r(h.size()), z(h.size()), u(h.size()), n(h.size()), h_next(h.size()) {
    const Eigen::Index H = h.size();
    for (Eigen::Index i = 0; i < H; ++i) {
      r[i] = sigmoid(x[i] + g[i]);
      z[i] = sigmoid(x[H + i] + g[H + i]);
      u[i] = g[2 * H + i];
      n[i] = std::tanh(x[2 * H + i] + r[i] * u[i]);
      h_next[i] = (1 - z[i]) * n[i] + z[i] * h[i];
    }
  }
};

/// Gradients of x, g and h (without what comes through g), given that of h_next.
struct GruBackward {
  VectorXd d_x, d_g, d_h;

  GruBackward(const Gru& f, const VectorXd& h, const VectorXd& d_h_next)
      : d_x(3 * h.size()), d_g(3 * h.size()), d_h(h.size()) {
    const Eigen::Index H = h.size();
    for (Eigen::Index i = 0; i < H; ++i) {
      const double d_n = d_h_next[i] * (1 - f.z[i]);
      const double d_z = d_h_next[i] * (h[i] - f.n[i]);
      const double d_sum_n = d_n * (1 - f.n[i] * f.n[i]);
      const double d_r = d_sum_n * f.u[i];
      d_x[i] = d_g[i] = d_r * f.r[i] * (1 - f.r[i]);
      d_x[H + i] = d_g[H + i] = d_z * f.z[i] * (1 - f.z[i]);
      d_x[2 * H + i] = d_sum_n;
      d_g[2 * H + i] = d_sum_n * f.r[i];
      d_h[i] = d_h_next[i] * f.z[i];
    }
  }
};

/// The LSTM of nn/recurrent.h, given x = W_ih x + b_ih and w = W_hh h + b_hh, stacked i, f, g, o.
struct Lstm {
  VectorXd i, f, g, o, m_next, h_next;

  Lstm(const VectorXd& x, const VectorXd& w, const VectorXd& m)
      : i(m.size()), f(m.size()), g(m.size()), o(m.size()), m_next(m.size()), h_next(m.size()) {
    const Eigen::Index H = m.size();
    for (Eigen::Index k = 0; k < H; ++k) {
      i[k] = sigmoid(x[k] + w[k]);
      f[k] = sigmoid(x[H + k] + w[H + k]);
      g[k] = std::tanh(x[2 * H + k] + w[2 * H + k]);
      o[k] = sigmoid(x[3 * H + k] + w[3 * H + k]);
      m_next[k] = f[k] * m[k] + i[k] * g[k];
      h_next[k] = o[k] * std::tanh(m_next[k]);
    }
  }
};

/// Gradients of x (and of w: the same) and of m, given those of h_next and m_next.
struct LstmBackward {
  VectorXd d_x, d_m;

  LstmBackward(const Lstm& y, const VectorXd& m, const VectorXd& d_h_next, const VectorXd& d_m_next)
      : d_x(4 * m.size()), d_m(m.size()) {
    const Eigen::Index H = m.size();
    for (Eigen::Index k = 0; k < H; ++k) {
      const double u = std::tanh(y.m_next[k]);
      const double d_o = d_h_next[k] * u;
      const double d_u = d_h_next[k] * y.o[k];
      const double d_memory = d_m_next[k] + d_u * (1 - u * u);
      const double d_i = d_memory * y.g[k];
      const double d_f = d_memory * m[k];
      const double d_g = d_memory * y.i[k];
      d_m[k] = d_memory * y.f[k];
      d_x[k] = d_i * y.i[k] * (1 - y.i[k]);
      d_x[H + k] = d_f * y.f[k] * (1 - y.f[k]);
      d_x[2 * H + k] = d_g * (1 - y.g[k] * y.g[k]);
      d_x[3 * H + k] = d_o * y.o[k] * (1 - y.o[k]);
    }
  }
};

inline double highest(const VectorXd& x) {
  return *std::max_element(x.begin(), x.end());
}

inline VectorXd shifted_exp(const VectorXd& x) {
  return x.unaryExpr([top = highest(x)](double x_j) { return std::exp(x_j - top); });
}

inline VectorXd softmax(const VectorXd& x) {
  const VectorXd e = shifted_exp(x);
  return e / e.sum();
}

/// model/marginal.h for one output: log p, the posteriors (V x S), and, given d = the gradient of
/// log p, those of log a and of the logits behind p_j (V x S).
struct Mixture {
  VectorXd log_p, d_log_a;
  MatrixXd posterior, d_logits;

  Mixture(const VectorXd& a, const MatrixXd& logits, const VectorXd& d)
      : posterior(logits.rows(), logits.cols()), d_logits(logits.rows(), logits.cols()) {
    MatrixXd p = logits;
    for (Eigen::Index j = 0; j < p.cols(); ++j) p.col(j) = softmax(logits.col(j));
    log_p = (p * a).array().log();
    for (Eigen::Index j = 0; j < p.cols(); ++j) {
      posterior.col(j) = a[j] * p.col(j).array() / log_p.array().exp();
    }
    d_log_a = posterior.transpose() * d;
    for (Eigen::Index j = 0; j < p.cols(); ++j) {
      d_logits.col(j) = d.cwiseProduct(posterior.col(j)) - d_log_a[j] * p.col(j);
    }
  }
};

/// nn/attention.h for one output: `query` is W_a q, or q for the bilinear score. With coverage, an
/// additive score also has w and k.
struct Attend {
  VectorXd e, a, c;

  /// Without scores, v, query and keys may be empty.
  Attend(Attention form, const VectorXd& v, const VectorXd& query, const MatrixXd& keys,
         const MatrixXd& annotations, const VectorXd& w = {}, const VectorXd& k = {})
      : e(VectorXd::Zero(annotations.cols())) {
    const bool scored = form != Attention::uniform && form != Attention::none;
    for (Eigen::Index j = 0; scored && j < keys.cols(); ++j) {
      for (Eigen::Index i = 0; i < keys.rows(); ++i) {
        const double covered = w.size() > 0 ? w[i] * k[j] : 0.0;
        e[j] += form == Attention::additive ? v[i] * std::tanh(query[i] + keys(i, j) + covered)
                                            : query[i] * keys(i, j);
      }
      if (form == Attention::scaled_dot) e[j] /= std::sqrt(static_cast<double>(keys.rows()));
    }
    a = form == Attention::none ? e : softmax(e);
    c = annotations * a;
  }
};

/// Gradients given that of c, of a loss that also holds `entropy_weight` times the entropy of a.
/// With coverage, `d_later` is the gradient of the coverage of all later outputs.
struct AttendBackward {
  VectorXd d_query, d_v, d_w, d_k;
  MatrixXd d_keys;

  AttendBackward(Attention form, const Attend& f, const VectorXd& v, const VectorXd& query,
                 const MatrixXd& keys, const MatrixXd& annotations, const VectorXd& d_c,
                 double entropy_weight, const VectorXd& w = {}, const VectorXd& k = {},
                 const VectorXd& d_later = {})
      : d_query(VectorXd::Zero(query.size())),
        d_v(VectorXd::Zero(query.size())),
        d_w(VectorXd::Zero(query.size())),
        d_k(VectorXd::Zero(keys.cols())),
        d_keys(MatrixXd::Zero(keys.rows(), keys.cols())) {
    const Eigen::Index S = keys.cols();
    VectorXd d_a = annotations.transpose() * d_c;
    if (w.size() > 0) d_a += d_later;
    for (Eigen::Index j = 0; j < S; ++j) d_a[j] -= entropy_weight * (std::log(f.a[j]) + 1);
    for (Eigen::Index j = 0; j < S; ++j) {
      double d_e = 0;  // through every d a_l / d e_j = a_l ([l = j] - a_j)
      for (Eigen::Index l = 0; l < S; ++l) d_e += d_a[l] * f.a[l] * ((l == j ? 1 : 0) - f.a[j]);
      if (form == Attention::scaled_dot) d_e /= std::sqrt(static_cast<double>(keys.rows()));
      for (Eigen::Index i = 0; i < keys.rows(); ++i) {
        if (form == Attention::additive) {
          const bool covered = w.size() > 0;
          const double t = std::tanh(query[i] + keys(i, j) + (covered ? w[i] * k[j] : 0.0));
          d_keys(i, j) = d_e * v[i] * (1 - t * t);
          d_query[i] += d_keys(i, j);
          d_v[i] += d_e * t;
          if (!covered) continue;
          d_w[i] += d_keys(i, j) * k[j];
          d_k[j] += d_keys(i, j) * w[i];
        } else {
          d_keys(i, j) = d_e * query[i];
          d_query[i] += d_e * keys(i, j);
        }
      }
    }
  }
};

/// The part of the annotations' gradient that comes through the contexts c_i = sum_j a_ij h_j of
/// one example, given a (S x T) and the gradient of c (K x T).
inline MatrixXd annotations_backward(const MatrixXd& a, const MatrixXd& d_c) {
  MatrixXd d_h = MatrixXd::Zero(d_c.rows(), a.rows());
  for (Eigen::Index i = 0; i < a.cols(); ++i) {
    for (Eigen::Index j = 0; j < a.rows(); ++j) d_h.col(j) += a(j, i) * d_c.col(i);
  }
  return d_h;
}

/// train/adam.h: update number t of one weight, given the clipped gradient g (Kingma and Ba 2015,
/// algorithm 1).
struct Adam {
  double beta1, beta2, epsilon, rate;

  void update(int t, double g, double& m, double& v, double& w) const {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const double m_hat = m / (1 - std::pow(beta1, t));
    const double v_hat = v / (1 - std::pow(beta2, t));
    w -= rate * m_hat / (std::sqrt(v_hat) + epsilon);
  }
};

}  // namespace attnviz::reference
