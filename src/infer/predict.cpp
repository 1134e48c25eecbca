#include "infer/predict.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/number.h"
#include "base/utf8.h"
#include "text/copies.h"

namespace attnviz {
namespace {

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
  map.metadata["expected"] = join(right->target);
  map.expected = with_end(std::move(right->target));
  map.expected.resize(map.rows());
  map.gold = std::move(right->gold);
  map.gold.resize(std::min(map.gold.size(), answer_length));
  map.gold.resize(map.rows());
}

/// Each unknown symbol of `answer` by the source symbol that its row attends to most.
void replace_unknown(const std::vector<std::string>& source, const Decoded& decoded,
                     std::vector<std::string>& answer) {
  const std::size_t columns = source.size() + 1;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    if (decoded.ids[i] != Vocabulary::unknown) continue;
    const auto row = decoded.attention.begin() + static_cast<std::ptrdiff_t>(i * columns);
    const auto max = std::max_element(row, row + static_cast<std::ptrdiff_t>(source.size()));
    answer[i] = source[static_cast<std::size_t>(max - row)];
  }
}

void note_probability(Prediction& prediction) {
  prediction.map.metadata["log_probability"] = format_shortest(prediction.log_probability);
}

}  // namespace

Answerer::Answerer(const Model& model)
    : model_(model),
      task_(task_of(model)),
      text_(text_of(model)),
      usual_(usual_log_probability(model)),
      scratch_(model.config) {
  scratch_.longest = text_.longest;
  scratch_.model = model.name;
  project_tokens(model.weights, scratch_.tables);
}

/// `answer` are the symbols of decoded.ids, END left out.
Prediction Answerer::tell(std::size_t input, int rank, const std::vector<std::string>& source,
                          std::vector<std::string> answer, Decoded decoded,
                          const AnswerOptions& options) const {
  Prediction result;
  result.input = input;
  result.rank = rank;
  result.source = source;
  result.source_text = text_.source.join(source);
  result.answer_text = text_.target.join(answer);
  result.ended = decoded.ids.back() == Vocabulary::end;
  result.log_probability = decoded.log_probability();
  result.is_improbable = decoded.log_probability_per_symbol() < usual_;
  result.map.source = with_end(source);
  result.map.target = result.ended ? with_end(answer) : answer;
  result.map.weights = std::move(decoded.attention);
  result.posterior = std::move(decoded.posterior);
  if (options.posterior) {
    result.map.weights = result.posterior;
    result.map.metadata["map"] = "posterior";
  }
  result.map.copied = std::move(decoded.copied);
  result.logits = std::move(decoded.logits);
  if (task_) add_truth(*task_, source, answer.size(), result.map);
  result.answer = std::move(answer);
  return result;
}

/// Calls f(index of the first, pairs) for one chunk of sources after the other. `size` gives the
/// size of a pair.
template <typename Size, typename F>
void Answerer::for_each_chunk_of_pairs(std::span<const std::vector<std::string>> sources,
                                       std::span<const std::vector<std::string>> targets,
                                       Size&& size, F&& f) const {
  std::vector<EncodedPair> pairs(sources.size());
  std::vector<const EncodedPair*> pointers;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    pairs[i].source = encode(model_.source, sources[i]);
    if (!targets.empty()) pairs[i].target = encode(model_.target, targets[i]);
    if (model_.config.copy) {
      const std::vector<std::string> none;
      set_copies(model_.target, sources[i], targets.empty() ? none : targets[i], pairs[i]);
    }
    pointers.push_back(&pairs[i]);
  }
  const auto size_at = [&](std::size_t i) { return size(pairs[i]); };
  for_each_chunk(pairs.size(), size_at, [&](std::size_t first, std::size_t end) {
    f(first, std::span<const EncodedPair* const>(pointers).subspan(first, end - first));
  });
}

std::vector<Prediction> Answerer::predict(std::span<const std::vector<std::string>> sources,
                                          const AnswerOptions& options) {
  std::vector<Prediction> predictions;
  scratch_.keep_logits = options.keep_logits;
  const auto size = [&](const EncodedPair& pair) {
    return scratch_.size(pair, options.beam.width);
  };
  for_each_chunk_of_pairs(sources, {}, size, [&](std::size_t first, auto pairs) {
    auto answers = decode_with_beam(model_.weights, model_.config, pairs, options.beam, scratch_);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::vector<std::string>& source = sources[first + i];
      int rank = 0;
      for (Decoded& decoded : answers[i]) {
        std::vector<std::string> answer =
            decode_answer(model_.target, decoded.ids, source, pairs[i]->copies);
        if (options.replace_unknown) replace_unknown(source, decoded, answer);
        predictions.push_back(
            tell(first + i, ++rank, source, std::move(answer), std::move(decoded), options));
        if (options.beam.width > 1) note_probability(predictions.back());
        if (options.beam.n_best > 1)
          predictions.back().map.metadata["rank"] = fmt::format("{}", rank);
      }
    }
  });
  return predictions;
}

std::vector<Prediction> Answerer::align(std::span<const std::vector<std::string>> sources,
                                        std::span<const std::vector<std::string>> targets,
                                        const AnswerOptions& options) {
  std::vector<Prediction> predictions;
  const auto size = [&](const EncodedPair& pair) { return forced_size(model_.config, pair); };
  for_each_chunk_of_pairs(sources, targets, size, [&](std::size_t first, auto pairs) {
    auto answers = decode_forced(model_.weights, model_.config, pairs, scratch_);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      predictions.push_back(tell(first + i, 1, sources[first + i], targets[first + i],
                                 std::move(answers[i]), options));
      note_probability(predictions.back());
    }
  });
  return predictions;
}

std::size_t max_numbers(const Model& model, const ModelText& text, std::size_t symbols,
                        const AnswerOptions& options) {
  const auto columns = symbols + 1;
  const int rows = answer_limit(text.longest, static_cast<int>(columns));
  const std::size_t maps = model.config.hard ? 2 : 1;
  const auto logits = options.keep_logits ? static_cast<std::size_t>(model.target.size()) : 0;
  return static_cast<std::size_t>(options.beam.n_best) * static_cast<std::size_t>(rows) *
         (maps * columns + logits);
}

}  // namespace attnviz
