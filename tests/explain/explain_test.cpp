// What the methods promise: axioms, undefined values, the same bits for any number of workers.
#include "explain/explain.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "attnviz/error.h"
#include "base/utf8.h"
#include "catch.h"
#include "explain/methods.h"
#include "infer/predict.h"
#include "infer/small_model.h"

using namespace attnviz;

namespace {

std::vector<std::string> letters(const std::string& text) {
  std::vector<std::string> symbols;
  for (const char c : text) symbols.emplace_back(1, c);
  return symbols;
}

/// One worker, one model.
struct Bench {
  Model model;
  Workers workers{1};
  Explainer explainer{model, workers};

  explicit Bench(Model of) : model(std::move(of)) {}

  Attribution explain(const Explained& explained, Method method,
                      const ExplainOptions& options = {}) {
    return explainer.explain(explained, {&method, 1}, options).front();
  }
};

double row_sum(const Attribution& result, std::size_t row) {
  const auto first = result.values.begin() + static_cast<std::ptrdiff_t>(row * result.columns);
  return std::accumulate(first, first + static_cast<std::ptrdiff_t>(result.columns), 0.0);
}

/// f_i of the source and with all inputs absent.
struct Ends {
  std::vector<double> f;
  std::vector<double> absent;
};

Ends ends_of(Bench& bench, const Explained& explained) {
  Question question(bench.explainer, explained, {});
  std::vector<int> none(explained.inputs(), question.parts.passes.mean());
  none.push_back(Vocabulary::end);
  return {question.f, question.parts.passes.log_probabilities(explained.answer_ids, 1,
                                                              [&](std::size_t) { return none; })};
}

}  // namespace

TEST_CASE("Shapley values are the mean over all orders", "[explain]") {
  Bench bench(small_model());
  const Explained explained = bench.explainer.answer(letters("abcd"));
  Question question(bench.explainer, explained, {});
  const std::size_t T = question.rows();
  Random random(4);
  for (std::size_t k = 0; k < 16 * T; ++k) question.sets.push_back(random.normal());

  std::vector<double> wanted(T * 4);
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    std::size_t set = 0;
    for (const std::size_t j : order) {
      const std::size_t with = set | (std::size_t{1} << j);
      for (std::size_t i = 0; i < T; ++i) {
        wanted[i * 4 + j] += (question.sets[with * T + i] - question.sets[set * T + i]) / 24;
      }
      set = with;
    }
  } while (std::ranges::next_permutation(order).found);

  for (const Method method : {Method::shapley, Method::kernelshap}) {
    Attribution result;
    result.method = method;
    result.baseline = Baseline::mean;
    result.columns = 4;
    if (method == Method::kernelshap) {  // which looks at the two ends itself
      const Ends ends = ends_of(bench, explained);
      std::ranges::copy(ends.absent, question.sets.begin());
      std::ranges::copy(ends.f, question.sets.end() - static_cast<std::ptrdiff_t>(T));
      Attribution exact = result;
      explain_by_shapley(question, exact);
      explain_by_kernel_shap(question, result);
      for (std::size_t k = 0; k < wanted.size(); ++k) {
        CHECK(result.values[k] == Catch::Approx(exact.values[k]).margin(1e-6));
      }
      continue;
    }
    explain_by_shapley(question, result);
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      CHECK(result.values[k] == Catch::Approx(wanted[k]).margin(1e-12));
    }
  }
}

TEST_CASE("Shapley values are the same for inputs that do the same, and add up over games",
          "[explain]") {
  Bench bench(small_model());
  const Explained explained = bench.explainer.answer(letters("abc"));
  Question question(bench.explainer, explained, {});
  // Inputs 0 and 1 count alike, input 2 counts nothing: v = (|S without 2|)^2.
  for (std::size_t set = 0; set < 8; ++set) {
    const auto count = static_cast<double>((set & 1U) + (set >> 1U & 1U));
    for (std::size_t i = 0; i < question.rows(); ++i) question.sets.push_back(count * count);
  }
  Attribution result;
  result.baseline = Baseline::mean;
  result.columns = 3;
  explain_by_shapley(question, result);
  CHECK(result.values[0] == Catch::Approx(2.0));
  CHECK(result.values[1] == Catch::Approx(2.0));
  CHECK(result.values[2] == Catch::Approx(0.0).margin(1e-15));
}

