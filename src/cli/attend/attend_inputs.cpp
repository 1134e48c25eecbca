#include "cli/attend/attend_inputs.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/utf8.h"
#include "cli/output.h"
#include "formats/attention_io.h"
#include "formats/number_file.h"

namespace attnviz {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::string_view causal = "causal";

/// `array` names it in an .npz of several arrays.
NumberTable read_table(const std::string& option, const std::string& text,
                       const std::string& array) {
  return is_number_file(text) ? read_number_file(text, array) : parse_number_rows(text, option);
}

RealMatrix read_vectors(const std::string& option, const std::string& text,
                        const std::string& array) {
  RealMatrix numbers = read_table(option, text, array).numbers;
  require_finite_numbers(numbers, is_number_file(text) ? printable(text, no_limit) : option);
  return numbers;
}

bool is_causal(const std::string& mask) {
  return mask == causal || mask.starts_with("causal:");
}

/// How many keys a query sees.
std::size_t window_of(const std::string& mask) {
  if (mask == causal) return std::numeric_limits<std::size_t>::max();
  const std::string number = mask.substr(causal.size() + 1);
  const auto window = parse_integer<std::size_t>(number);
  if (!window || *window == 0) {
    throw UsageError("--mask: expected causal:N with N of 1 or more, got \"" + printable(mask) +
                     '"');
  }
  return *window;
}

/// The masks of PyTorch: True takes part, numbers are added to the scores.
RealMatrix read_mask(const AttendOptions& options) {
  NumberTable table = read_table("--mask", options.mask, "mask");
  std::vector<double>& values = table.numbers.values;
  if (table.type == NumberType::integer) {
    throw InputError(printable(options.mask, no_limit) +
                     ": expected True and False, or real numbers to add to the scores, got "
                     "integers");
  }
  if (table.type == NumberType::logical) {
    for (double& value : values) value = value != 0.0 ? 0.0 : -infinity;
  } else if (std::ranges::all_of(values, [](double value) { return value == 0 || value == 1; })) {
    tell_note(options.quiet,
              "the mask's 0 and 1 are added to the scores, as all numbers are; True and False say "
              "which keys take part");
  }
  return std::move(table.numbers);
}

void read_weights(const AttendOptions& options, AttentionLayer& layer) {
  using Slot = std::pair<const char*, RealMatrix*>;
  std::vector<Slot> slots;
  if (layer.score == Attention::bilinear) slots = {{"W", &layer.W}};
  if (layer.score == Attention::additive) {
    slots = {{"W_q", &layer.W_q}, {"W_k", &layer.W_k}, {"v", &layer.v}};
  }
  const std::vector<std::string>& given = options.weight;
  std::vector<std::string> names;
  for (const Slot& slot : slots) names.emplace_back(slot.first);
  if (slots.empty() && !given.empty()) {
    throw UsageError("--weight: --score " + options.score + " takes none");
  }
  const bool one_file = given.size() == 1 && holds_arrays(given.front());
  if (given.size() != slots.size() && !one_file) {
    throw UsageError(fmt::format("--weight: --score {} takes {}{}, got {}", options.score,
                                 join(names, ", "),
                                 slots.size() > 1 ? " or an .npz file of them" : "",
                                 given.empty() ? "none" : fmt::format("{}", given.size())));
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    *slots[i].second = read_vectors("--weight", one_file ? given.front() : given[i], names[i]);
  }
}

void check_limits(const AttendInputs& inputs) {
  check_weight_shape(inputs.query.rows, inputs.key.rows, "weights");
  check_weight_shape(inputs.query.rows, inputs.value.columns, "output");
  for (const RealMatrix* M : {&inputs.layer.W, &inputs.layer.W_q, &inputs.layer.W_k}) {
    if (M->rows > 0) {
      check_weight_shape(std::max(inputs.query.rows, inputs.key.rows), M->rows, "projections");
    }
  }
}

}  // namespace

Inputs files_of(const AttendOptions& options) {
  std::vector<std::pair<std::string, std::string>> texts{{"--query", options.query},
                                                         {"--key", options.key},
                                                         {"--value", options.value},
                                                         {"--input", options.input},
                                                         {"--mask", options.mask}};
  for (const std::string& weight : options.weight) texts.emplace_back("--weight", weight);
  Inputs files;
  for (const auto& [option, text] : texts) {
    if (is_number_file(text)) files.add(option, text);
  }
  return files;
}

AttendInputs read_inputs(const AttendOptions& options) {
  if (options.query.empty() && options.input.empty()) {
    throw UsageError("--query and --key, or --input, are required; see attnviz attend --help");
  }
  AttendInputs inputs;
  AttentionLayer& layer = inputs.layer;
  layer.score = *attention_from(options.score);
  layer.scale = options.scale;
  layer.temperature = options.temperature;
  layer.hard = options.hard;
  if (is_causal(options.mask)) inputs.mask.window = window_of(options.mask);
  read_weights(options, layer);
  if (!options.input.empty()) {
    inputs.query = inputs.key = inputs.value = read_vectors("--input", options.input, "input");
  } else {
    inputs.query = read_vectors("--query", options.query, "query");
    inputs.key = read_vectors("--key", options.key, "key");
    inputs.value =
        options.value.empty() ? inputs.key : read_vectors("--value", options.value, "value");
  }
  if (!options.mask.empty() && !inputs.mask.window) inputs.mask.added = read_mask(options);
  check_limits(inputs);
  return inputs;
}

}  // namespace attnviz
