// Which inputs the outputs of a model depend on: attention beside other methods, and the truth.
//
// Explained are f_i(x) = log p(y_i | y_<i, x) for the outputs of one answer y, END included, which
// stays fixed whatever is done to the input. The inputs are those of the source without END.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "base/workers.h"
#include "explain/method.h"
#include "model/model.h"

namespace attnviz {

struct ExplainOptions {
  std::optional<Baseline> baseline;  // of the methods that can take it; nothing: their default
  int samples = 4096;                // variants of the input that a sampled method looks at
  std::uint64_t seed = 1;            // of these
};

/// What one method says of one answer.
struct Attribution {
  Method method = Method::attention;
  std::optional<Baseline> baseline;
  std::size_t columns = 0;     // inputs without END; of attention one more, END's
  std::vector<double> values;  // outputs x columns, row-major; NaN where undefined
  std::string check;           // how exact they are: "exact, all 8 sets; sums right to 3e-08"

  std::size_t undefined() const;  // values
};

/// An input and the answer to it that is explained.
struct Explained {
  std::vector<std::string> source;    // without END
  std::vector<std::string> answer;    // without END
  std::vector<int> source_ids;        // with END
  std::vector<int> answer_ids;        // with END, unless the answer was cut
  bool is_given = false;              // the answer: it is not the model's own
  std::string task;                   // its name; "" for a model of pairs
  GoldAlignment gold;                 // a row an output, END's empty; empty where it is not known
  std::vector<std::string> expected;  // the task's own answer with END, cut or filled to the rows

  std::size_t rows() const { return answer_ids.size(); }
  std::size_t inputs() const { return source.size(); }
};

/// A model that is explained: what stays the same from one input to the next.
class Explainer {
 public:
  /// The model must outlive it, as must the workers. Throws as task_of() and text_of() do.
  Explainer(const Model& model, Workers& workers);
  ~Explainer();

  /// Why the model cannot be explained by a method: it has no truth, no attention (attention,
  /// value, logit) or a hidden readout (logit). "" if it can.
  std::string refusal(Method method) const;

  /// Whether it was trained with <unk>; else that embedding is what it was at the start.
  bool takes_unknown() const;

  /// The model's own greedy answer, or that which is given. Throws InputError naming the model
  /// where its weights give numbers that are not finite.
  Explained answer(std::span<const std::string> source,
                   const std::optional<std::vector<std::string>>& target = std::nullopt);

  /// What methods say of it, in their order. Their results are the same bits whatever the number of
  /// workers. Throws UsageError for a method with a refusal, LimitError as check_values() does,
  /// InputError as answer() does.
  std::vector<Attribution> explain(const Explained& explained, std::span<const Method> methods,
                                   const ExplainOptions& options);

  struct Parts;
  Parts& parts() { return *parts_; }  // for faithfulness.h

 private:
  std::unique_ptr<Parts> parts_;
};

/// As a map with END on both sides, whose column is masked for all methods but attention. Its kind
/// is attribution; its metadata holds method, function, check and, if it has one, baseline.
AttentionMap to_map(const Explained& explained, const Attribution& attribution);

}  // namespace attnviz
