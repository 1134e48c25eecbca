#include "attnviz/infer/predict.h"

#include <algorithm>

#include "attnviz/base/error.h"
#include "attnviz/base/grapheme.h"
#include "attnviz/base/utf8.h"

namespace attnviz {
namespace {

constexpr std::size_t chunk_size = 64;  // sources side by side

std::vector<std::string> with_end(std::vector<std::string> symbols) {
  symbols.emplace_back(end_label);
  return symbols;
}

/// Adds the right answer and gold alignment, END's row without gold. The right answer has a row for
/// every row of the map: "" where the map has more.
void add_truth(const ModelTask& known, const std::vector<std::string>& source,
               std::size_t answer_length, AttentionMap& map) {
  std::optional<Example> right = known.task->solve(known.options, source);
  if (!right) return;
  map.facts["expected"] = join(right->target);
  map.expected = with_end(std::move(right->target));
  map.expected.resize(map.rows());
  map.gold = std::move(right->gold);
  map.gold.resize(std::min(map.gold.size(), answer_length));
  map.gold.resize(map.rows());
}

Prediction to_prediction(const Model& model, const std::optional<ModelTask>& task,
                         const std::vector<std::string>& source, Decoded decoded) {
  Prediction result;
  result.source = source;
  result.answer = decode(model.target, decoded.ids);
  result.ended = decoded.ids.back() == Vocabulary::end;
  result.map.source = with_end(source);
  result.map.target = result.ended ? with_end(result.answer) : result.answer;
  result.map.weights = std::move(decoded.attention);
  result.logits = std::move(decoded.logits);
  if (task) add_truth(*task, source, result.answer.size(), result.map);
  return result;
}

}  // namespace

SourceText read_source(const Vocabulary& vocabulary, std::string_view separators,
                       std::string_view text) {
  if (const auto at = find_invalid_utf8(text)) {
    throw InputError("input: byte " + std::to_string(*at + 1) + " is not valid UTF-8");
  }
  SourceText source{split_characters(text)};
  std::vector<std::string>& symbols = source.symbols;
  const auto is_separator = [&](const std::string& symbol) {
    return separators.find(symbol) != std::string_view::npos &&
           vocabulary.id(symbol) == Vocabulary::unknown;
  };
  source.separators_dropped = std::erase_if(symbols, is_separator) > 0;
  if (symbols.empty()) throw InputError("input: expected at least one character, got none");
  if (symbols.size() > max_input) {
    throw LimitError("input: expected at most " + std::to_string(max_input) + " characters, got " +
                     std::to_string(symbols.size()));
  }
  const auto missing = vocabulary.missing(symbols);
  if (!missing.empty()) {
    throw InputError("input \"" + printable(text) + "\": the model has never seen \"" +
                     printable(join(missing, "\", \"")) + "\"; it knows \"" +
                     printable(join(vocabulary.symbols())) + "\"");
  }
  return source;
}

std::string_view separators_of(const Model& model) {
  const auto task = task_of(model);
  return task ? task->task->separators : std::string_view();
}

std::vector<Prediction> predict(const Model& model,
                                std::span<const std::vector<std::string>> sources,
                                bool keep_logits) {
  std::vector<Prediction> predictions;
  predictions.reserve(sources.size());
  const std::optional<ModelTask> task = task_of(model);
  Decoder decoder(model.config);
  decoder.keep_logits = keep_logits;
  project_tokens(model.weights, decoder.tables);
  for (std::size_t at = 0; at < sources.size(); at += chunk_size) {
    const auto chunk = sources.subspan(at, std::min(chunk_size, sources.size() - at));
    std::vector<EncodedPair> pairs;
    for (const auto& source : chunk) pairs.push_back({encode(model.source, source), {}});
    std::vector<const EncodedPair*> pointers;
    for (const EncodedPair& pair : pairs) pointers.push_back(&pair);

    auto answers = decode_greedily(model.weights, model.config, pointers, decoder);
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      predictions.push_back(to_prediction(model, task, chunk[i], std::move(answers[i])));
    }
  }
  return predictions;
}

}  // namespace attnviz