TEST_CASE("what sums must give they give", "[explain]") {
  Bench bench(small_model());
  const std::string input = GENERATE("a", "abcde", "abcdefghijklm");
  const Explained explained = bench.explainer.answer(letters(input));
  const Ends ends = ends_of(bench, explained);
  for (const Method method : {Method::shapley, Method::kernelshap, Method::ig}) {
    const Attribution result = bench.explain(explained, method);
    INFO(input << ' ' << info_of(method).name << ": " << result.check);
    for (std::size_t i = 0; i < explained.rows(); ++i) {
      const double change = ends.f[i] - ends.absent[i];
      CHECK(std::abs(row_sum(result, i) - change) <= 1e-3 * std::max(1.0, std::abs(change)));
    }
  }
}

// LIME does not promise it: the weights of its fit go by the sizes of sets.
TEST_CASE("an input that is the baseline itself has no value", "[explain]") {
  Model model = small_model();
  model.weights.encoder.embedding.col(model.source.id("c")).setZero();
  Bench bench(std::move(model));
  const Explained explained = bench.explainer.answer(letters("abcde"));
  ExplainOptions options;
  options.baseline = Baseline::zero;
  for (const Method method :
       {Method::occlusion, Method::ig, Method::shapley, Method::kernelshap, Method::gradient}) {
    INFO(info_of(method).name);
    const Attribution result = bench.explain(explained, method, options);
    for (std::size_t i = 0; i < explained.rows(); ++i) {
      CHECK(std::abs(result.values[i * 5 + 2]) < 1e-5);
    }
    CHECK(std::ranges::any_of(result.values, [](double value) { return std::abs(value) > 1e-3; }));
  }
}

TEST_CASE("Shapley values say when they are sampled", "[explain]") {
  Bench bench(small_model());
  CHECK(bench.explain(bench.explainer.answer(letters("abcdefghijkl")), Method::shapley)
            .check.starts_with("exact, all 4096 sets"));
  const Explained longer = bench.explainer.answer(letters("abcdefghijklm"));
  const Attribution sampled = bench.explain(longer, Method::shapley);
  CHECK(sampled.check.starts_with("170 pairs of orders; standard error up to 0."));
  ExplainOptions more;
  more.samples = 12000;
  const Attribution better = bench.explain(longer, Method::shapley, more);
  for (std::size_t k = 0; k < better.values.size(); ++k) {
    CHECK(sampled.values[k] == Catch::Approx(better.values[k]).margin(0.2));
  }
}

TEST_CASE("erasing attention that is not there changes nothing", "[explain]") {
  Model model = small_model();
  model.config.attention = Attention::none;
  model.weights.decoder.attention.form = Attention::none;
  Bench bench(std::move(model));
  const Explained explained = bench.explainer.answer(letters("abcde"));
  const Attribution result = bench.explain(explained, Method::erase);
  CHECK(std::ranges::all_of(result.values, [](double value) { return value == 0.0; }));
}

TEST_CASE("erasing all attention of a step is undefined, erasing none of it changes nothing",
          "[explain]") {
  std::size_t undefined_values = 0;
  for (const Cell cell : {Cell::gru, Cell::lstm}) {
    for (const Query query : {Query::current, Query::previous}) {
      CAPTURE(to_string(cell), to_string(query));
      Model model = small_model("reverse", 3, {.cell = cell});
      model.config.query = query;
      model.weights.decoder.attention.v *= 1e6F;  // a row's largest weight is 1, the others nothing
      Bench bench(std::move(model));
      const Explained explained = bench.explainer.answer(letters("abcde"));
      const Attribution attention = bench.explain(explained, Method::attention);
      const Attribution result = bench.explain(explained, Method::erase);
      undefined_values += result.undefined();
      for (std::size_t i = 0; i < explained.rows(); ++i) {
        for (std::size_t j = 0; j < 5; ++j) {
          const double a = attention.values[i * 6 + j];
          REQUIRE((a == 1.0 || a < 1e-30));
          const double value = result.values[i * 5 + j];
          CHECK((a == 1.0 ? std::isnan(value) : std::abs(value) < 1e-5));
        }
      }
    }
  }
  CHECK(undefined_values > 0);
}

