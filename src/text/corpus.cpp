#include "text/corpus.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "attnviz/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "text/copies.h"

namespace attnviz {
namespace {

constexpr std::size_t max_pairs = std::size_t{1} << 27U;
constexpr std::size_t max_numbers = std::size_t{1} << 30U;  // symbols and gold positions
constexpr std::size_t max_text = std::size_t{1} << 30U;     // bytes of the distinct symbols

[[noreturn]] void refuse_empty(const SymbolTable& table, const std::vector<std::size_t>& counts,
                               const VocabularyLimits& limits, const char* side) {
  std::size_t most = 0;
  std::string symbol;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string& other = table.symbol(static_cast<int>(i));
    if (counts[i] <= most || Vocabulary::is_reserved(other)) continue;
    most = counts[i];
    symbol = other;
  }
  if (most == 0) {
    throw InputError(fmt::format(
        "{} symbols: expected others than <pad>, <s>, </s>, <unk> in the training pairs, got none",
        side));
  }
  throw EmptyVocabularyError(
      fmt::format("{} symbols: expected one that occurs at least {} times in the training pairs, "
                  "got at most {} of one, \"{}\"",
                  side, limits.min_count, most, printable(symbol)));
}

/// The vocabulary of the symbols that occur often enough in the given lists.
Vocabulary count_vocabulary(const SymbolTable& table, const FlatLists& lists,
                            std::span<const std::uint32_t> training, const VocabularyLimits& limits,
                            const char* side) {
  std::vector<std::size_t> counts(table.size(), 0);
  for (const std::uint32_t i : training) {
    for (const int number : lists[i]) ++counts[static_cast<std::size_t>(number)];
  }
  std::vector<int> order;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto number = static_cast<int>(i);
    if (counts[i] >= static_cast<std::size_t>(std::max(1, limits.min_count)) &&
        !Vocabulary::is_reserved(table.symbol(number))) {
      order.push_back(number);
    }
  }
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    const std::size_t left = counts[static_cast<std::size_t>(a)];
    const std::size_t right = counts[static_cast<std::size_t>(b)];
    return left != right ? left > right : table.symbol(a) < table.symbol(b);
  });
  if (limits.max_size > 0 && order.size() > static_cast<std::size_t>(limits.max_size)) {
    order.resize(static_cast<std::size_t>(limits.max_size));
  }
  if (order.empty() && !training.empty()) refuse_empty(table, counts, limits, side);
  std::vector<std::string> symbols;
  symbols.reserve(order.size());
  for (const int number : order) symbols.push_back(table.symbol(number));
  return Vocabulary(std::move(symbols));
}

void renumber(const SymbolTable& table, const Vocabulary& vocabulary, FlatLists& lists) {
  std::vector<int> ids(table.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    ids[i] = vocabulary.id(table.symbol(static_cast<int>(i)));
  for (int& number : lists.numbers()) number = ids[static_cast<std::size_t>(number)];
}

/// By the vocabulary, other texts by numbers from its size on, which equal texts share.
void renumber_texts(const SymbolTable& table, const Vocabulary& vocabulary, SymbolTable& others,
                    FlatLists& lists) {
  std::vector<int> ids(table.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string& symbol = table.symbol(static_cast<int>(i));
    ids[i] = vocabulary.id(symbol);
    const bool is_other = ids[i] == Vocabulary::unknown && !Vocabulary::is_reserved(symbol);
    if (is_other) ids[i] = vocabulary.size() + others.number(symbol);
  }
  for (int& number : lists.numbers()) number = ids[static_cast<std::size_t>(number)];
}

/// FNV leaves similar texts next to each other; a random number from there does not.
std::uint64_t hash_symbols(const SymbolTable& table, std::span<const int> numbers,
                           std::uint64_t seed) {
  std::string text;
  for (const int number : numbers) text.append(table.symbol(number)).append(1, '\0');
  return Random(fnv1a(text), seed).bits();
}

void copy_with_end(std::span<const int> from, std::vector<int>& to) {
  to.assign(from.begin(), from.end());
  to.push_back(Vocabulary::end);
}

}  // namespace

int SymbolTable::number(std::string_view symbol) {
  const auto found = numbers_.find(symbol);
  if (found != numbers_.end()) return found->second;
  const auto [entry, fresh] = numbers_.emplace(symbol, static_cast<int>(symbols_.size()));
  symbols_.push_back(&entry->first);
  bytes_ += symbol.size();
  return entry->second;
}

void FlatLists::push(std::span<const int> list) {
  numbers_.insert(numbers_.end(), list.begin(), list.end());
  ends_.push_back(numbers_.size());
}

