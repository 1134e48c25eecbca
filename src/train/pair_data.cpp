#include "train/pair_data.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "attnviz/error.h"
#include "base/utf8.h"
#include "formats/json.h"
#include "formats/strict_json.h"
#include "infer/model_text.h"
#include "train/pair_places.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr int extra_length = 10;  // symbols of an answer more than in the longest target seen

std::vector<std::uint32_t> range(std::size_t first, std::size_t last) {
  std::vector<std::uint32_t> indices(last - first);
  std::iota(indices.begin(), indices.end(), static_cast<std::uint32_t>(first));
  return indices;
}

}  // namespace

PairData::PairData(PairSettings settings, std::uint64_t seed, bool copies)
    : settings_(std::move(settings)), seed_(seed), copies_(copies) {
  read();
  corpus_.encode(split_.train, settings_.limits, copies);
  count_unknown();
}

PairData::PairData(PairSettings settings, std::uint64_t seed, const Vocabulary& source,
                   const Vocabulary& target, bool copies)
    : settings_(std::move(settings)), seed_(seed), copies_(copies) {
  read();
  corpus_.encode(source, target, copies);
  count_unknown();
}

void PairData::read() {
  const auto add = [&](const PairFiles& files) {
    if (!files.given()) return;
    for (const std::string& name : {files.pairs, files.source, files.target}) {
      if (!name.empty()) require_regular(name);
    }
    const ReadCounts counts =
        corpus_.read(files, settings_.source, settings_.target, settings_.max_length);
    too_long_ += counts.too_long;
    notes_ += counts.notes;
  };
  add(settings_.train);
  const std::size_t train_end = corpus_.size();
  add(settings_.validation);
  const std::size_t validation_end = corpus_.size();
  add(settings_.test);

  const bool has_validation = settings_.validation.given();
  const bool has_test = settings_.test.given();
  split_ = split_corpus(corpus_, 0, train_end, has_validation ? 0.0 : settings_.held_out,
                        has_test ? 0.0 : settings_.held_out, seed_);
  if (has_validation) split_.validation = range(train_end, validation_end);
  if (has_test) split_.test = range(validation_end, corpus_.size());
  check_parts();

  for (std::size_t i = 0; i < corpus_.size(); ++i) checksum_ += corpus_.hash(i);
  for (std::size_t i = 0; i < corpus_.size(); ++i) {
    longest_source_ = std::max(longest_source_, static_cast<int>(corpus_.source(i).size()));
    longest_target_ = std::max(longest_target_, static_cast<int>(corpus_.target(i).size()));
  }
}

void PairData::check_parts() const {
  const auto require = [&](Part which, const PairFiles& files, const char* use) {
    if (!part(which).empty()) return;
    std::vector<std::string> reasons;
    const auto add = [&](std::size_t count, const std::string& reason) {
      if (count > 0) reasons.push_back(fmt::format("{} {}", count, reason));
    };
    add(too_long_, fmt::format("longer than {} symbols left out", settings_.max_length));
    add(notes_.empty, "with an empty side left out");
    const bool of_train = which == Part::train;
    const bool validation = of_train && !settings_.validation.given() && !split_.validation.empty();
    const bool test = of_train && !settings_.test.given() && !split_.test.empty();
    if (validation) add(split_.validation.size(), "held out to validate with");
    if (test) add(split_.test.size(), "held out to test with");
    const std::string why = reasons.empty() ? "" : " (" + attnviz::join(reasons, ", ") + ")";
    throw EmptyPartError(
        fmt::format("{}: expected at least one pair {}{}, got none",
                    printable((files.given() ? files : settings_.train).name(), no_limit), use,
                    why),
        {which, too_long_ > 0, validation, test});
  };
  require(Part::train, settings_.train, "to train on");
  require(Part::validation, settings_.validation, "to validate with");
  require(Part::test, settings_.test, "to test with");
}

PairCounts PairData::counts() const {
  return {split_.train.size(), split_.validation.size(), split_.test.size(), too_long_, notes_,
          corpus_.has_gold()};
}