TEST_CASE("a model without attention has no maps of it", "[explain]") {
  Model model = small_model();
  model.config.attention = Attention::none;
  const Bench bench(std::move(model));
  for (const Method method : {Method::attention, Method::value, Method::logit}) {
    CHECK(bench.explainer.refusal(method) == "the model has no attention");
  }
  CHECK(bench.explainer.refusal(Method::erase).empty());
}

TEST_CASE("flip counts a missing place as different, and none after the answer's end",
          "[explain]") {
  // Weights are random: the answers to swaps end anywhere.
  Bench bench(small_model("reverse", GENERATE(3U, 8U, 11U)));
  const Explained explained = bench.explainer.answer(letters("kmno"));
  const Attribution result = bench.explain(explained, Method::flip);
  std::vector<std::vector<std::string>> sources;
  for (std::size_t j = 0; j < 4; ++j) {
    for (const std::string& symbol : bench.model.source.symbols()) {
      if (symbol == explained.source[j]) continue;
      sources.push_back(explained.source);
      sources.back()[j] = symbol;
    }
  }
  const auto answers = predict(bench.model, sources);
  REQUIRE(answers.size() == 100);
  const auto with_end = [](const Prediction& prediction) {
    auto symbols = prediction.answer;
    if (prediction.ended) symbols.emplace_back(end_label);
    return symbols;
  };
  auto own = explained.answer;
  if (own.size() < explained.rows()) own.emplace_back(end_label);
  for (std::size_t i = 0; i < explained.rows(); ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      int changed = 0;
      for (std::size_t k = 25 * j; k < 25 * (j + 1); ++k) {
        const auto other = with_end(answers[k]);
        changed += i >= other.size() || other[i] != own[i] ? 1 : 0;
      }
      CHECK(result.values[i * 4 + j] == changed / 25.0);
    }
  }
}

TEST_CASE("with a given answer, flip looks at the most probable symbol after it", "[explain]") {
  Bench bench(small_model());
  const Explained own = bench.explainer.answer(letters("kmno"));
  const Explained given = bench.explainer.answer(letters("kmno"), own.answer);
  CHECK(given.is_given);
  CHECK(given.answer_ids.size() == own.answer.size() + 1);

  // The most probable symbols, by the probabilities of all that could follow.
  const Explained other = bench.explainer.answer(letters("kmno"), letters("ba"));
  Question question(bench.explainer, other, {});
  const auto best_after = [&](const std::vector<int>& source, std::size_t i) {
    int best = 0;
    double largest = -1e30;
    for (int y = Vocabulary::end; y < bench.model.target.size(); ++y) {
      std::vector<int> answer(other.answer_ids.begin(),
                              other.answer_ids.begin() + static_cast<std::ptrdiff_t>(i));
      answer.push_back(y);
      const double f =
          question.parts.passes.log_probabilities(answer, 1, [&](std::size_t) { return source; })
              .back();
      if (f > largest) best = y;
      largest = std::max(largest, f);
    }
    return best;
  };
  const Attribution result = bench.explain(other, Method::flip);
  for (std::size_t i = 0; i < other.rows(); ++i) {
    const int before = best_after(other.source_ids, i);
    int changed = 0;
    for (const int symbol : question.swaps.of[1]) {
      std::vector<int> source = other.source_ids;
      source[1] = symbol;
      changed += best_after(source, i) != before ? 1 : 0;
    }
    CHECK(result.values[i * 4 + 1] == changed / 25.0);
  }
}

TEST_CASE("an input that is none of the task's has no truth", "[explain]") {
  Bench bench(small_model("dates"));
  const Explained explained = bench.explainer.answer(letters("3 Mai 2005"));
  CHECK(explained.gold.empty());
  CHECK(explained.expected.empty());
  const Attribution truth = bench.explain(explained, Method::truth);
  CHECK(truth.undefined() == truth.values.size());
  CHECK(truth.check == "the input is none of the task's");
}

