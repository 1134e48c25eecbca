#include "infer/trace.h"

#include <cmath>
#include <sstream>

#include "base/grapheme.h"
#include "catch.h"
#include "formats/npy.h"
#include "formats/zip.h"
#include "infer/small_model.h"
#include "json.h"

using namespace attnviz;

namespace {

using Json = nlohmann::json;

Prediction answer_of(const Model& model, const std::string& text) {
  const std::vector<std::vector<std::string>> sources = {split_characters(text)};
  return predict(model, sources)[0];
}

/// Row `row` of a matrix with so many rows, in double.
std::vector<double> row_of(const std::vector<float>& matrix, std::size_t row, std::size_t rows) {
  const std::size_t columns = matrix.size() / rows;
  const auto first = matrix.begin() + static_cast<std::ptrdiff_t>(row * columns);
  return {first, first + static_cast<std::ptrdiff_t>(columns)};
}

/// a = softmax(e) and c = sum_j a_j h_j
void check_sums(const Trace& trace) {
  const std::size_t T = trace.outputs();
  for (std::size_t i = 0; i < T; ++i) {
    const auto e = row_of(trace.scores, i, T);
    const auto a = row_of(trace.weights, i, T);
    const auto c = row_of(trace.contexts, i, T);
    double total = 0.0;
    for (const double score : e) total += std::exp(score);
    std::vector<double> sum(c.size());
    for (std::size_t j = 0; j < a.size(); ++j) {
      CHECK(a[j] == Catch::Approx(std::exp(e[j]) / total).margin(1e-6));
      const auto h = row_of(trace.annotations, j, trace.inputs());
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += a[j] * h[k];
    }
    for (std::size_t k = 0; k < sum.size(); ++k) CHECK(c[k] == Catch::Approx(sum[k]).margin(1e-6));
  }
}

}  // namespace

TEST_CASE("a trace: attention follows from its scores and contexts from attention", "[trace]") {
  for (const Query query : {Query::current, Query::previous}) {
    for (const bool coverage : {false, true}) {
      Model model = small_model("reverse", 3,
                                {.cell = coverage ? Cell::lstm : Cell::gru, .coverage = coverage});
      model.config.query = query;
      const Prediction prediction = answer_of(model, "abcde");
      const Trace trace = Tracer(model).trace(prediction);
      CHECK(trace.weights == prediction.map.weights);
      CHECK(trace.source == prediction.map.source);
      CHECK(trace.outputs() == prediction.map.rows());
      CHECK((trace.queries == trace.states) == (query == Query::current));
      check_sums(trace);
    }
  }
}

TEST_CASE("a trace: the most probable symbols, the first of them the answer", "[trace]") {
  const Model model = small_model();
  const Prediction prediction = answer_of(model, "abc");
  const Trace trace = Tracer(model).trace(prediction);
  double log_probability = 0.0;
  for (std::size_t i = 0; i < trace.outputs(); ++i) {
    const auto& top = trace.top[i];
    REQUIRE(top.size() == 5);
    CHECK(top[0].first == trace.target[i]);
    for (std::size_t k = 1; k < 5; ++k) CHECK(top[k - 1].second >= top[k].second);
    log_probability += std::log(top[0].second);
  }
  CHECK(log_probability == Catch::Approx(prediction.log_probability).epsilon(1e-5));
}

TEST_CASE("a trace of an answer that did not end has its rows", "[trace]") {
  Model model = small_model();
  model.weights.decoder.readout.b[Vocabulary::end] = -1000;
  const Prediction prediction = answer_of(model, "abc");
  REQUIRE(!prediction.ended);
  const Trace trace = Tracer(model).trace(prediction);
  CHECK(trace.weights == prediction.map.weights);
  CHECK(trace.outputs() == prediction.map.rows());
}

TEST_CASE("a trace as JSON: a line of the input, then a line an output", "[trace]") {
  const Model model = small_model();
  const Prediction prediction = answer_of(model, "abc");
  const Trace trace = Tracer(model).trace(prediction);
  std::istringstream lines(trace_to_json_lines(trace, 7));
  std::string line;
  REQUIRE(std::getline(lines, line));
  const Json head = Json::parse(line);
  CHECK(head["input"] == 7);
  CHECK(head["sizes"] == Json::parse(R"({"E":5,"D":7,"K":12,"A":8,"R":0,"V":30})"));
  CHECK(head["shapes"]["h"] == Json({4, 12}));
  CHECK(head["h"].size() == 4);
  CHECK(head["h"][3][11].get<float>() == trace.annotations.back());
  std::size_t outputs = 0;
  for (; std::getline(lines, line); ++outputs) {
    const Json output = Json::parse(line);
    CHECK(output["output"] == outputs + 1);
    CHECK(output["symbol"] == trace.target[outputs]);
    CHECK(output["a"].size() == 4);
    CHECK(output["c"].size() == 12);
    double squares = 0.0;
    for (const double x : row_of(trace.queries, outputs, trace.outputs())) squares += x * x;
    CHECK(output["q_norm"].get<double>() == Catch::Approx(std::sqrt(squares)));
  }
  CHECK(outputs == trace.outputs());
  const Json page = Json::parse(trace_to_page_json(trace));
  CHECK(page.size() == outputs + 1);
  CHECK(page[0]["h"].size() == 4);
  CHECK(page[1]["e"].size() == 4);
}

TEST_CASE("a trace as arrays", "[trace]") {
  const Model model = small_model();
  const Trace trace = Tracer(model).trace(answer_of(model, "abc"));
  const std::string bytes = trace_to_npz(trace);
  std::map<std::string, std::vector<std::size_t>> shapes;
  for (const ZipMember& member : read_zip(bytes, "t.npz")) {
    shapes[member.name] = read_npy(member.data, member.name).shape;
  }
  const std::size_t T = trace.outputs();
  CHECK(shapes["h.npy"] == std::vector<std::size_t>{4, 12});
  CHECK(shapes["u.npy"] == std::vector<std::size_t>{4, 8});
  CHECK(shapes["q.npy"] == std::vector<std::size_t>{T, 7});
  CHECK(shapes["e.npy"] == std::vector<std::size_t>{T, 4});
  CHECK(shapes["y.npy"] == std::vector<std::size_t>{T, 5});
  CHECK(shapes["logits.npy"] == std::vector<std::size_t>{T, 30});
  CHECK(shapes["target.npy"] == std::vector<std::size_t>{T});
  CHECK(shapes.size() == 11);
}
