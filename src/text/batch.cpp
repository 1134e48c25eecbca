#include "text/batch.h"

#include <algorithm>
#include <numeric>

namespace attnviz {
namespace {

int length(const std::vector<int>& tokens) {
  return static_cast<int>(tokens.size());
}

}  // namespace

std::vector<int> encode(const Vocabulary& vocabulary, std::span<const std::string> symbols) {
  std::vector<int> ids;
  ids.reserve(symbols.size() + 1);
  for (const std::string& symbol : symbols) ids.push_back(vocabulary.id(symbol));
  ids.push_back(Vocabulary::end);
  return ids;
}

std::vector<std::string> decode(const Vocabulary& vocabulary, std::span<const int> ids) {
  std::vector<std::string> symbols;
  for (const int id : ids) {
    if (id == Vocabulary::end) break;
    symbols.push_back(vocabulary.symbol(id));
  }
  return symbols;
}

void pack_sources(std::span<const EncodedPair* const> pairs, Batch& batch) {
  batch.size = static_cast<int>(pairs.size());
  batch.order.resize(pairs.size());
  std::iota(batch.order.begin(), batch.order.end(), 0);
  // By index last: std::stable_sort would allocate.
  std::sort(batch.order.begin(), batch.order.end(), [&](int a, int b) {
    const EncodedPair& left = *pairs[static_cast<std::size_t>(a)];
    const EncodedPair& right = *pairs[static_cast<std::size_t>(b)];
    if (left.source.size() != right.source.size()) return left.source.size() > right.source.size();
    if (left.target.size() != right.target.size()) return left.target.size() > right.target.size();
    return a < b;
  });

  const auto in_order = [&](std::size_t k) -> const EncodedPair& {
    return *pairs[static_cast<std::size_t>(batch.order[k])];
  };
  batch.starts.assign(1, 0);
  batch.copies.clear();
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    batch.starts.push_back(batch.starts.back() + length(in_order(k).source));
    const std::vector<int>& copies = in_order(k).copies;
    batch.copies.insert(batch.copies.end(), copies.begin(), copies.end());
  }

  batch.source.clear();
  batch.source_first.assign(1, 0);
  const std::size_t steps = pairs.empty() ? 0 : in_order(0).source.size();
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t k = 0; k < pairs.size() && in_order(k).source.size() > t; ++k) {
      batch.source.push_back(in_order(k).source[t]);
    }
    batch.source_first.push_back(length(batch.source));
  }
  batch.inputs.clear();
  batch.labels.clear();
  batch.target_first.assign(1, 0);
}

void pack(std::span<const EncodedPair* const> pairs, Batch& batch) {
  pack_sources(pairs, batch);
  const auto pair = [&](std::size_t k) -> const EncodedPair& {
    return *pairs[static_cast<std::size_t>(batch.order[k])];
  };
  const auto target = [&](std::size_t k) -> const std::vector<int>& { return pair(k).target; };
  for (std::size_t t = 0, going = pairs.size();; ++t) {
    while (going > 0 && target(going - 1).size() <= t) --going;
    if (going == 0) break;
    for (std::size_t k = 0; k < going; ++k) {
      const bool real = target(k).size() > t;
      batch.inputs.push_back(t == 0 ? Vocabulary::start
                             : real ? target(k)[t - 1]
                                    : Vocabulary::pad);
      batch.labels.push_back(real ? pair(k).wanted()[t] : -1);
    }
    batch.target_first.push_back(length(batch.labels));
  }
}

}  // namespace attnviz