TEST_CASE("a random choice of swaps stands for very many", "[explain]") {
  Model model;
  std::vector<std::string> symbols;
  for (int k = 0; k < 300; ++k) symbols.push_back("w" + std::to_string(k));
  model.source = Vocabulary(symbols);
  const std::vector<std::string> source{"w0", "w7"};
  const Swaps swaps = find_swaps(model, {}, source, 1);
  CHECK(swaps.is_sample);
  CHECK(swaps.count() == 2 * 256);
  for (std::size_t j = 0; j < 2; ++j) {
    CHECK(std::ranges::is_sorted(swaps.of[j]));
    CHECK(std::ranges::adjacent_find(swaps.of[j]) == swaps.of[j].end());  // none twice
    CHECK(std::ranges::find(swaps.of[j], model.source.id(source[j])) == swaps.of[j].end());
  }
  CHECK(find_swaps(model, {}, source, 1).of == swaps.of);
  CHECK(find_swaps(model, {}, source, 2).of != swaps.of);
}

TEST_CASE("fits say when their sets are too few, and are refused when these are too many",
          "[explain]") {
  Bench bench(small_model());
  const Explained explained = bench.explainer.answer(letters("abcdefghijklmnopqrst"), letters("b"));
  ExplainOptions options;
  options.samples = 20;
  CHECK(bench.explain(explained, Method::lime, options).check ==
        "20 sets drawn; too few to tell all inputs apart");
  options.samples = 200;
  for (const Method method : {Method::lime, Method::kernelshap}) {
    CHECK(bench.explain(explained, method, options)
              .check.starts_with("200 sets drawn; standard error about 0."));
  }
  options.samples = 2'000'000;  // f has 4 million values, the fit 42
  CHECK_THROWS_AS(bench.explain(explained, Method::lime, options), LimitError);
}

TEST_CASE("a symbol that is the only one of its kind cannot be swapped", "[explain]") {
  Bench bench(small_model("dates"));
  const Explained explained = bench.explainer.answer(letters("3 May 2005"));
  for (const Method method : {Method::occlusion, Method::flip, Method::truth}) {
    const Attribution result = bench.explain(explained, method);
    for (std::size_t j = 0; j < 10; ++j) {
      INFO(info_of(method).name << ' ' << explained.source[j]);
      // Of the name of the month only y can change: to r.
      const bool is_fixed = j == 1 || j == 2 || j == 3 || j == 5;
      CHECK(std::isnan(result.values[j]) == is_fixed);
    }
  }
}

TEST_CASE("the truth is what the task does", "[explain]") {
  Bench bench(small_model("sort"));
  const Explained explained = bench.explainer.answer(letters("924"));
  const ModelTask task = task_of(bench.model).value();
  const Swaps swaps = find_swaps(bench.model, task, explained.source, 1);
  CHECK(swaps.count() == 27);
  const auto truth = causal_truth(bench.model, task, explained.source, swaps, 4);
  // 924 -> 249. The first output is 2: of the nine others in place of 9, 0 and 1 become the
  // smallest.
  CHECK(truth[0] == Catch::Approx(2.0 / 9));
  CHECK(truth[1] == 1.0);                     // in place of 2, all others
  CHECK(truth[2] == Catch::Approx(2.0 / 9));  // in place of 4, 0 and 1
  CHECK(truth[3 * 3 + 0] == 0.0);             // END
}

TEST_CASE("explanations are the same bits for any number of workers", "[explain]") {
  const Model model = small_model("sort", 5, {.coverage = true});
  Workers one(1);
  Workers many(GENERATE(2, 3, 4));
  Explainer first(model, one);
  Explainer second(model, many);
  const Explained explained = first.answer(letters("1029384756123"));
  ExplainOptions options;
  options.samples = 256;
  for (const MethodInfo& info : all_methods()) {
    INFO(info.name);
    const auto a = first.explain(explained, {&info.method, 1}, options).front();
    const auto b = second.explain(explained, {&info.method, 1}, options).front();
    CHECK(a.check == b.check);
    REQUIRE(a.values.size() == b.values.size());
    CHECK(std::equal(a.values.begin(), a.values.end(), b.values.begin(), [](double x, double y) {
      return x == y || (std::isnan(x) && std::isnan(y));
    }));
  }
}

