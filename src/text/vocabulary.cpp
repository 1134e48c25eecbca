#include "text/vocabulary.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "attnviz/attention_map.h"
#include "attnviz/error.h"
#include "base/utf8.h"
#include "base/visible.h"

namespace attnviz {
namespace {

const std::array<std::string, Vocabulary::reserved>& reserved_labels() {
  static const std::array<std::string, Vocabulary::reserved> labels = {"<pad>", "<s>", end_label,
                                                                       unknown_label};
  return labels;
}

}  // namespace

Vocabulary::Vocabulary(std::vector<std::string> symbols) : symbols_(std::move(symbols)) {
  for (const std::string& symbol : symbols_) {
    if (symbol.empty()) throw InputError("vocabulary: a symbol is empty");
    if (find_invalid_utf8(symbol)) {
      throw InputError(fmt::format("vocabulary: \"{}\" is not valid UTF-8", printable(symbol)));
    }
    if (find_line_break(symbol)) {
      throw InputError(
          fmt::format("vocabulary: \"{}\" holds a line break or NUL", printable(symbol)));
    }
    if (is_reserved(symbol) ||
        !ids_.emplace(symbol, reserved + static_cast<int>(ids_.size())).second) {
      throw InputError(
          fmt::format("vocabulary: \"{}\" occurs twice or is reserved", printable(symbol)));
    }
  }
}

bool Vocabulary::is_reserved(std::string_view symbol) {
  const auto& labels = reserved_labels();
  return std::find(labels.begin(), labels.end(), symbol) != labels.end();
}

int Vocabulary::id(std::string_view symbol) const {
  const auto found = ids_.find(symbol);
  return found == ids_.end() ? unknown : found->second;
}

const std::string& Vocabulary::symbol(int id) const {
  const auto index = static_cast<std::size_t>(id);
  return id < reserved ? reserved_labels()[index] : symbols_[index - reserved];
}

std::vector<std::string> Vocabulary::missing(std::span<const std::string> text) const {
  std::vector<std::string> result;
  for (const std::string& symbol : text) {
    if (id(symbol) != unknown) continue;
    if (std::find(result.begin(), result.end(), symbol) == result.end()) result.push_back(symbol);
  }
  return result;
}

}  // namespace attnviz
