#include <fmt/core.h>

#include <algorithm>

#include "base/number.h"
#include "cli/eval/explain_eval.h"
#include "cli/explain/explain_report.h"
#include "cli/output.h"
#include "cli/table.h"
#include "formats/json.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr int mean_decimals = 4;

/// A number that may be left out, and its name for people and in JSON.
struct Named {
  std::string title;
  std::string key;
  Mean value;
};

Mean share(double sum, std::size_t count) {
  return {sum, count};
}

std::vector<Named> truth_scores(const MethodScores& scores) {
  const AlignmentScores& gold = scores.gold;
  return {{"gold mass", "gold_mass", share(gold.mass, gold.rows)},
          {"hit rate", "hit_rate", share(static_cast<double>(gold.hits), gold.rows)},
          {"overlap", "overlap", scores.overlap},
          {"distance", "distance", scores.distance}};
}

std::vector<Named> removal_scores(const MethodScores& scores) {
  return {{"comprehensiveness", "comprehensiveness", scores.comprehensiveness},
          {"sufficiency", "sufficiency", scores.sufficiency},
          {"tau", "tau", scores.tau}};
}

std::vector<Named> necessity_scores(const NecessityScores& scores) {
  return {{"uniform", "uniform", scores.uniform},
          {"in a random order", "permuted", scores.permuted},
          {"without its largest weight", "without_largest", scores.without_largest},
          {"all on a wrong input, mean of these", "wrong", scores.wrong},
          {"all on a wrong input, some one keeps it", "some_wrong", scores.some_wrong}};
}

/// A row a method, with the columns that hold a number for some method; "" without any.
template <typename Scores>
std::string table_of(const FaithfulnessEvaluation& evaluation, const std::string& heading,
                     Scores&& scores_of) {
  std::vector<Cells> rows{{"method"}};
  const auto names = scores_of(MethodScores{});
  std::vector<bool> known(names.size());
  for (const MethodScores& scores : evaluation.scores) {
    const auto values = scores_of(scores);
    for (std::size_t i = 0; i < values.size(); ++i) {
      known[i] = known[i] || values[i].value.count > 0;
    }
  }
  if (std::ranges::find(known, true) == known.end()) return "";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (known[i]) rows[0].push_back(names[i].title);
  }
  for (std::size_t m = 0; m < evaluation.methods.size(); ++m) {
    Cells& row =
        rows.emplace_back(Cells{method_title(evaluation.methods[m], evaluation.baselines.at(m))});
    const auto values = scores_of(evaluation.scores[m]);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string text = score_text(values[i].value, mean_decimals);
      if (known[i]) row.push_back(text.empty() ? "-" : text);
    }
  }
  return "\n" + heading + format_table(rows, TableStyle::figures);
}

/// What the tables leave out.
std::string omissions_text(const FaithfulnessEvaluation& evaluation) {
  std::string text;
  const MethodScores& first = evaluation.scores.front();
  if (first.overlap.count > 0 && first.without_truth > 0) {
    text += fmt::format(
        "\n{} of {} outputs, which no swap of one input changes, END's among them, have\n"
        "no overlap or distance\n",
        first.without_truth, first.rows);
  }
  for (std::size_t m = 0; m < evaluation.methods.size(); ++m) {
    const MethodScores& scores = evaluation.scores[m];
    if (scores.undefined == 0) continue;
    text += fmt::format("\n{}: {} of {} values are undefined, and left out\n",
                        info_of(evaluation.methods[m]).name, scores.undefined, scores.values);
  }
  return text;
}

std::string necessity_table(const NecessityScores& scores) {
  std::vector<Cells> rows{{"attention of one step", "outputs kept"}};
  for (const Named& named : necessity_scores(scores)) {
    rows.push_back({named.title, named.value.count == 0 ? "-" : percent(named.value.value())});
  }
  return "\nhow often the most probable symbol stays when attention is replaced:\n" +
         format_table(rows, TableStyle::figures);
}

Json scores_json(const std::vector<Named>& scores) {
  Json json = Json::object();
  for (const Named& named : scores) {
    if (named.value.count > 0) json[named.key] = named.value.value();
  }
  return json;
}

}  // namespace

std::string evaluation_text(const FaithfulnessEvaluation& evaluation) {
  const AnswerScores& answers = evaluation.answers;
  std::string text = format_table({{"examples", fmt::format("{}", answers.answers)},
                                   {"exact match", percent(answers.exact_match())}},
                                  TableStyle::figures);
  text += table_of(evaluation, "", truth_scores);
  text +=
      table_of(evaluation,
               "fall of p without the 1 to 5 largest inputs (comprehensiveness), and with them\n"
               "alone (sufficiency); as in the literature, tau with occlusion:\n",
               removal_scores);
  text += omissions_text(evaluation);
  if (evaluation.necessity) text += necessity_table(*evaluation.necessity);
  return text;
}

std::string to_json(const FaithfulnessEvaluation& evaluation) {
  Json json{{"examples", evaluation.answers.answers},
            {"exact_match", evaluation.answers.exact_match()},
            {"methods", Json::object()}};
  for (std::size_t m = 0; m < evaluation.methods.size(); ++m) {
    const MethodInfo& info = info_of(evaluation.methods[m]);
    const MethodScores& scores = evaluation.scores[m];
    Json& method = json["methods"][std::string(info.name)];
    method = scores_json(truth_scores(scores));
    method.update(scores_json(removal_scores(scores)));
    method["question"] = std::string(info.question);
    if (const auto& baseline = evaluation.baselines.at(m)) {
      method["baseline"] = std::string(to_string(*baseline));
    }
    method["rows"] = scores.rows;
    method["rows_without_truth"] = scores.without_truth;
    method["values"] = scores.values;
    method["undefined"] = scores.undefined;
  }
  if (evaluation.necessity)
    json["necessity"] = scores_json(necessity_scores(*evaluation.necessity));
  return json.dump();
}

}  // namespace attnviz
