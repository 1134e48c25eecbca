#include "attnviz/error.h"

#include "base/utf8.h"

namespace attnviz {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

std::string escape_byte(char byte) {
  if (byte == '\n') return "\\n";
  if (byte == '\r') return "\\r";
  if (byte == '\t') return "\\t";
  const auto value = static_cast<unsigned char>(byte);
  return std::string("\\x") + hex_digits[value >> 4U] + hex_digits[value & 15U];
}

// Not control characters by category, but they too change how the rest of the line is shown.
bool disturbs_line(char32_t c) {
  return (c >= 0x80 && c < 0xa0) || (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x061c || c == 0xfeff;
}

std::string escape_code_point(char32_t c) {
  std::string text = "\\u";
  for (unsigned shift = 16; shift > 0;) text += hex_digits[(c >> (shift -= 4)) & 15U];
  return text;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  std::string safe;
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    std::string piece(text.substr(0, next.length));
    if (!next.valid || next.value < 0x20 || next.value == 0x7f) {
      piece = escape_byte(text.front());
    } else if (disturbs_line(next.value)) {
      piece = escape_code_point(next.value);
    }
    width += next.valid && next.value >= 0x80 && piece.front() != '\\' ? 1 : piece.size();
    if (width > limit) return safe + "...";
    safe += piece;
    text.remove_prefix(next.length);
  }
  return safe;
}

}  // namespace attnviz