TEST_CASE("what is not defined is refused", "[explain]") {
  Model model = small_model();
  model.metadata.erase("task");
  Bench bench(std::move(model));
  CHECK(bench.explainer.refusal(Method::truth) == "the model was trained on no task");
  const Explained explained = bench.explainer.answer(letters("abc"));
  CHECK(explained.gold.empty());
  CHECK_THROWS_AS(bench.explain(explained, Method::truth), UsageError);
  CHECK(bench.explain(explained, Method::occlusion).check == "75 swaps, all of them");
  CHECK_THROWS_AS(check_values(max_values, 2), LimitError);
  CHECK_NOTHROW(check_values(max_values, 1));
}

TEST_CASE("pairs are swapped by symbols that are not much rarer", "[explain]") {
  Model model = small_model();
  model.metadata.erase("task");
  std::vector<std::size_t> counts(model.source.symbols().size(), 5);
  counts[0] = 100;  // a
  counts[1] = 10;   // b
  model.metadata[source_counts_key] = counts_to_json(counts);
  const std::vector<std::string> source{"a", "b", "c"};
  const Swaps swaps = find_swaps(model, {}, source, 1);
  CHECK(swaps.of[0] == std::vector<int>{model.source.id("b")});
  CHECK(swaps.of[1].size() == 25);
  CHECK(swaps.of[2].size() == 25);
  model.metadata[source_counts_key] = "[1,2]";
  CHECK_THROWS_AS(find_swaps(model, {}, source, 1), InputError);
}

TEST_CASE("a map of an attribution has END on both sides", "[explain]") {
  Bench bench(small_model());
  const Explained explained = bench.explainer.answer(letters("abc"));
  ExplainOptions options;
  options.baseline = Baseline::zero;
  const AttentionMap map = to_map(explained, bench.explain(explained, Method::occlusion, options));
  CHECK(map.kind == MapKind::attribution);
  CHECK(map.source == std::vector<std::string>{"a", "b", "c", end_label});
  CHECK(map.rows() == explained.rows());
  CHECK(is_masked(map.at(0, 3)));
  CHECK(map.metadata.at("method") == "occlusion");
  CHECK(map.metadata.at("baseline") == "zero");
  CHECK(map.metadata.at("function") == "change of log p");
  CHECK(map.metadata.at("check") == "exact");
  CHECK_FALSE(is_masked(to_map(explained, bench.explain(explained, Method::attention)).at(0, 3)));
}

TEST_CASE("hard attention: what is defined is right, and the rest is refused", "[explain][hard]") {
  Bench bench(small_model("reverse", 3, {.hard = true}));
  for (const Method method : {Method::value, Method::logit}) {
    CHECK(bench.explainer.refusal(method).starts_with("hard attention mixes probabilities"));
  }
  const Explained explained = bench.explainer.answer(letters("abcd"));
  const Ends ends = ends_of(bench, explained);
  const Attribution shapley = bench.explain(explained, Method::shapley);
  const Attribution ig = bench.explain(explained, Method::ig);
  for (std::size_t i = 0; i < explained.rows(); ++i) {
    CHECK(row_sum(shapley, i) == Catch::Approx(ends.f[i] - ends.absent[i]).margin(1e-4));
    CHECK(row_sum(ig, i) == Catch::Approx(ends.f[i] - ends.absent[i]).margin(2e-3));
  }

  // The probability of an output without an input is that of the others: p - a_j p_j over 1 - a_j,
  // where a_j p_j = P(j | y) p.
  const Attribution erase = bench.explain(explained, Method::erase);
  const std::vector<std::vector<std::string>> sources = {explained.source};
  const Prediction found = predict(bench.model, sources).front();
  REQUIRE(found.answer == explained.answer);
  for (std::size_t i = 0; i < explained.rows(); ++i) {
    for (std::size_t j = 0; j < explained.inputs(); ++j) {
      const auto a = static_cast<double>(found.map.at(i, j));
      const auto share = static_cast<double>(found.posterior[i * found.map.columns() + j]);
      CHECK(erase.values[i * erase.columns + j] ==
            Catch::Approx(-std::log((1 - share) / (1 - a))).margin(1e-4));
    }
  }
}
