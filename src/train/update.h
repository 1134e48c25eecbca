// One update's gradient: a batch in, the gradient of its mean loss out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/workers.h"
#include "model/seq2seq.h"
#include "text/batch.h"

namespace attnviz {

/// Random numbers of a run come in separate streams, so that none depends on how many another took.
/// `noise` and those after it belong to the shards of each update.
enum class Stream : std::uint64_t {
  initialisation = 1,
  training,
  validation,
  test,
  noise = std::uint64_t{1} << 32U,
  embedding_noise = std::uint64_t{1} << 60U
};

struct UpdateOptions {
  double entropy_penalty = 0.0;  // times the mean entropy of the attention rows
  double dropout = 0.0;          // of embeddings and of the readout's hidden layer
  double state_dropout = 0.0;    // of the encoder
  std::uint64_t seed = 0;        // of dropout's random numbers
  int step = 0;                  // number of the update, which has random streams of its own
  StopCheck stop = {};           // asked by all threads
};

/// Calls job(part) for both parts of a model.
template <typename Job>
void for_each_part(Workers& workers, const Job& job) {
  workers.run(static_cast<int>(std::size(model_parts)),
              [&job](int i, int) { job(model_parts[static_cast<std::size_t>(i)]); });
}

/// Calls job(part, share) for shares of both parts, as many as the threads need.
template <typename Job>
void for_each_share(Workers& workers, const Job& job) {
  constexpr int parts = static_cast<int>(std::size(model_parts));
  const int shares = (workers.count() + parts - 1) / parts;
  workers.run(parts * shares, [&](int i, int) {
    job(model_parts[static_cast<std::size_t>(i % parts)], Share{i / parts, shares});
  });
}

/// How many shards a batch is split into: two from 16 examples on, one for every 32 up to
/// max_shards, since each has a gradient of its own to sum up and narrow products are slow. It
/// follows from the size of the batch alone, so that the number of threads changes no bit.
int shard_count(std::size_t examples);

class Update {
 public:
  static constexpr int max_shards = 16;

  /// Work is divided among `workers`, which must outlive this.
  Update(const ModelConfig& config, Workers& workers);

  struct Result {
    const Seq2SeqWeights& gradient;
    double norm;  // of the gradient
    double loss;  // mean cross-entropy of a target token, without the penalty
  };

  /// Begins (collects tokens, fills tables), runs the shards, finishes (sums up). The batch is
  /// split into `shards` parts (1 .. max_shards), whose gradients are added in order: the result
  /// does not depend on the number of threads. The gradient lives until the next run. Throws
  /// WorkStopped, with the weights as they were.
  Result run(const Seq2SeqWeights& weights, std::span<const EncodedPair* const> pairs, int shards,
             const UpdateOptions& options);

  /// Of a shard of the last run, with the numbers that tokens have within the update.
  const Batch& batch(int shard) const { return shards_[static_cast<std::size_t>(shard)].batch; }

 private:
  struct Shard {
    std::vector<const EncodedPair*> pairs;
    Batch batch;
    Gradient gradient;
    double loss = 0.0;
  };
  struct Buffers {
    Tape tape;
    BackwardTape d_tape;
  };

  void begin(const Seq2SeqWeights& weights, std::span<const EncodedPair* const> pairs,
             const UpdateOptions& options);
  void run_shard(const Seq2SeqWeights& weights, int i, const LossOptions& loss,
                 const UpdateOptions& options, Buffers& buffers);
  Result finish(std::span<Shard> shards, double scale);

  ModelConfig config_;
  Workers& workers_;
  UpdateWeights weights_;
  std::vector<Shard> shards_;
  std::vector<Buffers> threads_;  // one per thread, kept in its cache
  Matrix d_embedding_[std::size(model_parts)];
};

}  // namespace attnviz
