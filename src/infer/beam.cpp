#include "infer/beam.h"

#include <algorithm>
#include <cmath>

#include "base/math.h"
#include "model/marginal_steps.h"
#include "model/steps.h"
#include "nn/loss.h"

namespace attnviz {
namespace {

double penalised(double log_probability, std::size_t length, double alpha) {
  return log_probability / math::pow((5.0 + static_cast<double>(length)) / 6.0, alpha);
}

/// One more symbol for one of the hypotheses.
struct Candidate {
  double score = 0.0;  // log-probability of the whole
  double log_probability = 0.0;
  int parent = 0;
  int id = 0;
};

/// The best candidates so far, in falling order; of equals the first comes first.
class TopList {
 public:
  explicit TopList(std::size_t max_size) : max_size_(max_size) {}

  void offer(const Candidate& candidate) {
    if (list_.size() == max_size_ && candidate.score <= list_.back().score) return;
    const auto place =
        std::upper_bound(list_.begin(), list_.end(), candidate,
                         [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    list_.insert(place, candidate);
    if (list_.size() > max_size_) list_.pop_back();
  }
  const std::vector<Candidate>& list() const { return list_; }

 private:
  std::size_t max_size_;
  std::vector<Candidate> list_;
};

/// The last symbol of an unfinished answer, and where the one before it is.
struct Node {
  int parent = -1;  // among the nodes; -1 at the start
  int id = 0;
  double log_probability = 0.0;
  std::vector<float> attention;
  std::vector<float> posterior;  // with hard attention
  float copied = 0.0F;           // with a copy gate
};

struct Hypothesis {
  int node = -1;
  double log_probability = 0.0;  // of the whole
  std::size_t length = 0;
};

/// The search for one source, whose hypotheses are the columns from `first` on of a step.
class Search {
 public:
  Search(Index first, Index length, const DecodingScratch& scratch, const BeamOptions& options)
      : options_(options),
        first_(first),
        source_length_(length),
        limit_(static_cast<std::size_t>(scratch.limit(static_cast<int>(length)))),
        vocabulary_(static_cast<int>(scratch.vocabulary())),
        copies_(scratch.copies()),
        alive_(1) {}

  bool done() const { return alive_.empty(); }

  /// Takes one step, whose columns start at `block`, and moves the states that the next step needs
  /// into the columns of the remaining hypotheses. `inputs` is that of the next step.
  void advance(const DecoderWeights& weights, Tape& tape, Index block, std::span<int> inputs,
               Matrix& scratch) {
    DecoderTape& decoder = tape.decoder;
    const Index column = block + first_;
    std::vector<Hypothesis> next;
    std::vector<int> parents;
    for (const Candidate& candidate : rank(decoder, column)) {
      const bool ends = candidate.id == Vocabulary::end || alive_[0].length + 1 == limit_;
      if (!ends && next.size() == width()) continue;
      const Hypothesis extended = extend(candidate, decoder, column);
      if (weights.hard()) {
        const Vector from = posterior(weights, tape.memory, first_ + candidate.parent,
                                      column + candidate.parent, candidate.id, decoder);
        nodes_.back().posterior.assign(from.begin(), from.end());
      }
      if (ends) {
        finished_.push_back(extended);
      } else {
        parents.push_back(candidate.parent);
        next.push_back(extended);
      }
    }
    alive_ = std::move(next);
    std::stable_sort(finished_.begin(), finished_.end(),
                     [&](const Hypothesis& a, const Hypothesis& b) { return score(a) > score(b); });
    if (finished_.size() > width()) finished_.resize(width());
    if (cannot_improve()) alive_.clear();
    if (nodes_.size() > max_nodes_) drop_unreached();

    const auto move_states = [&](Matrix& states) {
      gather(parents, states.middleCols(column, static_cast<Index>(width())), scratch);
    };
    move_states(decoder.recurrent.after);
    move_states(decoder.recurrent.memory_after);
    move_states(decoder.contexts);
    if (decoder.attention.coverage.size() > 0) {
      move_states(decoder.attention.weights);
      move_states(decoder.attention.coverage);
    }
    for (std::size_t j = 0; j < alive_.size(); ++j) {
      const auto node = static_cast<std::size_t>(alive_[j].node);
      inputs[static_cast<std::size_t>(first_) + j] = fed_symbol(nodes_[node].id, vocabulary_);
    }
  }

  /// The best answers, of those found and one more.
  std::vector<Decoded> answers(const Decoded& greedy) const {
    std::vector<Decoded> best;
    for (const Hypothesis& hypothesis : finished_) best.push_back(spell_out(hypothesis));
    const bool known = std::any_of(best.begin(), best.end(),
                                   [&](const Decoded& one) { return one.ids == greedy.ids; });
    if (!known) best.push_back(greedy);
    std::stable_sort(best.begin(), best.end(), [&](const Decoded& a, const Decoded& b) {
      return beam_score(a, options_.length_penalty) > beam_score(b, options_.length_penalty);
    });
    best.resize(std::min(best.size(), static_cast<std::size_t>(options_.n_best)));
    return best;
  }

 private:
  std::size_t width() const { return static_cast<std::size_t>(options_.width); }
  double score(const Hypothesis& hypothesis) const {
    return penalised(hypothesis.log_probability, hypothesis.length, options_.length_penalty);
  }

  /// The best candidates, twice the width: even if half of them end, the beam stays full.
  std::vector<Candidate> rank(const DecoderTape& tape, Index column) const {
    TopList top(2 * width());
    for (std::size_t j = 0; j < alive_.size(); ++j) {
      const auto logits = tape.logits.col(column + static_cast<Index>(j));
      const double normaliser = log_sum_exp(logits);
      for (Index id = Vocabulary::end; id < logits.size(); ++id) {
        if (logits[id] == no_symbol) continue;
        const double step = static_cast<double>(logits[id]) - normaliser;
        top.offer(
            {alive_[j].log_probability + step, step, static_cast<int>(j), static_cast<int>(id)});
      }
    }
    return top.list();
  }

  Hypothesis extend(const Candidate& candidate, const DecoderTape& tape, Index column) {
    const Hypothesis& before = alive_[static_cast<std::size_t>(candidate.parent)];
    const Scalar* a = tape.attention.weights.col(column + candidate.parent).data();
    nodes_.push_back({before.node,
                      candidate.id,
                      candidate.log_probability,
                      std::vector<float>(a, a + source_length_),
                      {}});
    if (copies_) {
      nodes_.back().copied = static_cast<float>(copied_share(tape.copy, column + candidate.parent));
    }
    return {static_cast<int>(nodes_.size()) - 1, candidate.score, before.length + 1};
  }

  Decoded spell_out(const Hypothesis& hypothesis) const {
    std::vector<const Node*> path;
    for (int node = hypothesis.node; node >= 0; node = path.back()->parent) {
      path.push_back(&nodes_[static_cast<std::size_t>(node)]);
    }
    Decoded answer;
    for (auto node = path.rbegin(); node != path.rend(); ++node) {
      answer.ids.push_back((*node)->id);
      answer.log_probabilities.push_back((*node)->log_probability);
      answer.attention.insert(answer.attention.end(), (*node)->attention.begin(),
                              (*node)->attention.end());
      answer.posterior.insert(answer.posterior.end(), (*node)->posterior.begin(),
                              (*node)->posterior.end());
      if (copies_) answer.copied.push_back((*node)->copied);
    }
    return answer;
  }

  /// Whether no hypothesis can still come before the last of a full list: log-probabilities only
  /// fall, and the penalty is at most that of the longest answer.
  bool cannot_improve() const {
    if (alive_.empty() || finished_.size() < width()) return false;
    Hypothesis best = alive_.front();
    if (options_.length_penalty > 0.0) best.length = limit_;
    return score(best) <= score(finished_.back());
  }

  /// Removes the nodes that no hypothesis goes through any more, which are most of them. A node
  /// comes after its parent.
  void drop_unreached() {
    constexpr int unreached = -1;
    std::vector<int> place(nodes_.size(), unreached);
    const auto reach = [&](int node) {
      if (node >= 0) place[static_cast<std::size_t>(node)] = 0;
    };
    for (const auto* list : {&alive_, &finished_}) {
      for (const Hypothesis& hypothesis : *list) reach(hypothesis.node);
    }
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      if (place[i] != unreached) reach(nodes_[i].parent);
    }
    std::vector<Node> kept;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (place[i] == unreached) continue;
      place[i] = static_cast<int>(kept.size());
      Node& node = kept.emplace_back(std::move(nodes_[i]));
      if (node.parent >= 0) node.parent = place[static_cast<std::size_t>(node.parent)];
    }
    nodes_ = std::move(kept);
    max_nodes_ = 2 * nodes_.size() + width();
    for (auto* list : {&alive_, &finished_}) {
      for (Hypothesis& hypothesis : *list) {
        hypothesis.node = place[static_cast<std::size_t>(hypothesis.node)];
      }
    }
  }

