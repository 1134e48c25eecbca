#include "base/utf8.h"

#include <algorithm>

#include "attnviz/error.h"

namespace attnviz {
namespace {

bool within(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

CodePoint decode(unsigned char lead, std::string_view tail) {
  // Lead byte -> length and smallest value that needs it; smaller ones are overlong.
  std::size_t length = 0;
  char32_t smallest = 0;
  char32_t value = 0;
  if (within(lead, 0xc2, 0xdf)) {
    length = 2, smallest = 0x80, value = lead & 0x1fU;
  } else if (within(lead, 0xe0, 0xef)) {
    length = 3, smallest = 0x800, value = lead & 0x0fU;
  } else if (within(lead, 0xf0, 0xf4)) {
    length = 4, smallest = 0x10000, value = lead & 0x07U;
  } else {
    return {};
  }
  if (tail.size() < length - 1) return {};
  for (std::size_t i = 0; i + 1 < length; ++i) {
    const auto byte = static_cast<unsigned char>(tail[i]);
    if ((byte & 0xc0U) != 0x80) return {};
    value = (value << 6U) | (byte & 0x3fU);
  }
  if (value < smallest || within(value, 0xd800, 0xdfff) || value > 0x10ffff) return {};
  return {value, length, true};
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1, true};
  return decode(lead, text.substr(1));
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
    throw InputError(name + text_place(text, *bad) + ": expected UTF-8, got the byte " +
                     printable(text.substr(*bad, 1)));
  }
}

std::string text_place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; };
  const std::string_view line = before.substr(line_start);
  const std::string column =
      ": column " + std::to_string(std::count_if(line.begin(), line.end(), is_start) + 1);
  if (text.substr(0, text.find_last_not_of("\r\n") + 1).find('\n') == std::string_view::npos) {
    return column;
  }
  return ':' + std::to_string(std::count(before.begin(), before.end(), '\n') + 1) + column;
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
  if (within(code_point, 0xd800, 0xdfff) || code_point > 0x10ffff) code_point = 0xfffd;
  const auto head = [code_point](char32_t marker, unsigned shift) {
    return static_cast<char>(marker | (code_point >> shift));
  };
  const auto tail = [code_point](unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3fU));
  };
  if (code_point < 0x80) return {head(0, 0)};
  if (code_point < 0x800) return {head(0xc0, 6), tail(0)};
  if (code_point < 0x10000) return {head(0xe0, 12), tail(6), tail(0)};
  return {head(0xf0, 18), tail(12), tail(6), tail(0)};
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