void PairData::count_unknown() {
  const auto share = [&](Part part, auto&& side) {
    std::size_t symbols = 0;
    std::size_t unknown = 0;
    for (const std::uint32_t i : this->part(part)) {
      const std::span<const int> ids = side(i);
      symbols += ids.size();
      unknown += static_cast<std::size_t>(std::count(ids.begin(), ids.end(), Vocabulary::unknown));
    }
    return static_cast<double>(unknown) / static_cast<double>(std::max<std::size_t>(1, symbols));
  };
  for (const Part part : {Part::train, Part::validation, Part::test}) {
    unknown_[part] = {share(part, [this](std::size_t i) { return corpus_.source(i); }),
                      share(part, [this](std::size_t i) { return corpus_.target(i); })};
  }
}

std::string PairData::data_json() const {
  Json data = Json::parse(to_json(settings_));
  data["pairs"] = {split_.train.size(), split_.validation.size(), split_.test.size()};
  data["checksum"] = checksum_;
  return data.dump();
}

void PairData::adopt(const std::string& entry, bool keep_names) {
  const auto expected = parse_strict_json<Json>(entry, "data");
  const auto found = Json::parse(data_json());
  std::vector<std::string> texts;
  for (const Json& json : {expected, found}) {
    texts.push_back(fmt::format("{} (to train, validate, test) with checksum {}",
                                json.value("pairs", Json()).dump(),
                                json.value("checksum", Json()).dump()));
  }
  if (texts[0] != texts[1]) {
    throw InputError(fmt::format(
        "{}: the pairs are not those that the model was trained on: expected {}, got {}",
        printable(settings_.train.name(), no_limit), printable(texts[0], 200), texts[1]));
  }
  if (keep_names) adopted_ = entry;
}

std::map<std::string, std::string> PairData::metadata() const {
  const auto source_length = [&](std::uint32_t i) {
    return static_cast<int>(corpus_.source(i).size());
  };
  const auto [shortest, longest] = std::ranges::minmax(split_.train, {}, source_length);
  const ModelText text{settings_.source,
                       settings_.target,
                       longest_target_ + 1 + extra_length,
                       true,
                       sample(),
                       source_length(shortest),
                       source_length(longest)};
  std::map<std::string, std::string> entries{{"text", text_to_json(text)},
                                             {"data", adopted_.empty() ? data_json() : adopted_}};
  Json shares;
  for (const auto& [part, name] :
       {std::pair{Part::train, "train"}, {Part::validation, "validation"}, {Part::test, "test"}}) {
    const UnknownShares of_part = unknown(part);
    if (of_part.source > 0.0) shares[std::string(name) + "_source"] = of_part.source;
    if (of_part.target > 0.0) shares[std::string(name) + "_target"] = of_part.target;
  }
  if (!shares.empty()) entries["unknown"] = shares.dump();
  std::vector<std::size_t> counts(source().symbols().size());
  for (const std::uint32_t i : split_.train) {
    for (const int id : corpus_.source(i)) {
      if (id >= Vocabulary::reserved) ++counts[static_cast<std::size_t>(id - Vocabulary::reserved)];
    }
  }
  entries[source_counts_key] = counts_to_json(counts);
  return entries;
}

std::string PairData::sample() const {
  for (const std::uint32_t i : split_.test) {
    const auto ids = corpus_.source(i);
    if (std::find(ids.begin(), ids.end(), Vocabulary::unknown) != ids.end()) continue;
    return settings_.source.join(decode(source(), ids));
  }
  return source().symbols().empty() ? "" : source().symbols().front();
}

const std::vector<std::uint32_t>& PairData::part(Part part) const {
  switch (part) {
    case Part::train:
      return split_.train;
    case Part::validation:
      return split_.validation;
    case Part::test:
      break;
  }
  return split_.test;
}

std::vector<EncodedExample> PairData::held_out(Part part, int max, Random& random) const {
  std::vector<std::uint32_t> chosen = this->part(part);
  if (chosen.size() > static_cast<std::size_t>(max)) {
    random.shuffle(std::span(chosen));
    chosen.resize(static_cast<std::size_t>(max));
  }
  std::vector<EncodedExample> examples;
  examples.reserve(chosen.size());
  for (const std::uint32_t pair : chosen) examples.push_back(example(pair));
  return examples;
}

