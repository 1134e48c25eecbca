#include "score/text_scores.h"

#include <cmath>
#include <string>
#include <vector>

#include "catch.h"
#include "text/corpus.h"
#include "text/tokenizer.h"

namespace attnviz {
namespace {

std::vector<int> numbers(SymbolTable& table, Unit unit, const std::string& text) {
  std::vector<int> result;
  for (const std::string& symbol : Tokenizer{unit}.split(text)) {
    result.push_back(table.number(symbol));
  }
  return result;
}

Bleu bleu_of(const std::vector<std::pair<std::string, std::string>>& answers) {
  SymbolTable table;
  Bleu bleu;
  for (const auto& [answer, right] : answers) {
    const std::vector<std::vector<int>> rights = {numbers(table, Unit::word, right)};
    bleu.add(numbers(table, Unit::word, answer), rights);
  }
  return bleu;
}

TEST_CASE("the error rate counts edits over the symbols of all right answers") {
  ErrorRate rate;
  CHECK(rate.rate() == 0.0);
  const std::vector<int> right = {1, 2, 3, 4};
  const std::vector<int> wrong = {1, 3, 4, 5, 6};
  rate.add(right, right);
  rate.add(wrong, right);  // 2 is missing, 5 and 6 are too many
  CHECK(rate.edits == 3);
  CHECK(rate.symbols == 8);
  CHECK(rate.rate() == 3.0 / 8.0);
}

TEST_CASE("n-gram counts of the example in Papineni et al. 2002") {
  // Candidate 1 of its example 1 against reference 1 alone, and the clipping of example 2.
  const Bleu first = bleu_of(
      {{"It is a guide to action which ensures that the military always obeys the commands of the "
        "party",
        "It is a guide to action that ensures that the military will forever heed Party "
        "commands"}});
  CHECK(first.ngrams == std::array<std::size_t, 4>{18, 17, 16, 15});
  CHECK(first.matches == std::array<std::size_t, 4>{11, 8, 6, 4});
  const Bleu clipped = bleu_of({{"the the the the the the the", "The cat is on the mat the"}});
  CHECK(clipped.matches[0] == 2);
  CHECK(clipped.ngrams[0] == 7);
  CHECK(clipped.score() == 0.0);
}

TEST_CASE("BLEU with several references: clipped by the most, the nearest length") {
  // Example 2 of Papineni et al. 2002: "the" occurs twice in the first reference.
  SymbolTable table;
  const auto text = [&](const std::string& words) { return numbers(table, Unit::word, words); };
  const std::vector<std::vector<int>> rights = {text("the cat is on the mat"),
                                                text("there is a cat on the mat now ok")};
  Bleu bleu;
  bleu.add(text("the the the the the the the"), rights);
  CHECK(bleu.matches[0] == 2);
  CHECK(bleu.right_symbols == 6);  // of 6 and 9, for 7
  bleu.add(text("cat cat now ok mat on the is"), rights, 3);
  CHECK(bleu.right_symbols == 6 + 3 * 9);
  CHECK(bleu.answer_symbols == 7 + 3 * 8);
  CHECK(bleu.matches[0] == 2 + 3 * 7);  // all but the second "cat", from both references
  Bleu between;
  between.add(text("a b c"), std::vector<std::vector<int>>{text("a b c d"), text("a b")});
  CHECK(between.right_symbols == 2);  // the shorter of two
}

TEST_CASE("BLEU worked out by hand") {
  // The second segment of the example in NLTK's documentation of corpus_bleu.
  CHECK(bleu_of({{"he read the book because he was interested in world history",
                  "he was interested in world history because he read the book"}})
            .score() == Catch::Approx(0.7400828044922853).epsilon(1e-12));
  CHECK(bleu_of({{"a b c d", "a b c d"}}).score() == Catch::Approx(1.0));
  // 5/6, 4/5, 3/4, 2/3 of the n-grams match; as long as the reference
  CHECK(bleu_of({{"x b c d e f", "a b c d e f"}}).score() ==
        Catch::Approx(std::pow(5.0 / 6 * 4 / 5 * 3 / 4 * 2 / 3, 0.25)));
  // all match, but 5 words answer 8: the brevity penalty is e^(1 - 8/5)
  CHECK(bleu_of({{"a b c d e", "a b c d e f g h"}}).score() == Catch::Approx(std::exp(-0.6)));
  // longer than the reference: no reward
  CHECK(bleu_of({{"a b c d e f g h", "a b c d"}}).score() ==
        Catch::Approx(std::pow(4.0 / 8 * 3 / 7 * 2 / 6 * 1 / 5, 0.25)));
  // counts of a corpus are added up before anything is divided
  CHECK(bleu_of({{"a b c d", "a b c d"}, {"q", "a b"}}).score() ==
        Catch::Approx(std::pow(4.0 / 5, 0.25) * std::exp(1.0 - 6.0 / 5)));
  CHECK(bleu_of({}).score() == 0.0);
  CHECK(bleu_of({{"", "a b c d"}}).score() == 0.0);
}

}  // namespace
}  // namespace attnviz
