#include "attnviz/error.h"

#include <fmt/core.h>

#include <cstdint>

#include "base/utf8.h"

namespace attnviz {
namespace {

std::string escape_byte(char byte) {
  if (byte == '\n') return "\\n";
  if (byte == '\r') return "\\r";
  if (byte == '\t') return "\\t";
  return fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
}

// Not control characters by category, but they too change how the rest of the line is shown.
bool disturbs_line(char32_t c) {
  return (c >= 0x80 && c < 0xa0) || (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x061c || c == 0xfeff;
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
      piece = fmt::format("\\u{:04x}", static_cast<std::uint32_t>(next.value));
    }
    width += next.valid && next.value >= 0x80 && piece.front() != '\\' ? 1 : piece.size();
    if (width > limit) return safe + "...";
    safe += piece;
    text.remove_prefix(next.length);
  }
  return safe;
}

}  // namespace attnviz