EncodedExample PairData::example(std::uint32_t pair) const {
  EncodedExample example;
  corpus_.get(pair, example.pair);
  example.gold = corpus_.gold(pair);
  return example;
}

std::optional<EncodedExample> PairData::example_of(const std::vector<std::string>& source) const {
  std::vector<int> ids = encode(corpus_.source_vocabulary(), source);
  ids.pop_back();  // END
  for (std::size_t i = 0; i < corpus_.size(); ++i) {
    if (std::ranges::equal(corpus_.source(i), ids)) return example(static_cast<std::uint32_t>(i));
  }
  return std::nullopt;
}

std::size_t PairData::tokens(std::uint32_t pair) const {
  return corpus_.source(pair).size() + corpus_.target(pair).size() + 2;
}

/// Shuffles the pairs, sorts those of each bucket by length and cuts them into batches, which are
/// shuffled in turn.
void PairData::plan(const Recipe& recipe, int epoch) {
  Random random(seed_, (std::uint64_t{1} << 62U) + static_cast<std::uint64_t>(epoch));
  order_ = split_.train;
  random.shuffle(std::span(order_));
  const auto batch_at = [&](std::size_t i) {
    return static_cast<std::size_t>(batch_size(recipe, first_step_ + static_cast<int>(i)));
  };
  const auto budget = static_cast<std::size_t>(recipe.batch_tokens);
  const std::size_t bucket =
      recipe.bucket == 1 ? 1 : static_cast<std::size_t>(recipe.bucket) * batch_at(0);
  for (std::size_t first = 0; first < order_.size(); first += bucket) {
    const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end =
        order_.begin() + static_cast<std::ptrdiff_t>(std::min(first + bucket, order_.size()));
    std::stable_sort(begin, end, [this](std::uint32_t a, std::uint32_t b) {
      const auto key = [this](std::uint32_t i) {
        return std::pair(corpus_.target(i).size(), corpus_.source(i).size());
      };
      return key(a) < key(b);
    });
  }

  std::vector<std::pair<std::size_t, std::size_t>> batches;  // first and last in order_
  for (std::size_t first = 0; first < order_.size();) {
    std::size_t last = first;
    std::size_t sum = 0;
    while (last < order_.size() && last - first < batch_at(batches.size())) {
      sum += tokens(order_[last]);
      if (budget > 0 && last > first && sum > budget) break;
      ++last;
    }
    batches.emplace_back(first, last);
    first = last;
  }
  if (recipe.bucket > 1) random.shuffle(std::span(batches));
  std::vector<std::uint32_t> dealt;
  dealt.reserve(order_.size());
  batch_starts_.assign(1, 0);
  for (const auto& [first, last] : batches) {
    dealt.insert(dealt.end(), order_.begin() + static_cast<std::ptrdiff_t>(first),
                 order_.begin() + static_cast<std::ptrdiff_t>(last));
    batch_starts_.push_back(dealt.size());
  }
  order_ = std::move(dealt);
  epoch_ = epoch;
}

int PairData::steps_per_epoch(const Recipe& recipe) {
  first_step_ = 0;
  plan(recipe, 0);
  return static_cast<int>(batch_starts_.size()) - 1;
}

void PairData::next_batch(const Recipe& recipe, int step, Random&,
                          std::vector<EncodedPair>& pairs) {
  if (epoch_ < 0 || step < first_step_) {
    first_step_ = 0;
    plan(recipe, 0);
  }
  for (auto steps = static_cast<int>(batch_starts_.size()) - 1; step >= first_step_ + steps;
       steps = static_cast<int>(batch_starts_.size()) - 1) {
    first_step_ += steps;
    plan(recipe, epoch_ + 1);
  }
  const auto batch = static_cast<std::size_t>(step - first_step_);
  pairs.resize(batch_starts_[batch + 1] - batch_starts_[batch]);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    corpus_.get(order_[batch_starts_[batch] + i], pairs[i]);
  }
}

}  // namespace attnviz
