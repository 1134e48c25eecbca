#include "base/utf8.h"

#include <fmt/core.h>
#include <utf8proc.h>

#include <algorithm>

#include "attnviz/error.h"

namespace attnviz {

CodePoint first_code_point(std::string_view text) {
  if (text.empty()) return {};
  utf8proc_int32_t value = -1;
  const utf8proc_ssize_t length =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (length <= 0) return {};
  return {static_cast<char32_t>(value), static_cast<std::size_t>(length), true};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const CodePoint next = first_code_point(text.substr(offset));
    if (!next.valid) return offset;
    offset += next.length;
  }
  return std::nullopt;
}

void require_utf8(std::string_view text, const std::string& name) {
  if (const auto bad = find_invalid_utf8(text)) {
    throw InputError(fmt::format("{}{}: expected UTF-8, got the byte {}", name,
                                 text_place(text, *bad), printable(text.substr(*bad, 1))));
  }
}

std::string text_place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; };
  const std::string_view line = before.substr(line_start);
  const std::string column =
      fmt::format(": column {}", std::count_if(line.begin(), line.end(), is_start) + 1);
  if (text.substr(0, text.find_last_not_of("\r\n") + 1).find('\n') == std::string_view::npos) {
    return column;
  }
  return fmt::format(":{}{}", std::count(before.begin(), before.end(), '\n') + 1, column);
}

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> values;
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    values.push_back(next.value);
    text.remove_prefix(next.length);
  }
  return values;
}

std::string to_utf8(char32_t code_point) {
  if (utf8proc_codepoint_valid(static_cast<utf8proc_int32_t>(code_point)) == 0) code_point = 0xfffd;
  utf8proc_uint8_t bytes[4];
  const utf8proc_ssize_t length =
      utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)};
}

std::string join(const std::vector<std::string>& symbols, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i > 0) text += separator;
    text += symbols[i];
  }
  return text;
}

}  // namespace attnviz
