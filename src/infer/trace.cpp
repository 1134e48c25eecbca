#include "infer/trace.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "base/number.h"
#include "formats/json.h"
#include "formats/npy.h"
#include "formats/zip.h"
#include "model/steps.h"
#include "nn/loss.h"
#include "text/copies.h"

namespace attnviz {
namespace {

constexpr std::size_t top_count = 5;

std::vector<float> column_of(const Matrix& matrix, Index column, Index rows) {
  const auto* first = matrix.col(column).data();
  return {first, first + rows};
}

void append(std::vector<float>& all, const Matrix& matrix, Index column, Index rows) {
  const std::vector<float> more = column_of(matrix, column, rows);
  all.insert(all.end(), more.begin(), more.end());
}

/// e_j of one output: v' tanh(W_a q + u_j + w k_j), or q' u_j. The kernel's own are overwritten by
/// the softmax.
double score(const AttentionWeights& weights, const AttentionTape& tape,
             const AttentionMemory& memory, Index output, Index example, Index input) {
  if (!is_learned(weights.form)) return 0.0;
  const auto q = tape.query.col(output).cast<double>();
  const auto u = memory.keys.col(memory.of(example).first + input).cast<double>();
  if (weights.form == Attention::additive) {
    Eigen::VectorXd sum = q + u;
    if (weights.covered()) {
      sum += static_cast<double>(tape.coverage(input, output)) * weights.w.cast<double>();
    }
    return weights.v.cast<double>().dot(sum.array().tanh().matrix());
  }
  const double units =
      weights.form == Attention::scaled_dot ? static_cast<double>(memory.keys.rows()) : 1.0;
  return q.dot(u) / std::sqrt(units);
}

/// `symbol` gives the text of an id.
template <typename Symbol>
std::vector<std::pair<std::string, double>> most_probable_symbols(std::span<const float> logits,
                                                                  const Symbol& symbol) {
  std::vector<int> ids(logits.size() - Vocabulary::end);  // PAD and START are no answers
  std::iota(ids.begin(), ids.end(), Vocabulary::end);
  const auto logit = [&](int id) { return logits[static_cast<std::size_t>(id)]; };
  const std::size_t count = std::min(top_count, ids.size());
  std::ranges::partial_sort(
      ids, ids.begin() + static_cast<std::ptrdiff_t>(count),
      [&](int a, int b) { return logit(a) != logit(b) ? logit(a) > logit(b) : a < b; });
  double total = 0.0;
  for (const float x : logits) {
    total += std::exp(static_cast<double>(x) - static_cast<double>(logit(ids[0])));
  }
  std::vector<std::pair<std::string, double>> top;
  for (std::size_t i = 0; i < count; ++i) {
    top.emplace_back(
        symbol(ids[i]),
        std::exp(static_cast<double>(logit(ids[i])) - static_cast<double>(logit(ids[0]))) / total);
  }
  return top;
}

std::string quote(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <typename Items, typename Write>
std::string list(const Items& items, Write write) {
  std::string text = "[";
  for (const auto& item : items) text += (text.size() > 1 ? "," : "") + write(item);
  return text + ']';
}

/// Numbers with so many digits, or as many as tell floats apart for 0.
std::string numbers(std::span<const float> values, int digits = 0) {
  return list(values, [&](float value) {
    return digits == 0 ? format_shortest(value) : fmt::format("{:.{}g}", value, digits);
  });
}

/// Row `row` of a matrix with so many rows.
std::span<const float> row_of(const std::vector<float>& matrix, std::size_t row, std::size_t rows) {
  const std::size_t columns = matrix.size() / rows;
  return std::span(matrix).subspan(row * columns, columns);
}

std::string rows_json(const std::vector<float>& matrix, std::size_t rows, int digits = 0) {
  std::vector<std::size_t> all(rows);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return list(all, [&](std::size_t row) { return numbers(row_of(matrix, row, rows), digits); });
}

std::string facts_json(const ModelConfig& config) {
  return fmt::format(
      R"("score":"{}","coverage":{},"query":"{}","sizes":{{"E":{},"D":{},"K":{},"A":{},"R":{},"V":{}}})",
      to_string(config.attention), config.coverage, to_string(config.query), config.embedding,
      config.decoder_hidden, config.annotation(), config.key(), config.readout_units,
      config.target_vocabulary);
}

double query_norm(const Trace& trace, std::size_t output) {
  double squares = 0.0;
  for (const float x : row_of(trace.queries, output, trace.outputs())) {
    squares += static_cast<double>(x) * static_cast<double>(x);
  }
  return std::sqrt(squares);
}

std::string top_json(const Trace& trace, std::size_t output, int digits) {
  return list(trace.top[output], [&](const std::pair<std::string, double>& one) {
    return fmt::format("[{},{:.{}g}]", quote(one.first), one.second, digits);
  });
}

std::string quoted(const std::vector<std::string>& labels) {
  return list(labels, [](const std::string& label) { return quote(label); });
}

}  // namespace

Tracer::Tracer(const Model& model) : model_(model), scratch_(model.config) {
  scratch_.model = model.name;
  project_tokens(model.weights, scratch_.tables);
}

Trace Tracer::trace(const Prediction& prediction) {
  EncodedPair pair{encode(model_.source, prediction.source),
                   encode(model_.target, prediction.answer)};
  if (model_.config.copy) set_copies(model_.target, prediction.source, prediction.answer, pair);
  if (!prediction.ended) {
    pair.target.pop_back();
    if (!pair.labels.empty()) pair.labels.pop_back();
  }
  const EncodedPair* const pairs[] = {&pair};
  decode_forced(model_.weights, model_.config, pairs, scratch_);  // checks that all is finite

  const ModelConfig& config = model_.config;
  const DecoderWeights& decoder = model_.weights.decoder;
  const AttentionMemory& memory = scratch_.tape.memory;
  const DecoderTape& tape = scratch_.tape.decoder;
  const auto S = static_cast<Index>(pair.source.size());
  Trace trace;
  trace.config = config;
  trace.source = prediction.map.source;
  trace.target = prediction.map.target;
  for (Index j = 0; j < S; ++j) {
    append(trace.annotations, memory.annotations, memory.of(0).first + j, config.annotation());
    if (is_learned(config.attention)) {
      append(trace.keys, memory.keys, memory.of(0).first + j, config.key());
    }
  }
  const Matrix& queries =
      config.query == Query::current ? tape.recurrent.after : tape.recurrent.before;
  const Index answers = answer_symbols(scratch_.batch, config.target_vocabulary);
  for (std::size_t i = 0; i < pair.target.size(); ++i) {
    const Index column =
        step_columns(scratch_.batch.target_first, static_cast<Index>(i)).first;  // of one example
    append(trace.queries, queries, column, config.decoder_hidden);
    for (Index j = 0; j < S; ++j) {
      trace.scores.push_back(
          static_cast<float>(score(decoder.attention, tape.attention, memory, column, 0, j)));
    }
    append(trace.weights, tape.attention.weights, column, S);
    append(trace.contexts, tape.contexts, column, config.annotation());
    append(trace.states, tape.recurrent.after, column, config.decoder_hidden);
    append(trace.previous, decoder.embedding, i == 0 ? Vocabulary::start : pair.target[i - 1],
           config.embedding);
    append(trace.logits, tape.logits, column, config.target_vocabulary);
    if (config.copy) {
      trace.copied.push_back(static_cast<float>(copied_share(tape.copy, column)));
    }
    trace.top.push_back(most_probable_symbols(column_of(tape.logits, column, answers), [&](int id) {
      return answer_symbol(model_.target, id, prediction.source, pair.copies);
    }));
  }
  return trace;
}

std::string trace_to_json_lines(const Trace& trace, std::size_t input) {
  const std::size_t S = trace.inputs();
  const std::size_t T = trace.outputs();
  const int K = trace.config.annotation();
  std::string lines = fmt::format(
      R"({{"input":{},"source":{},"target":{},{},"shapes":{{"h":[{},{}],"e":[{}],"a":[{}],"c":[{}]}},"h":{}}})"
      "\n",
      input, quoted(trace.source), quoted(trace.target), facts_json(trace.config), S, K, S, S, K,
      rows_json(trace.annotations, S));
  for (std::size_t i = 0; i < T; ++i) {
    lines += fmt::format(
        R"({{"input":{},"output":{},"symbol":{},"q_norm":{:.9g},"e":{},"a":{},"c":{},"top":{}{}}})"
        "\n",
        input, i + 1, quote(trace.target[i]), query_norm(trace, i),
        numbers(row_of(trace.scores, i, T)), numbers(row_of(trace.weights, i, T)),
        numbers(row_of(trace.contexts, i, T)), top_json(trace, i, 9),
        trace.copied.empty() ? "" : fmt::format(R"(,"copied":{:.9g})", trace.copied[i]));
  }
  return lines;
}

std::string trace_to_page_json(const Trace& trace) {
  std::string json = fmt::format(R"([{{{},"h":{}}})", facts_json(trace.config),
                                 rows_json(trace.annotations, trace.inputs(), 4));
  for (std::size_t i = 0; i < trace.outputs(); ++i) {
    json +=
        fmt::format(R"(,{{"q_norm":{:.5g},"e":{},"top":{}}})", query_norm(trace, i),
                    numbers(row_of(trace.scores, i, trace.outputs()), 6), top_json(trace, i, 5));
  }
  return json + ']';
}

std::string trace_to_npz(const Trace& trace) {
  std::vector<std::pair<std::string, std::string>> members;
  const auto add = [&](const char* name, const std::vector<float>& values, std::size_t rows) {
    members.emplace_back(fmt::format("{}.npy", name),
                         npy_of_floats(values, {rows, values.size() / rows}));
  };
  const std::size_t S = trace.inputs();
  const std::size_t T = trace.outputs();
  add("h", trace.annotations, S);
  if (!trace.keys.empty()) add("u", trace.keys, S);
  add("q", trace.queries, T);
  add("e", trace.scores, T);
  add("a", trace.weights, T);
  add("c", trace.contexts, T);
  add("s", trace.states, T);
  add("y", trace.previous, T);
  add("logits", trace.logits, T);
  if (!trace.copied.empty()) add("copied", trace.copied, T);
  members.emplace_back("source.npy", npy_of_texts(trace.source, {S}));
  members.emplace_back("target.npy", npy_of_texts(trace.target, {T}));
  return write_zip(members);
}

}  // namespace attnviz
