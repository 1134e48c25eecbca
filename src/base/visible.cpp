#include "base/visible.h"

#include <fmt/core.h>
#include <utf8proc.h>

#include <cstdint>

#include "base/grapheme.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_mark(char32_t c) {
  return category(c) == UTF8PROC_CATEGORY_MN || category(c) == UTF8PROC_CATEGORY_ME;
}

bool is_other_space(char32_t c) {
  return category(c) == UTF8PROC_CATEGORY_ZS && c != U' ';
}

/// Calls f(code point, its bytes) for each of a text.
template <typename F>
void for_each_code_point(std::string_view text, F&& f) {
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    f(next.value, text.substr(0, next.length));
    text.remove_prefix(next.length);
  }
}

}  // namespace

std::string code_point_name(char32_t c) {
  return fmt::format("U+{:04X}", static_cast<std::uint32_t>(c));
}

bool is_hidden(char32_t c) {
  const utf8proc_category_t kind = category(c);
  if (kind == UTF8PROC_CATEGORY_CF || kind == UTF8PROC_CATEGORY_ZL ||
      kind == UTF8PROC_CATEGORY_ZP || is_other_space(c)) {
    return true;
  }
  // Unicode's Default_Ignorable_Code_Point of other categories, and the blank of Braille.
  return c == 0x34f || c == 0x115f || c == 0x1160 || c == 0x17b4 || c == 0x17b5 ||
         (c >= 0x180b && c <= 0x180f) || c == 0x2065 || c == 0x2800 || c == 0x3164 ||
         (c >= 0xfe00 && c <= 0xfe0f) || c == 0xffa0 || (c >= 0xfff0 && c <= 0xfff8) ||
         (c >= 0xe0000 && c <= 0xe0fff);
}

std::string show_invisible(std::string_view text) {
  const bool composed = find_invalid_utf8(text) || to_nfc(text) == text;
  std::string shown;
  for_each_code_point(text, [&](char32_t c, std::string_view bytes) {
    if (is_hidden(c) || (!composed && is_mark(c))) {
      const auto value = static_cast<std::uint32_t>(c);
      shown += c > 0xffff ? fmt::format("\\U{:08x}", value) : fmt::format("\\u{:04x}", value);
    } else {
      shown += bytes;
    }
  });
  return shown;
}

std::string without_invisible(std::string_view text) {
  std::string rest;
  for_each_code_point(text, [&](char32_t c, std::string_view bytes) {
    if (is_other_space(c)) {
      rest += ' ';
    } else if (!is_hidden(c)) {
      rest += bytes;
    }
  });
  return rest;
}

std::optional<std::size_t> find_line_break(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = first_code_point(text.substr(at));
    const char32_t c = next.value;
    if (c == 0 || (c >= 0xa && c <= 0xd) || c == 0x85 || c == 0x2028 || c == 0x2029) return at;
    at += next.length;
  }
  return std::nullopt;
}

}  // namespace attnviz
