#include "text/text_kind.h"

#include <fmt/core.h>

#include <array>

#include "base/utf8.h"
#include "formats/file_kind.h"

namespace attnviz {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view from_utf16 = "text in UTF-16; convert it with `iconv -f UTF-16";

struct Kind {
  std::string_view start;
  std::string_view advice;
};
constexpr std::array<Kind, 5> packed = {
    {{"\x1f\x8b"sv, "a gzip file; unpack it with `gunzip -c`"},
     {"PK\x03\x04"sv, "a zip archive; unpack it with `unzip -p`"},
     {"\xfd\x37zXZ"sv, "an xz file; unpack it with `xz -dc`"},
     {"BZh"sv, "a bzip2 file; unpack it with `bzip2 -dc`"},
     {"\x28\xb5\x2f\xfd"sv, "a zstd file; unpack it with `zstd -dc`"}}};

/// The byte order in which bytes are UTF-16 without a mark: a zero in every other one of the first
/// four, as in two letters of English.
std::string_view order_of_utf16(std::string_view bytes) {
  if (bytes.size() < 4) return "";
  const auto is_zero = [&](std::size_t i) { return bytes[i] == '\0'; };
  if (!is_zero(0) && is_zero(1) && !is_zero(2) && is_zero(3)) return "LE";
  if (is_zero(0) && !is_zero(1) && is_zero(2) && !is_zero(3)) return "BE";
  return "";
}

}  // namespace

std::string no_utf8_text(std::string_view bytes) {
  for (const auto& [start, advice] : packed) {
    const bool is_word = start == "BZh" && bytes.find("1AY&SY") != 4;
    if (bytes.starts_with(start) && !is_word) return std::string(advice);
  }
  if (bytes.starts_with("\xff\xfe\0\0"sv) || bytes.starts_with("\0\0\xfe\xff"sv)) {
    return "text in UTF-32; convert it with `iconv -f UTF-32 -t UTF-8`";
  }
  const bool marked = bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
  const std::string_view order = order_of_utf16(bytes);
  if (!marked && order.empty()) {
    return find_invalid_utf8(bytes) ? std::string(file_kind(bytes)) : "";
  }
  return fmt::format("{}{} -t UTF-8`", from_utf16, order);
}

}  // namespace attnviz
