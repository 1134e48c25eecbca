// The numbers of the independent PyTorch implementation in tests/data/oracle_*.json.
#pragma once

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "json.h"
#include "model/seq2seq.h"

namespace attnviz {

class Oracle {
 public:
  /// `name`: previous, current, coverage, hard or lstm.
  explicit Oracle(const std::string& name) {
    std::ifstream file(std::string(ATTNVIZ_SOURCE_DIR) + "/tests/data/oracle_" + name + ".json");
    json_ = nlohmann::json::parse(file);
    config = {.source_vocabulary = 8,
              .target_vocabulary = 7,
              .embedding = 3,
              .hidden = 4,
              .decoder_hidden = 4,
              .attention_units = 5,
              .cell = name == "lstm" ? Cell::lstm : Cell::gru,
              .query = name == "previous" ? Query::previous : Query::current,
              .coverage = name == "coverage",
              .hard = name == "hard"};
  }

  std::vector<double> data(const std::string& name) const { return json_.at(name).at("data"); }
  double number(const std::string& name) const { return data(name).at(0); }

  /// Each of our tensors with the oracle's under `kind` ("weight.", "grad.", "adam.weight.").
  template <typename F>
  void for_each_tensor(const std::string& kind, Seq2SeqWeights& weights, F&& f) const {
    Seq2SeqWeights::visit(
        [&](std::string_view tensor_name, auto& tensor) {
          const std::string name(tensor_name);
          if (tensor.size() == 0) return;  // the hidden layer of the readout
          const std::string theirs = oracle_name(name);
          const std::vector<double> values = data(kind + theirs);
          REQUIRE(values.size() == static_cast<std::size_t>(tensor.size()));
          const bool transposed = theirs.ends_with("embedding");  // ours: a column a token
          for (Index r = 0; r < tensor.rows(); ++r) {
            for (Index c = 0; c < tensor.cols(); ++c) {
              const Index at = transposed ? c * tensor.rows() + r : r * tensor.cols() + c;
              f(name, tensor(r, c), values[static_cast<std::size_t>(at)]);
            }
          }
        },
        weights);
  }

  Seq2SeqWeights weights() const {
    Seq2SeqWeights result;
    result.resize(config);
    for_each_tensor("weight.", result,
                    [](const std::string&, double& ours, double theirs) { ours = theirs; });
    return result;
  }

  /// The three pairs of the batch.
  std::vector<EncodedPair> pairs() const {
    std::vector<EncodedPair> result(3);
    const auto source = data("source");
    const auto wanted = data("wanted");
    for (std::size_t k = 0; k < 3; ++k) {
      for (std::size_t j = 0; j < 5; ++j) {
        if (source[3 * j + k] != Vocabulary::pad) {
          result[k].source.push_back(static_cast<int>(source[3 * j + k]));
        }
      }
      for (std::size_t t = 0; t < 4; ++t) {
        if (wanted[3 * t + k] != Vocabulary::pad) {
          result[k].target.push_back(static_cast<int>(wanted[3 * t + k]));
        }
      }
    }
    return result;
  }

  ModelConfig config;

 private:
  static std::string oracle_name(std::string ours) {
    if (const auto lstm = ours.find(".lstm."); lstm != std::string::npos) {
      ours.replace(lstm, 6, ".gru.");
    }
    static const std::vector<std::pair<std::string, std::string>> names = {
        {"encoder.embedding.weight", "source_embedding"},
        {"encoder.gru.weight_ih_l0", "enc_fwd_w_ih"},
        {"encoder.gru.weight_hh_l0", "enc_fwd_w_hh"},
        {"encoder.gru.bias_ih_l0", "enc_fwd_b_ih"},
        {"encoder.gru.bias_hh_l0", "enc_fwd_b_hh"},
        {"encoder.gru.weight_ih_l0_reverse", "enc_bwd_w_ih"},
        {"encoder.gru.weight_hh_l0_reverse", "enc_bwd_w_hh"},
        {"encoder.gru.bias_ih_l0_reverse", "enc_bwd_b_ih"},
        {"encoder.gru.bias_hh_l0_reverse", "enc_bwd_b_hh"},
        {"decoder.embedding.weight", "target_embedding"},
        {"decoder.initial_state.weight", "w_init"},
        {"decoder.initial_state.bias", "b_init"},
        {"attention.query.weight", "w_a"},
        {"attention.key.weight", "u_a"},
        {"attention.score.weight", "v"},
        {"attention.coverage.weight", "w_cov"},
        {"decoder.gru.weight_ih", "dec_w_ih"},
        {"decoder.gru.weight_hh", "dec_w_hh"},
        {"decoder.gru.bias_ih", "dec_b_ih"},
        {"decoder.gru.bias_hh", "dec_b_hh"},
        {"decoder.readout.weight", "w_out"},
        {"decoder.readout.bias", "b_out"}};
    for (const auto& [name, theirs] : names) {
      if (name == ours) return theirs;
    }
    return "unknown tensor " + ours;
  }

  nlohmann::json json_;
};

}  // namespace attnviz