ReadCounts Corpus::read(const PairFiles& files, Tokenizer source, Tokenizer target,
                        int max_length) {
  const auto longest = static_cast<std::size_t>(max_length);
  ReadCounts counts;
  PairReader reader(files, source, target);
  TextPair pair;
  std::vector<int> numbers;
  const auto push = [&numbers](const std::vector<std::string>& symbols, SymbolTable& table,
                               FlatLists& lists) {
    numbers.clear();
    for (const std::string& symbol : symbols) numbers.push_back(table.number(symbol));
    lists.push(numbers);
  };
  while (reader.next(pair)) {
    if (pair.source.size() > longest || pair.target.size() > longest) {
      ++counts.too_long;
      continue;
    }
    if (size() >= max_pairs || sources_.count() + targets_.count() + gold_.count() > max_numbers ||
        source_symbols_.bytes() + target_symbols_.bytes() > max_text) {
      throw LimitError(
          fmt::format("{}: expected at most 2^27 pairs, 2^30 symbols and 1 GiB of distinct ones",
                      printable(files.name(), no_limit)));
    }
    ++counts.pairs;
    push(pair.source, source_symbols_, sources_);
    push(pair.target, target_symbols_, targets_);
    if (!pair.has_gold && !has_gold()) continue;
    while (gold_.size() + 1 < size()) gold_.push({});  // pairs before the first with gold
    numbers.clear();
    for (const std::vector<int>& positions : pair.gold) {
      numbers.push_back(static_cast<int>(positions.size()));
      numbers.insert(numbers.end(), positions.begin(), positions.end());
    }
    gold_.push(numbers);
  }
  counts.notes = reader.notes();
  return counts;
}

GoldAlignment Corpus::gold(std::size_t i) const {
  GoldAlignment gold(target(i).size());
  if (i >= gold_.size()) return gold;
  const std::span<const int> numbers = gold_[i];
  std::size_t at = 0;
  for (std::size_t row = 0; at < numbers.size(); ++row) {
    const auto count = static_cast<std::size_t>(numbers[at]);
    const auto positions = numbers.subspan(at + 1, count);
    gold[row].assign(positions.begin(), positions.end());
    at += 1 + count;
  }
  return gold;
}

std::uint64_t Corpus::source_hash(std::size_t i, std::uint64_t seed) const {
  return hash_symbols(source_symbols_, source(i), seed);
}

std::uint64_t Corpus::hash(std::size_t i) const {
  std::uint64_t hash = hash_symbols(target_symbols_, target(i), source_hash(i, i));
  if (i < gold_.size()) {
    for (const int number : gold_[i])
      hash = Random(hash, static_cast<std::uint64_t>(number)).bits();
  }
  return hash;
}

void Corpus::encode(std::span<const std::uint32_t> training, const VocabularyLimits& limits,
                    bool copies) {
  const Vocabulary source = count_vocabulary(source_symbols_, sources_, training, limits, "source");
  encode(source, count_vocabulary(target_symbols_, targets_, training, limits, "target"), copies);
}

void Corpus::encode(const Vocabulary& source, const Vocabulary& target, bool copies) {
  source_vocabulary_ = source;
  target_vocabulary_ = target;
  if (copies) {
    SymbolTable others;
    source_texts_ = sources_;
    target_texts_ = targets_;
    renumber_texts(source_symbols_, target_vocabulary_, others, source_texts_);
    renumber_texts(target_symbols_, target_vocabulary_, others, target_texts_);
  }
  renumber(source_symbols_, source_vocabulary_, sources_);
  renumber(target_symbols_, target_vocabulary_, targets_);
  source_symbols_ = {};
  target_symbols_ = {};
}

void Corpus::get(std::size_t i, EncodedPair& pair) const {
  copy_with_end(source(i), pair.source);
  copy_with_end(target(i), pair.target);
  if (source_texts_.size() == 0) return;
  set_copies(source_texts_[i], target_texts_[i], target_vocabulary_.size(), pair);
}

CorpusSplit split_corpus(const Corpus& corpus, std::size_t first, std::size_t last,
                         double validation, double test, std::uint64_t seed) {
  std::vector<std::uint64_t> hashes;
  for (std::size_t i = first; i < last; ++i) hashes.push_back(corpus.source_hash(i, seed));
  std::vector<std::uint64_t> distinct = hashes;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const auto count = [&](double share) {
    const auto rounded =
        static_cast<std::size_t>(std::llround(share * static_cast<double>(distinct.size())));
    return share > 0.0 ? std::max<std::size_t>(1, rounded) : 0;
  };
  const std::size_t test_from = std::min(count(validation), distinct.size());
  const std::size_t train_from = std::min(test_from + count(test), distinct.size());

  CorpusSplit split;
  for (std::size_t i = first; i < last; ++i) {
    const auto place = static_cast<std::size_t>(
        std::lower_bound(distinct.begin(), distinct.end(), hashes[i - first]) - distinct.begin());
    auto& part = place < test_from    ? split.validation
                 : place < train_from ? split.test
                                      : split.train;
    part.push_back(static_cast<std::uint32_t>(i));
  }
  return split;
}

}  // namespace attnviz
