#include "tasks/alphabet.h"

#include <fmt/core.h>

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

void check_alphabet(const std::string& alphabet, std::size_t min_size) {
  const auto refuse = [&](const std::string& problem, const std::string& got) {
    throw SettingError("alphabet", fmt::format("{}; expected {}..{} distinct characters, got {}",
                                               problem, min_size, max_task_size, got));
  };
  const auto quoted = [](const std::string& text) { return '"' + printable(text) + '"'; };
  if (const auto bad = find_invalid_utf8(alphabet)) {
    refuse(fmt::format("invalid UTF-8 at byte {}", *bad + 1), quoted(alphabet));
  }
  std::vector<std::string> symbols = split_characters(alphabet);
  if (symbols.size() < min_size || symbols.size() > max_task_size) {
    refuse("wrong number of characters", fmt::format("{}", symbols.size()));
  }
  for (const std::string& symbol : symbols) {
    if (std::ranges::any_of(code_points(symbol), is_control) || !stands_alone(symbol)) {
      refuse("a control character, or a mark without a letter", quoted(symbol));
    }
  }
  std::ranges::sort(symbols);
  if (const auto twin = std::ranges::adjacent_find(symbols); twin != symbols.end()) {
    refuse("a character occurs twice", quoted(*twin));
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
