// What `attnviz attend` is given: vectors, weights of the score, masks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/inputs.h"
#include "nn/attention_layer.h"

namespace attnviz {

struct AttendOptions {
  std::string query;  // these and the following: files, or numbers such as "1,0; 0,1"
  std::string key;
  std::string value;
  std::string input;  // all three at once
  std::string score = "scaled-dot";
  std::vector<std::string> weight;
  std::optional<double> scale;
  double temperature = 1.0;
  std::string mask;  // "causal" and "causal:3" too
  bool hard = false;
  bool json = false;
  std::string out;
  bool quiet = false;
};

struct AttendInputs {
  AttentionLayer layer;
  RealMatrix query;
  RealMatrix key;
  RealMatrix value;
  AttentionMask mask;
};

/// The files among them.
Inputs files_of(const AttendOptions& options);

/// Reads them, with a note on a mask that may be meant otherwise. Throws UsageError for options
/// that do not fit, LimitError for more than 2^26 weights or results, and as read_number_file does.
AttendInputs read_inputs(const AttendOptions& options);

}  // namespace attnviz
