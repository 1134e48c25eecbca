#include "explain/explain.h"

#include <algorithm>
#include <cmath>

namespace attnviz {

struct Explainer::Parts {
  const Model& model;
  Workers& workers;
};

std::size_t Attribution::undefined() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(values, [](double v) { return std::isnan(v); }));
}

Explainer::Explainer(const Model& model, Workers& workers)
    : parts_(std::make_unique<Parts>(model, workers)) {}
Explainer::~Explainer() = default;

std::string Explainer::refusal(Method) const {
  return "";
}

}  // namespace attnviz
