// Answers with their attention, as symbols: what a user sees.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infer/beam.h"
#include "infer/model_task.h"
#include "infer/model_text.h"
#include "infer/source_reader.h"

namespace attnviz {

struct Prediction {
  std::size_t input = 0;  // which of the sources
  int rank = 1;           // among the answers to it, 1 is the best
  std::vector<std::string> source;
  std::vector<std::string> answer;  // without END
  std::string source_text;
  std::string answer_text;
  bool ended = false;            // false: the limit was reached before END
  double log_probability = 0.0;  // of the answer, END included
  bool is_improbable = false;    // a symbol, below usual_log_probability()
  /// END last on both sides. Where the model's task knows the answer: gold, expected (cut or filled
  /// up to the rows there are) and all of it in metadata["expected"].
  AttentionMap map;
  std::vector<float> posterior;  // rows x columns of the map, with hard attention: P(j | symbol)
  std::vector<float> logits;     // rows x target vocabulary, row-major, if kept, see Decoded
};

struct AnswerOptions {
  BeamOptions beam;
  bool keep_logits = false;      // with a beam of one
  bool replace_unknown = false;  // <unk> in an answer by the input that it attends to most
  bool posterior = false;        // map the posterior in place of the attention, which must be hard
};

/// The numbers that the answers to a source of so many symbols hold at most, in maps and logits.
std::size_t max_numbers(const Model& model, const ModelText& text, std::size_t symbols,
                        const AnswerOptions& options);

/// A model at work: what stays the same from one call to the next.
class Answerer {
 public:
  /// The model must outlive it. Throws as task_of() and text_of() do.
  explicit Answerer(const Model& model);

  /// Answers to several sources, in order; beam.n_best of each, best first, fewer where there are
  /// no more. Throws InputError naming the model where its weights give numbers that are not
  /// finite.
  std::vector<Prediction> predict(std::span<const std::vector<std::string>> sources,
                                  const AnswerOptions& options = {});

  /// The given targets as if the model had answered so: their attention and log-probability. As
  /// many targets as sources. Of the options only `posterior` counts. Throws as predict() does.
  std::vector<Prediction> align(std::span<const std::vector<std::string>> sources,
                                std::span<const std::vector<std::string>> targets,
                                const AnswerOptions& options = {});

 private:
  Prediction tell(std::size_t input, int rank, const std::vector<std::string>& source,
                  std::vector<std::string> answer, Decoded decoded,
                  const AnswerOptions& options) const;
  template <typename Size, typename F>
  void for_each_chunk_of_pairs(std::span<const std::vector<std::string>> sources,
                               std::span<const std::vector<std::string>> targets, Size&& size,
                               F&& f) const;

  const Model& model_;
  std::optional<ModelTask> task_;
  ModelText text_;
  double usual_;  // usual_log_probability()
  DecodingScratch scratch_;
};

/// The same for one call.
inline std::vector<Prediction> predict(const Model& model,
                                       std::span<const std::vector<std::string>> sources,
                                       const AnswerOptions& options = {}) {
  return Answerer(model).predict(sources, options);
}
inline std::vector<Prediction> align(const Model& model,
                                     std::span<const std::vector<std::string>> sources,
                                     std::span<const std::vector<std::string>> targets,
                                     const AnswerOptions& options = {}) {
  return Answerer(model).align(sources, targets, options);
}

}  // namespace attnviz
