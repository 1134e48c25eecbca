#include "explain/passes.h"

#include <fmt/core.h>

#include <algorithm>

#include "attnviz/error.h"
#include "model/steps.h"

namespace attnviz {
namespace {

/// [embeddings | their mean over the ordinary symbols | 0]
Matrix with_mean_and_zero(const Matrix& embedding) {
  const Index V = embedding.cols();
  const Index ordinary = V - Vocabulary::reserved;
  Matrix symbols(embedding.rows(), V + 2);
  symbols.leftCols(V) = embedding;
  symbols.col(V).setZero();
  if (ordinary > 0) symbols.col(V) = embedding.rightCols(ordinary).rowwise().mean();
  symbols.col(V + 1).setZero();
  return symbols;
}

/// Keeps of a packed batch's labels one for each of its pairs: that of output kept[pair].
void keep_labels(const std::vector<std::size_t>& kept, Batch& batch) {
  for (int t = 0; t < batch.target_steps(); ++t) {
    const Columns now = step_columns(batch.target_first, t);
    for (Index k = 0; k < now.count; ++k) {
      const auto pair = static_cast<std::size_t>(batch.order[static_cast<std::size_t>(k)]);
      if (kept[pair] != static_cast<std::size_t>(t)) {
        batch.labels[static_cast<std::size_t>(now.first + k)] = -1;
      }
    }
  }
}

std::vector<const EncodedPair*> pointers_to(const std::vector<EncodedPair>& pairs) {
  std::vector<const EncodedPair*> pointers;
  for (const EncodedPair& pair : pairs) pointers.push_back(&pair);
  return pointers;
}

}  // namespace

void check_values(std::size_t variants, std::size_t values) {
  if (values == 0 || variants <= max_values / values) return;
  throw LimitError(fmt::format(
      "the input and its answer are too long, or the samples too many: expected at most {} "
      "numbers, got {} variants with {} each",
      max_values, variants, values));
}

Passes::Passes(const Model& model, Workers& workers)
    : model_(model),
      workers_(workers),
      symbols_(with_mean_and_zero(model.weights.encoder.embedding)) {
  Buffers first{DecodingScratch(model.config), {}, {}, {}};
  first.scratch.model = model.name;
  project_tokens(model.weights.encoder, symbols_, first.scratch.tables.encoder);
  project_tokens(model.weights.decoder, model.weights.decoder.embedding,
                 first.scratch.tables.decoder);
  buffers_.assign(static_cast<std::size_t>(workers.count()), first);
}

void Passes::check_products(std::size_t variants, std::size_t symbols) const {
  // Each symbol meets about half of the weights, those of its side.
  const double products = static_cast<double>(variants) * static_cast<double>(symbols) *
                          static_cast<double>(count_parameters(model_.config)) / 2;
  if (products <= max_products) return;
  throw LimitError(fmt::format(
      "the input and its answer are too long for this method: expected at most {:.0e} products, "
      "got {:.1e}, of {} variants of {} symbols",
      max_products, products, variants, symbols));
}

/// Calls use(first, count, buffers) for one chunk after the other of variants that all have a size.
template <typename Use>
void Passes::for_each_chunk(std::size_t count, ChunkSize size, const Use& use) {
  const std::size_t at_once = chunk_end(0, count, [&](std::size_t) { return size; });
  if (at_once == 0) return;
  workers_.run(static_cast<int>((count + at_once - 1) / at_once), [&](int chunk, int worker) {
    const std::size_t first = static_cast<std::size_t>(chunk) * at_once;
    Buffers& buffers = buffers_[static_cast<std::size_t>(worker)];
    use(first, std::min(at_once, count - first), buffers);
  });
}

/// Calls use(variant, what was decoded) for every variant, given the answer.
template <typename Use>
void Passes::for_each_variant(std::span<const int> answer, std::size_t count, const Source& source,
                              const Use& use) {
  check_values(count, answer.size());
  if (count == 0) return;
  check_products(count, source(0).size() + answer.size());
  const ChunkSize size{
      answer.size(), source(0).size() + static_cast<std::size_t>(model_.config.target_vocabulary)};
  for_each_chunk(count, size, [&](std::size_t first, std::size_t some, Buffers& buffers) {
    std::vector<EncodedPair> pairs(some);
    for (std::size_t k = 0; k < some; ++k) {
      pairs[k] = {source(first + k), {answer.begin(), answer.end()}};
    }
    const auto decoded =
        decode_forced(model_.weights, model_.config, pointers_to(pairs), buffers.scratch);
    for (std::size_t k = 0; k < some; ++k) use(first + k, decoded[k]);
  });
}

std::vector<double> Passes::log_probabilities(std::span<const int> answer, std::size_t count,
                                              const Source& source) {
  check_values(count, answer.size());
  std::vector<double> f(count * answer.size());
  for (Buffers& buffers : buffers_) buffers.scratch.keep_logits = false;
  for_each_variant(answer, count, source, [&](std::size_t variant, const Decoded& decoded) {
    std::ranges::copy(decoded.log_probabilities,
                      f.begin() + static_cast<std::ptrdiff_t>(variant * answer.size()));
  });
  return f;
}

std::vector<std::vector<int>> Passes::choices(std::span<const int> answer, std::size_t count,
                                              const Source& source) {
  const Index V = model_.config.target_vocabulary;
  std::vector<std::vector<int>> result(count);
  for (Buffers& buffers : buffers_) buffers.scratch.keep_logits = true;
  for_each_variant(answer, count, source, [&](std::size_t variant, const Decoded& decoded) {
    const Matrix logits =
        Eigen::Map<const Eigen::MatrixXf>(decoded.logits.data(), V, std::ssize(answer))
            .cast<Scalar>();
    for (Index i = 0; i < logits.cols(); ++i) result[variant].push_back(most_probable(logits, i));
  });
  return result;
}

std::vector<std::vector<int>> Passes::answers(int longest, std::size_t count,
                                              const Source& source) {
  check_values(count, static_cast<std::size_t>(longest));
  std::vector<std::vector<int>> result(count);
  if (count == 0) return result;
  check_products(count, source(0).size() + static_cast<std::size_t>(longest));
  for (Buffers& buffers : buffers_) {
    buffers.scratch.keep_logits = false;
    buffers.scratch.longest = longest;
  }
  const ChunkSize size{static_cast<std::size_t>(longest), source(0).size()};
  for_each_chunk(count, size, [&](std::size_t first, std::size_t some, Buffers& buffers) {
    std::vector<EncodedPair> pairs(some);
    for (std::size_t k = 0; k < some; ++k) pairs[k].source = source(first + k);
    auto decoded =
        decode_greedily(model_.weights, model_.config, pointers_to(pairs), buffers.scratch);
    for (std::size_t k = 0; k < some; ++k) result[first + k] = std::move(decoded[k].ids);
  });
  return result;
}

std::vector<double> Passes::slopes(std::span<const int> answer, std::span<const Matrix> points,
                                   const Matrix& direction) {
  const auto n = static_cast<std::size_t>(direction.cols());
  const std::size_t copies = points.size() * answer.size();  // of the input: one has one output
  check_values(copies, n);
  check_products(3 * copies, n + 1 + answer.size());  // backward takes twice what forward does
  std::vector<double> slopes(copies * n);
  for (Buffers& buffers : buffers_) {
    UpdateWeights& update = buffers.update;
    update.resize(model_.config);
    update.source.clear();
    update.target.clear();
    constexpr int always[] = {Vocabulary::pad, Vocabulary::start};
    update.target.meet(always);
    update.target.meet(answer);
    Random unused(0);
    update.gather(model_.weights, 0.0, unused);
    for (const ModelPart part : model_parts) update.prepare(part, model_.weights);
    buffers.gradient.resize(model_.config);
  }
  const ChunkSize size{answer.size(),
                       n + 1 + static_cast<std::size_t>(model_.config.target_vocabulary)};
  for_each_chunk(copies, size, [&](std::size_t first, std::size_t count, Buffers& buffers) {
    add_slopes(answer, points, direction, first, count, buffers, slopes);
  });
  return slopes;
}

/// Copies of the input side by side, each with token columns of its own and a loss that is -f_i of
/// one output alone: the gradient of the tables is that of each copy's symbols.
void Passes::add_slopes(std::span<const int> answer, std::span<const Matrix> points,
                        const Matrix& direction, std::size_t first, std::size_t count,
                        Buffers& buffers, std::vector<double>& slopes) const {
  const Index n = direction.cols();
  const std::size_t T = answer.size();
  auto& [scratch, update, d_tape, gradient] = buffers;

  Matrix embedding(direction.rows(), static_cast<Index>(count) * (n + 1));
  std::vector<EncodedPair> pairs(count);
  std::vector<std::size_t> outputs(count);
  for (std::size_t k = 0; k < count; ++k) {
    const Index start = static_cast<Index>(k) * (n + 1);
    outputs[k] = (first + k) % T;
    embedding.middleCols(start, n) = points[(first + k) / T];
    embedding.col(start + n) = symbols_.col(Vocabulary::end);
    for (Index j = 0; j <= n; ++j) pairs[k].source.push_back(static_cast<int>(start + j));
    pairs[k].target.assign(answer.begin(), answer.end());
  }
  pack(pointers_to(pairs), scratch.batch);
  keep_labels(outputs, scratch.batch);
  update.target.renumber(scratch.batch.inputs);
  project_tokens(model_.weights.encoder, embedding, update.tables.encoder);

  gradient.set_zero(update);
  for (Matrix* table : {&gradient.tables.encoder.forward, &gradient.tables.encoder.backward}) {
    *table = Matrix::Zero(table->rows(), embedding.cols());
  }
  forward_backward(model_.weights, update, model_.config, scratch.batch, {.scale = -1.0},
                   scratch.tape, d_tape, gradient);
  Matrix d_embedding = Matrix::Zero(embedding.rows(), embedding.cols());
  project_tokens_backward(update.encoder_backward, embedding, gradient.tables.encoder,
                          gradient.weights.encoder, d_embedding);
  if (!d_embedding.allFinite()) refuse_not_finite(model_.name, "a gradient");

  for (std::size_t k = 0; k < count; ++k) {
    for (Index j = 0; j < n; ++j) {
      const Index column = static_cast<Index>(k) * (n + 1) + j;
      slopes[(first + k) * static_cast<std::size_t>(n) + static_cast<std::size_t>(j)] =
          static_cast<double>(direction.col(j).dot(d_embedding.col(column)));
    }
  }
}

const DecodingScratch& Passes::forward_one(const std::vector<int>& source,
                                           std::span<const int> answer) {
  DecodingScratch& scratch = buffers_.front().scratch;
  const EncodedPair pair{source, {answer.begin(), answer.end()}};
  const EncodedPair* const pairs[] = {&pair};
  decode_forced(model_.weights, model_.config, pairs, scratch);  // refuses numbers not finite
  return scratch;
}

}  // namespace attnviz
