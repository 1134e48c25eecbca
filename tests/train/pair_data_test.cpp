#include "train/pair_data.h"

#include <algorithm>
#include <set>

#include "attnviz/error.h"
#include "catch.h"
#include "temporary_file.h"

namespace attnviz {
namespace {

constexpr Tokenizer words{Unit::word};

/// Pairs of 1 to 9 words, all different.
std::string many_pairs(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "w" + std::to_string(i);
    for (int k = 0; k < i % 9; ++k) text += " a";
    text += "\tx\t0\n";
  }
  return text;
}

PairSettings settings_of(const TemporaryFile& file) {
  PairSettings settings;
  settings.train.pairs = file.path();
  settings.source = settings.target = words;
  return settings;
}

Recipe recipe_of(int batch, int tokens = 0) {
  Recipe recipe;
  recipe.batch = recipe.late_batch = batch;
  recipe.batch_tokens = tokens;
  return recipe;
}

std::vector<EncodedPair> batch_of(PairData& data, const Recipe& recipe, int step) {
  Random unused(0);
  std::vector<EncodedPair> pairs;
  data.next_batch(recipe, step, unused, pairs);
  return pairs;
}

TEST_CASE("an epoch holds every training pair once", "[pairs]") {
  const TemporaryFile file(many_pairs(400));
  Recipe bucketed = recipe_of(16, 60);
  bucketed.bucket = 4;
  for (const Recipe& recipe : {recipe_of(16), recipe_of(16, 60), bucketed}) {
    PairData data(settings_of(file), 3);
    CHECK(data.counts().train == 320);
    CHECK(data.counts().validation == 40);
    CHECK(data.counts().test == 40);
    int step = 0;
    std::vector<std::vector<int>> first_epoch;
    for (int epoch = 0; epoch < 3; ++epoch) {
      std::multiset<std::vector<int>> seen;
      std::vector<std::vector<int>> order;
      while (seen.size() < 320) {
        const auto pairs = batch_of(data, recipe, step++);
        std::size_t tokens = 0;
        for (const EncodedPair& pair : pairs) {
          seen.insert(pair.source);
          order.push_back(pair.source);
          tokens += pair.source.size() + pair.target.size();
        }
        CHECK(pairs.size() <= 16);
        if (recipe.batch_tokens > 0) CHECK(tokens <= 60);
      }
      CHECK(std::set<std::vector<int>>(seen.begin(), seen.end()).size() == 320);
      if (epoch == 0) {
        CHECK(data.steps_per_epoch(recipe) == step);
        first_epoch = order;
      } else {
        CHECK(order != first_epoch);
      }
    }
  }
}

TEST_CASE("a batch of a bucket holds pairs of like length, other batches of every length",
          "[pairs]") {
  const TemporaryFile file(many_pairs(400));
  const auto mean_spread = [&file](int bucket) {
    PairData data(settings_of(file), 3);
    Recipe recipe = recipe_of(16);
    recipe.bucket = bucket;
    std::size_t spread = 0;
    for (int step = 0; step < 20; ++step) {
      std::size_t least = 100;
      std::size_t most = 0;
      for (const EncodedPair& pair : batch_of(data, recipe, step)) {
        least = std::min(least, pair.source.size());
        most = std::max(most, pair.source.size());
      }
      spread += most - least;
    }
    return static_cast<double>(spread) / 20;
  };
  CHECK(mean_spread(20) < 3);
  CHECK(mean_spread(1) > 6);
}

TEST_CASE("a recipe that changes its batch does so at its step, not at an epoch's end", "[pairs]") {
  const TemporaryFile file(many_pairs(400));
  PairData data(settings_of(file), 3);
  Recipe recipe = recipe_of(8);
  recipe.late_batch = 32;
  recipe.steps = 20;
  recipe.late_batch_from = 0.5;
  CHECK(batch_of(data, recipe, 9).size() == 8);
  CHECK(batch_of(data, recipe, 10).size() == 32);
}

TEST_CASE("the batch of a step follows from the seed and the step alone", "[pairs]") {
  const TemporaryFile file(many_pairs(100));
  const Recipe recipe = recipe_of(8, 50);
  PairData data(settings_of(file), 3);
  std::vector<std::vector<EncodedPair>> batches;
  for (int step = 0; step < 60; ++step) batches.push_back(batch_of(data, recipe, step));
  for (const int step : {59, 0, 31}) {
    PairData again(settings_of(file), 3);
    const auto pairs = batch_of(again, recipe, step);
    REQUIRE(pairs.size() == batches[static_cast<std::size_t>(step)].size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      CHECK(pairs[i].source == batches[static_cast<std::size_t>(step)][i].source);
    }
  }
}

TEST_CASE("held-out pairs carry their gold and are of their own files", "[pairs]") {
  const TemporaryFile file(many_pairs(50));
  const TemporaryFile dev("w1 new\tx x\t- 0,1\n");
  PairSettings settings = settings_of(file);
  settings.validation.pairs = dev.path();
  const PairData data(settings, 1);
  CHECK(data.counts().train == 45);
  CHECK(data.counts().test == 5);
  Random random(1);
  const auto validation = data.held_out(Part::validation, 10, random);
  REQUIRE(validation.size() == 1);
  CHECK(validation[0].gold == GoldAlignment{{}, {0, 1}});
  CHECK(decode(data.source(), validation[0].pair.source).back() == "<unk>");
  CHECK(data.held_out(Part::test, 3, random).size() == 3);
}

TEST_CASE("settings of pairs go to JSON and back", "[pairs]") {
  PairSettings settings;
  settings.train = {"", "a.en", "a.mr"};
  settings.test.pairs = "t.tsv";
  settings.source = {Unit::character, true, true};
  settings.limits = {2, 300};
  settings.max_length = 7;
  const PairSettings back = pair_settings_from_json(to_json(settings), "x");
  CHECK(to_json(back) == to_json(settings));
  CHECK(back.train.target == "a.mr");
  CHECK(back.source == settings.source);
  CHECK_THROWS_AS(pair_settings_from_json("{}", "x"), InputError);
  CHECK_THROWS_AS(pair_settings_from_json("[", "x"), InputError);
  for (const char* length : {"-7", "7.5", "1001", "4294967303", "7,\"max_length\":7"}) {
    std::string changed = to_json(settings);
    changed.replace(changed.rfind('7'), 1, length);
    INFO(changed);
    CHECK_THROWS_AS(pair_settings_from_json(changed, "x"), InputError);
  }
}

TEST_CASE("changed pairs have another checksum", "[pairs]") {
  const TemporaryFile file(many_pairs(50));
  const std::string fact = PairData(settings_of(file), 1).metadata().at("data");
  CHECK(PairData(settings_of(file), 1).metadata().at("data") == fact);
  for (const std::string change : {"w0 b\tx\t0\n", ""}) {
    const TemporaryFile other(many_pairs(49) + change);
    PairSettings settings = settings_of(other);
    const PairData data(settings, 1);
    CHECK(data.metadata().at("data").substr(data.metadata().at("data").find("checksum")) !=
          fact.substr(fact.find("checksum")));
  }
  // Another gold alignment, or a pair that moved from one part to another, is a change as well.
  const TemporaryFile train("a\tx\t0\nb\ty\t0\nc\tz\t0\n");
  const TemporaryFile dev("d\tx\t0\n");
  const TemporaryFile test("e\tx\t0\n");
  const auto fact_of = [](const TemporaryFile& a, const TemporaryFile& b, const TemporaryFile& c) {
    PairSettings settings = settings_of(a);
    settings.validation.pairs = b.path();
    settings.test.pairs = c.path();
    const std::string text = PairData(settings, 1).metadata().at("data");
    return text.substr(text.find("\"pairs\":"));
  };
  const std::string whole = fact_of(train, dev, test);
  CHECK(fact_of(train, dev, TemporaryFile("e\tx\t0\n")) == whole);
  CHECK(fact_of(train, dev, TemporaryFile("e\tx\n")) != whole);
  CHECK(fact_of(train, dev, TemporaryFile("e\tx\t-\n")) != whole);
  CHECK(fact_of(TemporaryFile("a\tx\t0\nb\ty\t0\n"), TemporaryFile("c\tz\t0\nd\tx\t0\n"), test) !=
        whole);
}

TEST_CASE("a part without pairs is refused", "[pairs]") {
  const TemporaryFile file("a\tx\nb\ty\n");
  CHECK_THROWS_WITH(PairData(settings_of(file), 1),
                    file.path() +
                        ": expected at least one pair to train on (1 held out to validate with, 1 "
                        "held out to test with), got none");
  const TemporaryFile one("a\tx\na\ty\n\n");
  PairSettings only = settings_of(one);
  only.validation.pairs = file.path();
  try {
    PairData(only, 1);
    FAIL("accepted");
  } catch (const EmptyPartError& error) {
    CHECK(error.what() == one.path() +
                              ": expected at least one pair to train on (1 with an empty side left "
                              "out, 2 held out to test with), got none");
    CHECK(error.reasons().test_held_out);
    CHECK_FALSE(error.reasons().validation_held_out);
  }
  const TemporaryFile empty("");
  CHECK_THROWS_AS(PairData(settings_of(empty), 1), InputError);
  const TemporaryFile long_ones("a b c\tx\n");
  PairSettings settings = settings_of(long_ones);
  settings.max_length = 2;
  CHECK_THROWS_WITH(PairData(settings, 1),
                    long_ones.path() +
                        ": expected at least one pair to train on (1 longer than 2 symbols left "
                        "out), got none");
}

TEST_CASE("symbols that are read as unknown are counted by part and side", "[pairs]") {
  const TemporaryFile train("a a b\tx\nc a\tx\n");
  const TemporaryFile dev("a d d d\tx\n");
  const TemporaryFile test("a\ty x\n");
  PairSettings settings = settings_of(train);
  settings.validation.pairs = dev.path();
  settings.test.pairs = test.path();
  settings.limits.min_count = 2;
  const PairData data(settings, 1);
  CHECK(data.unknown(Part::train).source == 2.0 / 5);
  CHECK(data.unknown(Part::train).target == 0.0);
  CHECK(data.unknown(Part::validation).source == 3.0 / 4);
  CHECK(data.unknown(Part::test).source == 0.0);
  CHECK(data.unknown(Part::test).target == 1.0 / 2);
  CHECK(data.metadata().at("unknown") ==
        R"({"train_source":0.4,"validation_source":0.75,"test_target":0.5})");
  settings.limits.min_count = 1;
  settings.validation.pairs = settings.test.pairs = train.path();
  CHECK_FALSE(PairData(settings, 1).metadata().contains("unknown"));
}

TEST_CASE("the columns of pairs are kept", "[pairs]") {
  const TemporaryFile file("CC\tx\ta\nCC\ty\tb\nCC\tz\tc\nCC\tz\td\n");
  PairSettings settings = settings_of(file);
  settings.train.columns = {3, 2};
  CHECK(PairData(settings, 1).counts().train == 2);
  const PairSettings back = pair_settings_from_json(to_json(settings), "x");
  CHECK(back.train.columns == settings.train.columns);
  CHECK(back.test.columns.empty());
  for (const char* columns : {"3", "3,3", "0,1", ""}) {
    std::string changed = to_json(settings);
    changed.replace(changed.find("3,2"), 3, columns);
    INFO(changed);
    CHECK_THROWS_AS(pair_settings_from_json(changed, "x"), InputError);
  }
}

}  // namespace
}  // namespace attnviz
