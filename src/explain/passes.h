// Many variants of an input through a model, in chunks that the workers share.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/workers.h"
#include "infer/decode.h"
#include "model/model.h"

namespace attnviz {

/// The results of a pass over a variant do not depend on the others or on the number of workers.
class Passes {
 public:
  /// Both must outlive it.
  Passes(const Model& model, Workers& workers);

  /// E x (V + 2): the embeddings of the source vocabulary, their mean over the ordinary symbols,
  /// and zeros. Sources below are columns of it, the last of them END's.
  const Matrix& symbols() const { return symbols_; }
  int mean() const { return static_cast<int>(symbols_.cols()) - 2; }
  int zero() const { return static_cast<int>(symbols_.cols()) - 1; }

  /// Makes the source of a variant, by its number.
  using Source = std::function<std::vector<int>(std::size_t variant)>;

  /// f_i of `count` variants, given the answer: count x outputs. Throws InputError as decoding
  /// does, and LimitError for more than max_values.
  std::vector<double> log_probabilities(std::span<const int> answer, std::size_t count,
                                        const Source& source);
  /// The most probable symbol of every output, given the answer before it.
  std::vector<std::vector<int>> choices(std::span<const int> answer, std::size_t count,
                                        const Source& source);
  /// The model's own answers, cut after `longest` symbols.
  std::vector<std::vector<int>> answers(int longest, std::size_t count, const Source& source);

  /// direction_j' df_i/dx_j at each of several points, which hold the embeddings x of the inputs
  /// without END (E x inputs), as `direction` does: points x outputs x inputs.
  std::vector<double> slopes(std::span<const int> answer, std::span<const Matrix> points,
                             const Matrix& direction);

  /// Forward over one source: the scratch holds its batch and tape until the next pass.
  const DecodingScratch& forward_one(const std::vector<int>& source, std::span<const int> answer);

 private:
  /// The buffers of a worker.
  struct Buffers {
    DecodingScratch scratch;
    UpdateWeights update;  // for slopes: with the tables of its chunk
    BackwardTape d_tape;
    Gradient gradient;
  };
  /// Throws LimitError when so many variants of inputs and outputs (`symbols` together) take more
  /// than max_products.
  void check_products(std::size_t variants, std::size_t symbols) const;
  template <typename Use>
  void for_each_chunk(std::size_t count, ChunkSize size, const Use& use);
  template <typename Use>
  void for_each_variant(std::span<const int> answer, std::size_t count, const Source& source,
                        const Use& use);
  void add_slopes(std::span<const int> answer, std::span<const Matrix> points,
                  const Matrix& direction, std::size_t first, std::size_t count, Buffers& buffers,
                  std::vector<double>& slopes) const;

  const Model& model_;
  Workers& workers_;
  Matrix symbols_;
  std::vector<Buffers> buffers_;  // one a worker
};

/// The numbers that one call of a pass may give: 256 MiB.
inline constexpr std::size_t max_values = std::size_t{1} << 25U;

/// Throws LimitError when `variants` of `values` numbers each are more than max_values.
void check_values(std::size_t variants, std::size_t values);

/// The products that one call of a pass may take: some minutes of a core.
inline constexpr double max_products = 2e12;

}  // namespace attnviz
