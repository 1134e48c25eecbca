#include "tasks/alphabet.h"

#include <algorithm>
#include <optional>

#include "attnviz/error.h"
#include "base/grapheme.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

// A mark or joiner would merge with its neighbour: the text of a source could then be cut into
// other symbols than those drawn.
bool stands_alone(const std::string& symbol) {
  return split_characters("x" + symbol).size() == 2 && split_characters(symbol + "x").size() == 2;
}

}  // namespace

void check_alphabet(const std::string& alphabet, std::size_t least) {
  const std::string expected = "; expected " + std::to_string(least) + ".." +
                               std::to_string(max_task_size) + " distinct characters, got ";
  if (const auto bad = find_invalid_utf8(alphabet)) {
    throw UsageError("--alphabet: invalid UTF-8 at byte " + std::to_string(*bad + 1) + expected +
                     '"' + printable(alphabet) + '"');
  }
  std::vector<std::string> symbols = split_characters(alphabet);
  if (symbols.size() < least || symbols.size() > max_task_size) {
    throw UsageError("--alphabet: wrong number of characters" + expected +
                     std::to_string(symbols.size()));
  }
  for (const std::string& symbol : symbols) {
    if (std::ranges::any_of(code_points(symbol), is_control) || !stands_alone(symbol)) {
      throw UsageError("--alphabet: a control character, or a mark without a letter" + expected +
                       '"' + printable(symbol) + '"');
    }
  }
  std::ranges::sort(symbols);
  if (const auto twin = std::ranges::adjacent_find(symbols); twin != symbols.end()) {
    throw UsageError("--alphabet: a character occurs twice" + expected + '"' + printable(*twin) +
                     '"');
  }
}

std::vector<std::string> draw_symbols(const TaskOptions& options, Random& random) {
  const std::vector<std::string> alphabet = split_characters(options.alphabet);
  const int length = random.between(options.min_length, options.max_length);
  std::vector<std::string> source;
  source.reserve(static_cast<std::size_t>(length));
  for (int i = 0; i < length; ++i) source.push_back(alphabet[random.below(alphabet.size())]);
  return source;
}

std::vector<std::string> sorted_alphabet(const TaskOptions& options) {
  std::vector<std::string> symbols = split_characters(options.alphabet);
  std::ranges::sort(symbols);
  return symbols;
}

}  // namespace attnviz
