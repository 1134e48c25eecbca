#include "train/watch.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "attnviz/error.h"
#include "base/math.h"
#include "base/number.h"
#include "formats/attention_io.h"
#include "formats/json.h"
#include "infer/model_task.h"
#include "infer/source_reader.h"
#include "text/copies.h"
#include "train/run_record.h"

namespace attnviz {
namespace {

constexpr int first_after_start = 10;                       // step
constexpr std::size_t max_weights = std::size_t{1} << 22U;  // of a run's maps: about 50 MB

std::vector<std::string> with_end(std::vector<std::string> symbols) {
  symbols.emplace_back(end_label);
  return symbols;
}

bool is_known(const GoldAlignment& gold) {
  return std::ranges::any_of(gold, [](const std::vector<int>& row) { return !row.empty(); });
}

}  // namespace

std::vector<int> watch_steps(int frames, int last) {
  std::vector<int> steps{0};
  const int others = std::min(frames - 1, last);
  // As many steps must lie between the first and the last as frames are left.
  const int first = std::min(first_after_start, last - others + 1);
  for (int k = 0; k < others; ++k) {
    const double part = others == 1 ? 1.0 : static_cast<double>(k) / (others - 1);
    const double step = first * math::pow(static_cast<double>(last) / first, part);
    steps.push_back(std::max(steps.back() + 1, static_cast<int>(std::lround(step))));
  }
  return steps;
}

Watch::Watch(WatchSettings settings, const TrainingData& data)
    : settings_(std::move(settings)), data_(data) {
  if (settings_.texts.empty()) return;
  const Model model{{}, data.source(), data.target(), {}, data.metadata()};
  std::size_t weights = 0;
  for (std::string& text : settings_.texts) {
    Example example = read(text, model);
    for (const Example& other : examples_) {
      if (other.map.source != example.map.source) continue;
      throw SettingError("watch", fmt::format("expected each input once, got \"{}\" twice",
                                              printable(example.map.metadata["input"])));
    }
    weights += example.pair.source.size() * example.pair.target.size();
    examples_.push_back(std::move(example));
  }
  weights *= static_cast<std::size_t>(settings_.frames);
  if (weights <= max_weights) return;
  throw LimitError(
      fmt::format("maps.jsonl: expected at most {} weights, got {} in {} maps of each "
                  "text that is watched; watch fewer or shorter texts, or less often",
                  max_weights, weights, settings_.frames));
}

Watch::Example Watch::read(std::string& text, const Model& model) const {
  const SourceReader reader(model);
  const auto task = task_of(model);
  if (text.empty()) text = task ? std::string(task->task->sample_input) : reader.rules().sample;
  const std::size_t tab = task ? std::string::npos : text.find('\t');
  const bool has_target = tab != std::string::npos;
  const std::vector<std::string> source = reader.read(text.substr(0, tab)).symbols;

  Example example;
  if (has_target) {
    const std::vector<std::string> target = reader.read_target(text.substr(tab + 1)).symbols;
    example.pair = {encode(model.source, source), encode(model.target, target)};
    if (data_.copies()) set_copies(model.target, source, target, example.pair);
    example.map.target = with_end(target);
  } else if (auto known = data_.example_of(source)) {
    example.pair = std::move(known->pair);
    example.map.target =
        with_end(decode_answer(model.target, example.pair.wanted(), source, example.pair.copies));
    if (is_known(known->gold)) example.map.gold = std::move(known->gold);
  } else {
    const std::string expected = task ? "an input of the task " + std::string(task->task->name)
                                      : "the source of one of the pairs, or source TAB target";
    throw SettingError("watch", fmt::format("expected {}, got \"{}\"", expected, printable(text)));
  }
  if (!example.map.gold.empty()) example.map.gold.resize(example.map.rows());
  example.map.source = with_end(source);
  const Tokenizer& tokenizer = reader.rules().target;
  example.map.metadata["input"] = reader.rules().source.join(source);
  example.map.metadata["expected"] =
      tokenizer.join({example.map.target.begin(), example.map.target.end() - 1});
  if (task) example.map.metadata["task"] = task->task->name;
  return example;
}

AttentionMap Watch::map_of(const Example& example, const Decoded& answer, int step,
                           const DecodingScratch& scratch) const {
  AttentionMap map = example.map;
  map.weights = answer.attention;
  map.copied = answer.copied;
  nlohmann::json predicted = nlohmann::json::array();
  // The only pair of its batch: row t is column t.
  for (Index t = 0; t < static_cast<Index>(map.rows()); ++t) {
    const int id = most_probable(scratch.tape.decoder.logits, t);
    predicted.push_back(answer_symbol(data_.target(), id, map.source, example.pair.copies));
  }
  map.metadata["predicted"] = predicted.dump();
  map.metadata["step"] = fmt::format("{}", step);
  map.metadata["title"] = fmt::format("step {}", step);
  map.metadata["loss"] = format_shortest(-answer.log_probability_per_symbol());
  const AlignmentScores scores = score_alignment(map.weights, map.columns(), map.gold);
  if (scores.rows > 0) map.metadata["gold_mass"] = format_shortest(scores.gold_mass());
  return map;
}

std::string Watch::lines(const Seq2SeqWeights& weights, const ModelConfig& config, int step,
                         const std::string& run, DecodingScratch& scratch) const {
  std::string lines;
  project_tokens(weights, scratch.tables);
  for (const Example& example : examples_) {
    const EncodedPair* pair = &example.pair;
    const auto answers = decode_forced(weights, config, {&pair, 1}, scratch);
    AttentionMap map = map_of(example, answers.front(), step, scratch);
    if (!run.empty()) map.metadata[run_key] = run;
    lines += (lines.empty() ? "" : "\n") + attention_to_json(map);
  }
  return lines;
}

}  // namespace attnviz
