#include "render/text/label_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

#include "base/grapheme.h"
#include "base/utf8.h"
#include "render/text/typesetting.h"

namespace attnviz {
namespace {

constexpr std::string_view visible_space = "\u2423";
constexpr std::string_view no_break_space = "\u00a0";

// The end of the word at `start`. A separating dot stays with the word before it.
std::size_t word_end(std::string_view text, std::size_t start) {
  std::size_t end = text.find(' ', start);
  while (end < text.size() && text.substr(end + 1, 2) == "\u00b7") end = text.find(' ', end + 1);
  return std::min(end, text.size());
}

// Greedy lines of one paragraph.
std::vector<std::string> wrap_paragraph(const Font& font, std::string_view text, int size,
                                        int width) {
  const int space = measure(font, " ", size).advance;
  std::vector<std::string> lines(1);
  int used = 0;  // of the last line
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = word_end(text, start);
    const std::string_view word = text.substr(start, end - start);
    const int advance = measure(font, word, size).advance;
    const bool first = start == 0;
    start = end + 1;
    if (!first && used + space + advance <= width) {
      lines.back().append(" ").append(word);
      used += space + advance;
      continue;
    }
    if (!first) {
      lines.emplace_back();
      used = 0;
    }
    if (advance <= width) {
      lines.back() = word;
      used = advance;
      continue;
    }
    for (const std::string& character : split_characters(word)) {
      const int step = measure(font, character, size).advance;
      if (used > 0 && used + step > width) {
        lines.emplace_back();
        used = 0;
      }
      lines.back() += character;
      used += step;
    }
  }
  return lines;
}

// Of the words that fit within `width`.
int widest_word(const Font& font, std::string_view text, int size, int width) {
  int widest = 0;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = word_end(text, start);
    const int advance = measure(font, text.substr(start, end - start), size).advance;
    if (advance <= width) widest = std::max(widest, advance);
    start = end + 1;
  }
  return widest;
}

// As few lines as possible, and among those the narrowest, so that no single word is left over. No
// word is broken that need not be.
std::vector<std::string> wrap_evenly(const Font& font, std::string_view text, int size, int width) {
  std::vector<std::string> best = wrap_paragraph(font, text, size, width);
  if (best.size() == 1) return best;
  const int widest = widest_word(font, text, size, width);
  int low = 0;
  int high = width;
  while (high - low > size) {
    const int middle = low + (high - low) / 2;
    std::vector<std::string> lines = wrap_paragraph(font, text, size, middle);
    if (middle < widest || lines.size() > best.size()) {
      low = middle;
    } else {
      high = middle;
      best = std::move(lines);
    }
  }
  return best;
}

}  // namespace

std::string escape_controls(std::string_view text) {
  const bool valid = !find_invalid_utf8(text);
  std::string escaped;
  while (!text.empty()) {
    const CodePoint next =
        valid ? first_code_point(text) : CodePoint{static_cast<unsigned char>(text.front())};
    const auto c = static_cast<std::uint32_t>(next.value);
    if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (!valid && c >= 0x80)) {
      escaped += fmt::format("\\x{:02x}", c);
    } else if (c == 0xfffe || c == 0xffff) {  // which XML does not allow
      escaped += fmt::format("\\u{:04x}", c);
    } else {
      escaped += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return escaped;
}

std::string label_text(std::string_view symbol) {
  const std::vector<std::string> characters = split_characters(escape_controls(symbol));
  const auto is_space = [](const std::string& c) { return c == " " || c == no_break_space; };
  std::size_t first = 0;
  std::size_t last = characters.size();
  while (first < last && is_space(characters[first])) ++first;
  while (last > first && is_space(characters[last - 1])) --last;
  std::string text;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    if (i < first || i >= last) {
      text += visible_space;
    } else {
      text += characters[i];
    }
  }
  return text;
}

std::string shorten(const std::string& text, std::size_t length) {
  if (text.size() <= length) return text;
  const std::vector<std::string> characters = split_characters(text);
  if (characters.size() <= length) return text;
  std::string start;
  for (std::size_t i = 0; i + 1 < length; ++i) start += characters[i];
  return start + "\u2026";
}

std::string shorten(const Font& font, const std::string& text, std::size_t length, int size,
                    int width) {
  std::string shorter = shorten(text, length);
  const auto too_wide = [&] {
    const TextExtent e = measure(font, shorter, size);
    return e.width() > width;
  };
  for (std::size_t n = std::min(length, text.size()); n > 1 && too_wide(); --n) {
    shorter = shorten(text, n - 1);
  }
  return shorter;
}

std::vector<std::string> wrap_text(const Font& font, std::string_view text, int size, int width) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string paragraph = escape_controls(text.substr(start, end - start));
    for (std::string& line : wrap_evenly(font, paragraph, size, width)) {
      lines.push_back(std::move(line));
    }
    start = end + 1;
  }
  return lines;
}

}  // namespace attnviz
