// What `attnviz attend` says of a layer: tables, JSON, a map to draw.
#pragma once

#include <string>

#include "attnviz/attention_map.h"
#include "cli/attend/attend_inputs.h"

namespace attnviz {

/// "output is 4 x 2: for each of 4 queries a weighted sum of 3 values; the weights are 4 x 3", and
/// what a hard layer is.
std::string shapes_text(const AttendInputs& inputs, const AttendedValues& attended);

/// That and tables of weights and output, of large ones the first rows and columns.
std::string attended_text(const AttendInputs& inputs, const AttendedValues& attended);

/// All numbers on one line, each as the shortest text that reads back to the same double.
std::string attended_json(const AttendInputs& inputs, const AttendedValues& attended);

/// Labels are the vectors, "{1, 0}", at most four components of each.
AttentionMap attended_map(const AttendInputs& inputs, const AttendedValues& attended);

}  // namespace attnviz
