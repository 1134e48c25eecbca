#include "infer/source_reader.h"

#include <fmt/core.h>

#include "attnviz/error.h"
#include "base/grapheme.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "infer/model_task.h"

namespace attnviz {
namespace {

std::string unit_name(const Tokenizer& tokenizer) {
  return tokenizer.unit == Unit::character ? "character" : "word";
}

/// " (its composed form is known)" where a symbol that looks the same is; else "".
std::string look_alike(const Vocabulary& vocabulary, const std::string& symbol) {
  const auto is_known = [&](const std::string& other) {
    return other != symbol && vocabulary.id(other) != Vocabulary::unknown;
  };
  if (find_invalid_utf8(symbol)) return "";
  if (is_known(to_nfc(symbol))) return " (its composed form is known)";
  if (is_known(to_nfd(symbol))) return " (its decomposed form is known)";
  if (is_known(to_lower(symbol))) return fmt::format(" (\"{}\" is known)", to_lower(symbol));
  const std::string plain = without_invisible(symbol);
  if (plain == symbol) return "";
  if (plain.empty()) return " (it is invisible)";
  if (!is_known(plain) && !is_known(to_nfc(plain))) return "";
  std::string hidden;
  for (const char32_t c : code_points(symbol)) {
    const std::string name = code_point_name(c);
    if (!is_hidden(c) || hidden.find(name) != std::string::npos) continue;
    hidden += (hidden.empty() ? "" : ", ") + name;
  }
  return fmt::format(" ({} {} it is known)",
                     plain.find(' ') == std::string::npos ? "without" : "with U+0020 for", hidden);
}

}  // namespace

std::string list_unknown(const Vocabulary& vocabulary, std::span<const std::string> text) {
  constexpr std::size_t longest = 200;
  std::string list;
  for (const std::string& symbol : vocabulary.missing(text)) {
    if (!list.empty()) list += ", ";
    if (list.size() > longest) return list + "...";
    list +=
        fmt::format("\"{}\"{}", printable(show_invisible(symbol)), look_alike(vocabulary, symbol));
  }
  return list;
}

SourceReader::SourceReader(const Model& model)
    : model_(model),
      rules_(text_of(model)),
      shortest_(rules_.shortest_source),
      longest_(rules_.longest_source) {
  if (const auto known = task_of(model)) {
    separators_ = known->task->separators;
    const Task& task = *known->task;
    const TaskOptions& lengths = task.takes_lengths ? known->options : task.defaults;
    shortest_ = lengths.min_length;
    longest_ = lengths.max_length;
  }
}

std::string SourceReader::length_warning(std::size_t symbols) const {
  const auto length = static_cast<int>(symbols);
  if (longest_ == 0 || (length >= shortest_ && length <= longest_)) return "";
  const std::string range = shortest_ == longest_ ? fmt::format("{}", longest_)
                                                  : fmt::format("{} to {}", shortest_, longest_);
  return fmt::format(
      "the model was trained on inputs of {} symbols; this one has {}, so the answer may be wrong",
      range, length);
}

SourceText SourceReader::read(std::string_view text) const {
  return read(text, {"input", rules_.source, model_.source, separators_});
}

SourceText SourceReader::read_target(std::string_view text) const {
  return read(text, {"target", rules_.target, model_.target, ""});
}

void SourceReader::check_source(std::span<const std::string> symbols) const {
  check(symbols, {"source", rules_.source, model_.source, ""});
}

void SourceReader::check_target(std::span<const std::string> symbols) const {
  check(symbols, {"target", rules_.target, model_.target, ""});
}

SourceText SourceReader::read(std::string_view text, const Side& side) const {
  if (const auto at = find_invalid_utf8(text)) {
    throw InputError(fmt::format("{}: byte {} is not valid UTF-8", side.name, *at + 1));
  }
  SourceText source{side.tokenizer.split(text), false, ""};
  const auto is_separator = [&](const std::string& symbol) {
    return side.separators.find(symbol) != std::string_view::npos &&
           side.vocabulary.id(symbol) == Vocabulary::unknown;
  };
  source.separators_dropped = std::erase_if(source.symbols, is_separator) > 0;
  if (source.symbols.empty()) {
    throw InputError(fmt::format("{}: expected at least one {}, got none", side.name,
                                 unit_name(side.tokenizer)));
  }
  source.unknown = check(source.symbols, side);
  return source;
}

std::string SourceReader::check(std::span<const std::string> symbols, const Side& side) const {
  if (std::ssize(symbols) > max_input) {
    throw LimitError(fmt::format("{}: expected at most {} {}s, got {}", side.name, max_input,
                                 unit_name(side.tokenizer), symbols.size()));
  }
  std::string unknown = list_unknown(side.vocabulary, symbols);
  if (!unknown.empty() && !rules_.takes_unknown) {
    const std::string text = side.tokenizer.join({symbols.begin(), symbols.end()});
    throw InputError(fmt::format("{} \"{}\": the model has never seen {}; it knows \"{}\"",
                                 side.name, printable(show_invisible(text)), unknown,
                                 printable(show_invisible(join(side.vocabulary.symbols())))));
  }
  return unknown;
}

}  // namespace attnviz