  static void gather(const std::vector<int>& parents, MatrixOut states, Matrix& scratch) {
    resize_anew(scratch, states.rows(), states.cols());
    scratch = states;
    for (std::size_t j = 0; j < parents.size(); ++j) {
      states.col(static_cast<Index>(j)) = scratch.col(parents[j]);
    }
  }

  BeamOptions options_;
  Index first_;
  Index source_length_;
  std::size_t limit_;
  int vocabulary_;  // of targets
  bool copies_;
  std::vector<Node> nodes_;
  std::size_t max_nodes_ = 0;         // more than this, and unreached ones are dropped
  std::vector<Hypothesis> alive_;     // in falling order
  std::vector<Hypothesis> finished_;  // in falling order
};

/// Each source once for every hypothesis.
std::vector<const EncodedPair*> repeat(std::span<const EncodedPair* const> sources, int times) {
  std::vector<const EncodedPair*> repeated;
  for (const EncodedPair* source : sources) {
    repeated.insert(repeated.end(), static_cast<std::size_t>(times), source);
  }
  return repeated;
}

}  // namespace

double beam_score(const Decoded& answer, double length_penalty) {
  return penalised(answer.log_probability(), answer.ids.size(), length_penalty);
}

std::vector<std::vector<Decoded>> decode_with_beam(const Seq2SeqWeights& weights,
                                                   const ModelConfig& config,
                                                   std::span<const EncodedPair* const> sources,
                                                   const BeamOptions& options,
                                                   DecodingScratch& scratch) {
  std::vector<std::vector<Decoded>> answers(sources.size());
  const std::vector<Decoded> greedy = decode_greedily(weights, config, sources, scratch);
  if (options.width == 1 || sources.empty()) {
    for (std::size_t i = 0; i < greedy.size(); ++i) answers[i].push_back(greedy[i]);
    return answers;
  }

  Tape& tape = scratch.tape;
  pack_sources(repeat(sources, options.width), scratch.batch);
  const Batch& batch = scratch.batch;
  const Index B = batch.size;
  const Index width = options.width;
  tape.grow(config, batch, 2 * B);
  encode(weights, scratch.tables, batch, tape);

  std::vector<Search> searches;  // in the order of the batch, which keeps equal sources together
  for (Index first = 0; first < B; first += width) {
    const int length = batch.source_length(static_cast<int>(first));
    searches.emplace_back(first, length, scratch, options);
  }
  std::vector<int> inputs(static_cast<std::size_t>(2 * B), Vocabulary::start);
  Matrix moved;
  Columns earlier = no_columns;
  auto going = static_cast<Index>(searches.size());
  for (Index t = 0; going > 0; ++t) {
    const Columns now{(t % 2) * B, going * width};
    answer_step(weights, scratch.tables, config, batch, inputs, earlier, now, tape);
    earlier = now;
    const auto next_inputs = std::span(inputs).subspan(static_cast<std::size_t>(((t + 1) % 2) * B));
    for (Index s = 0; s < going; ++s) {
      Search& search = searches[static_cast<std::size_t>(s)];
      if (!search.done()) search.advance(weights.decoder, tape, now.first, next_inputs, moved);
    }
    while (going > 0 && searches[static_cast<std::size_t>(going - 1)].done()) --going;
  }
  for (std::size_t s = 0; s < searches.size(); ++s) {
    const auto copy = static_cast<std::size_t>(batch.order[s * static_cast<std::size_t>(width)]);
    const std::size_t source = copy / static_cast<std::size_t>(width);
    answers[source] = searches[s].answers(greedy[source]);
    for (const Decoded& answer : answers[source]) {
      if (!std::isfinite(answer.log_probability())) {
        refuse_not_finite(scratch.model, "the logits of a hypothesis");
      }
    }
  }
  return answers;
}

}  // namespace attnviz
