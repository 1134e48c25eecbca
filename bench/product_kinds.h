// The same product by several libraries.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "work.h"

namespace attnviz::bench {

/// Operands of one shape, and the ways to multiply them.
class ProductCase {
 public:
  explicit ProductCase(const ProductShape& shape);
  ~ProductCase();
  ProductCase(ProductCase&&) noexcept;

  /// Names of those that this machine has: "attnviz", "Eigen" and, where libdnnl is installed,
  /// "oneDNN".
  static std::vector<std::string> kinds();
  void run(const std::string& kind);

  /// Seconds of one product by the fastest kind, the best of several tries.
  double best_seconds();

 private:
  struct Operands;
  std::unique_ptr<Operands> operands_;
};

}  // namespace attnviz::bench
