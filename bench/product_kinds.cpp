#include "product_kinds.h"

#include <dlfcn.h>

#include <cstdint>

#include "eigen_reference.h"
#include "nn/product.h"
#include "stopwatch.h"

namespace attnviz::bench {
namespace {

// oneDNN's row-major C = alpha A B + beta C, loaded at run time so that building needs nothing. It
// comes with Debian's python3-torch.
using OneDnnProduct = int (*)(char, char, std::int64_t, std::int64_t, std::int64_t, float,
                              const float*, std::int64_t, const float*, std::int64_t, float, float*,
                              std::int64_t);

OneDnnProduct find_one_dnn() {
  for (const char* name : {"libdnnl.so.3", "libdnnl.so.2"}) {
    if (void* library = dlopen(name, RTLD_NOW)) {
      return reinterpret_cast<OneDnnProduct>(dlsym(library, "dnnl_sgemm"));
    }
  }
  return nullptr;
}

OneDnnProduct one_dnn() {
  static const OneDnnProduct found = find_one_dnn();
  return found;
}

}  // namespace

struct ProductCase::Operands {
  Matrix a;
  Matrix b;  // k x n, or n x k
  Matrix c;
  bool second_transposed;
};

ProductCase::ProductCase(const ProductShape& shape)
    : operands_(std::make_unique<Operands>(
          Operands{Matrix::Random(shape.m, shape.k),
                   shape.second_transposed ? Matrix::Random(shape.n, shape.k)
                                           : Matrix::Random(shape.k, shape.n),
                   Matrix::Zero(shape.m, shape.n), shape.second_transposed})) {}
ProductCase::~ProductCase() = default;
ProductCase::ProductCase(ProductCase&&) noexcept = default;

std::vector<std::string> ProductCase::kinds() {
  std::vector<std::string> kinds{"attnviz", "Eigen"};
  if (one_dnn() != nullptr) kinds.emplace_back("oneDNN");
  return kinds;
}

void ProductCase::run(const std::string& kind) {
  auto& [a, b, c, second_transposed] = *operands_;
  if (kind == "attnviz") {
    second_transposed ? product(a, b.transpose(), c) : product(a, b, c);
  } else if (kind == "Eigen") {
    eigen_product(a.rows(), a.cols(), c.cols(), a.data(), b.data(), second_transposed, c.data());
  } else {
    // C' = B' A': a column-major matrix is the row-major transpose.
    one_dnn()(second_transposed ? 'T' : 'N', 'N', c.cols(), c.rows(), a.cols(), 1, b.data(),
              b.rows(), a.data(), a.rows(), 0, c.data(), c.rows());
  }
}

double ProductCase::best_seconds() {
  double best = 1e9;
  for (const std::string& kind : kinds()) {
    best = std::min(best, best_time([&] { run(kind); }));
  }
  return best;
}

}  // namespace attnviz::bench
