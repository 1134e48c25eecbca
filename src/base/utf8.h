// UTF-8: validation, code points, places in a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

/// The byte order mark that some editors put before UTF-8. Readers of text skip it.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// The code point a text starts with. `length` is in bytes, at least 1; where the text is empty or
/// its first byte is not part of valid UTF-8, `valid` is false, the length 1 and the value U+FFFD.
struct CodePoint {
  char32_t value = 0xfffd;
  std::size_t length = 1;
  bool valid = false;
};
CodePoint first_code_point(std::string_view text);

/// The offset of the first byte that is not part of valid UTF-8 (overlong forms, surrogates and
/// values above U+10FFFF are invalid), or nothing when all of `text` is valid.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// Throws InputError naming line and column of the first such byte. `name` is the file's.
void require_utf8(std::string_view text, const std::string& name);

/// The position of the byte at `offset` of a text, for messages: ":3: column 17", or ": column 17"
/// when the text is a single line. Columns count code points from 1.
std::string text_place(std::string_view text, std::size_t offset);

/// The code points of UTF-8; an invalid byte counts as U+FFFD.
std::vector<char32_t> code_points(std::string_view text);

/// The UTF-8 of one code point; of U+FFFD for what is none.
std::string to_utf8(char32_t code_point);

/// The inverse of split_characters (base/grapheme.h), where there is no separator.
std::string join(const std::vector<std::string>& symbols, std::string_view separator = "");

}  // namespace attnviz
