// How a model came to an answer: the numbers behind each row of its map, from the scores of the
// inputs to the probabilities of the symbols.
//
//   a_i = softmax(e_i), c_i = sum_j a_ij h_j, p_i = softmax of the logits, which read [s_i ; c_i ;
//   y_{i-1}]
//
// and with a copy gate what model/copy.h says.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "infer/decode.h"
#include "infer/predict.h"

namespace attnviz {

/// S inputs and T outputs, END included; row-major.
struct Trace {
  ModelConfig config;
  std::vector<std::string> source;  // S
  std::vector<std::string> target;  // T
  std::vector<float> annotations;   // S x K   h
  std::vector<float> keys;          // S x A   u; S x D of the bilinear score, none without scores
  std::vector<float> queries;       // T x D   q
  std::vector<float> scores;        // T x S   e, computed again in double; 0 without scores
  std::vector<float> weights;       // T x S   a
  std::vector<float> contexts;      // T x K   c
  std::vector<float> states;        // T x D   s
  std::vector<float> previous;      // T x E   the embedding of y_{i-1}
  std::vector<float> logits;        // T x V   with a copy gate log p
  std::vector<float> copied;        // T       1 - g, with a copy gate
  std::vector<std::vector<std::pair<std::string, double>>>
      top;  // T x 5   symbols and their p, most first

  std::size_t inputs() const { return source.size(); }
  std::size_t outputs() const { return target.size(); }
};

/// A model at work, one answer at a time.
class Tracer {
 public:
  /// The model must outlive it.
  explicit Tracer(const Model& model);

  /// The answer again, forced. Its symbols must be the model's own: none was replaced. Throws
  /// InputError naming the model where its weights give numbers that are not finite.
  Trace trace(const Prediction& prediction);

 private:
  const Model& model_;
  DecodingScratch scratch_;
};

/// A line of JSON for the input, with h, then a line an output: the norm of q, e, a, c and top,
/// with a copy gate also copied. `input` is its number. e, a, c and h read back to the same floats.
std::string trace_to_json_lines(const Trace& trace, std::size_t input);

/// The same as one JSON array for a page, with fewer digits and without what a page computes: a, c.
std::string trace_to_page_json(const Trace& trace);

/// All of it by the names h, u, q, e, a, c, s, y, logits, copied, source, target, as NumPy reads
/// it.
std::string trace_to_npz(const Trace& trace);

}  // namespace attnviz
