// Agreement with an independent implementation on trained models, in float and in double.
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "attnviz/error.h"
#include "base/utf8.h"
#include "catch.h"
#include "explain/explain.h"
#include "explain/methods.h"
#include "json.h"
#include "model/checkpoint.h"

using namespace attnviz;

namespace {

constexpr double tolerance = sizeof(Scalar) == 8 ? 1e-8 : 5e-5;

using Json = nlohmann::json;

Json read_json(const std::string& name) {
  std::ifstream file(std::string(ATTNVIZ_SOURCE_DIR) + "/tests/data/" + name + ".json");
  return Json::parse(file);
}

Model read_model(const std::string& name) {
  return load_model(std::string(ATTNVIZ_SOURCE_DIR) + "/tests/data/" + name + ".safetensors");
}

std::vector<std::string> source_of(const Json& input) {
  auto source = input["source"].get<std::vector<std::string>>();
  source.pop_back();  // END
  return source;
}

/// Rows of numbers one after the other.
std::vector<double> flat(const Json& rows) {
  std::vector<double> values;
  for (const Json& row : rows) {
    for (const Json& value : row) values.push_back(value);
  }
  return values;
}

void check_near(const std::vector<double>& ours, const std::vector<double>& theirs) {
  REQUIRE(ours.size() == theirs.size());
  for (std::size_t k = 0; k < ours.size(); ++k) {
    INFO("value " << k);
    CHECK(std::abs(ours[k] - theirs[k]) <= tolerance);
  }
}

struct Wanted {
  Method method;
  std::optional<Baseline> baseline;
  const char* name;
};

const std::vector<Wanted> wanted = {{Method::attention, {}, "attention"},
                                    {Method::value, {}, "value"},
                                    {Method::erase, {}, "erase"},
                                    {Method::gradient, {}, "gradient"},
                                    {Method::ig, Baseline::mean, "ig"},
                                    {Method::shapley, Baseline::mean, "shapley"},
                                    {Method::kernelshap, Baseline::mean, "kernelshap"},
                                    {Method::occlusion, Baseline::swap, "occlusion_swap"},
                                    {Method::occlusion, Baseline::mean, "occlusion_mean"},
                                    {Method::occlusion, Baseline::zero, "occlusion_zero"},
                                    {Method::flip, {}, "flip"},
                                    {Method::truth, {}, "truth"}};

}  // namespace

TEST_CASE("every method agrees with an independent implementation", "[explain][oracle]") {
  const std::string name = GENERATE("explain_reverse", "explain_sort");
  const Json json = read_json(name);
  const Model model = read_model(name);
  Workers workers(1);
  Explainer explainer(model, workers);
  for (const Json& input : json["inputs"]) {
    const Explained explained = explainer.answer(source_of(input));
    CHECK(join(explained.answer) == join(explained.expected).substr(0, explained.answer.size()));
    for (const auto& [method, baseline, field] : wanted) {
      INFO(name << ' ' << input["input"] << ' ' << field);
      ExplainOptions options;
      options.baseline = baseline;
      const auto results = explainer.explain(explained, {&method, 1}, options);
      REQUIRE(results.size() == 1);
      CHECK(results[0].baseline == baseline);
      CHECK(results[0].undefined() == 0);
      // Their path has 256 nodes, ours as many as it takes to reach 1e-3.
      if (method != Method::ig) check_near(results[0].values, flat(input[field]));
    }
  }
}

TEST_CASE("integrated gradients agree along the same path", "[explain][oracle]") {
  const std::string name = GENERATE("explain_reverse", "explain_sort");
  const Json json = read_json(name);
  const Model model = read_model(name);
  Workers workers(1);
  Explainer explainer(model, workers);
  for (const Json& input : json["inputs"]) {
    const Explained explained = explainer.answer(source_of(input));
    Question question(explainer, explained, {});
    check_near(integrated_gradients(question, question.parts.passes.mean(), json["ig_nodes"]),
               flat(input["ig"]));
  }
}

TEST_CASE("gradients by every element of an embedding agree", "[explain][oracle]") {
  const std::string name = GENERATE("explain_reverse", "explain_sort");
  const Json json = read_json(name);
  const Model model = read_model(name);
  Workers workers(1);
  Passes passes(model, workers);
  for (const Json& input : json["inputs"]) {
    const std::vector<int> source = encode(model.source, source_of(input));
    auto target = input["target"].get<std::vector<std::string>>();
    target.pop_back();
    const std::vector<int> answer = encode(model.target, target);
    const Json& vectors = input["gradient_vectors"];  // outputs x inputs x E
    const auto n = static_cast<Index>(source.size()) - 1;
    Matrix x(model.config.embedding, n);
    for (Index j = 0; j < n; ++j) {
      x.col(j) = passes.symbols().col(source[static_cast<std::size_t>(j)]);
    }
    for (Index e = 0; e < x.rows(); ++e) {
      Matrix direction = Matrix::Zero(x.rows(), n);
      direction.row(e).setOnes();
      std::vector<double> theirs;
      for (const Json& row : vectors) {
        for (const Json& vector : row) theirs.push_back(vector[static_cast<std::size_t>(e)]);
      }
      check_near(passes.slopes(answer, {&x, 1}, direction), theirs);
    }
  }
}

TEST_CASE("f of every set of inputs agrees", "[explain][oracle]") {
  const Json json = read_json("explain_sort");
  const Model model = read_model("explain_sort");
  Workers workers(1);
  Passes passes(model, workers);
  for (const Json& input : json["inputs"]) {
    const std::vector<int> source = encode(model.source, source_of(input));
    auto target = input["target"].get<std::vector<std::string>>();
    target.pop_back();
    const std::size_t n = source.size() - 1;
    const auto f = passes.log_probabilities(encode(model.target, target), std::size_t{1} << n,
                                            [&](std::size_t set) {
                                              std::vector<int> changed = source;
                                              for (std::size_t j = 0; j < n; ++j) {
                                                if ((set >> j & 1U) == 0)
                                                  changed[j] = passes.mean();
                                              }
                                              return changed;
                                            });
    check_near(f, flat(input["coalitions"]));
  }
}
