// What kind of model: the sizes and choices that fix its tensors' shapes and its equations.
#pragma once

#include <optional>
#include <string_view>

#include "nn/attention.h"
#include "nn/recurrent.h"

namespace attnviz {

/// Which decoder state is the query.
enum class Query {
  previous,  // q_i = s_{i-1}; s_i = cell([y_{i-1}; c_i], s_{i-1}): the order of Bahdanau et al.
  current,   // q_i = s_i;     s_i = cell([y_{i-1}; c_{i-1}], s_{i-1}), c_0 = 0
};

std::string_view to_string(Query query);
/// "previous" or "current"; nothing for anything else.
std::optional<Query> query_from(std::string_view name);

struct ModelConfig {
  int source_vocabulary = 0;  // with the reserved symbols
  int target_vocabulary = 0;
  int embedding = 32;        // E
  int hidden = 32;           // H, encoder state of one direction
  int decoder_hidden = 32;   // D
  int attention_units = 64;  // A
  int readout_units = 0;     // R; 0 for a linear readout
  Cell cell = Cell::gru;     // of encoder and decoder
  Query query = Query::current;
  Attention attention = Attention::additive;
  bool coverage = false;  // the additive score knows what was attended to before
  bool hard = false;      // an output reads one input, which is summed out: see model/marginal.h
  bool copy = false;      // answers may copy symbols of the source, see model/copy.h

  int annotation() const { return 2 * hidden; }  // K
  /// Size of the contexts: none with hard attention.
  int context() const { return hard ? 0 : annotation(); }
  /// Size of the keys, and of what a query becomes.
  int key() const { return attention == Attention::bilinear ? decoder_hidden : attention_units; }
  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

}  // namespace attnviz
