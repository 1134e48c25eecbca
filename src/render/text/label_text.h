// Texts made ready to be drawn.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "attnviz/font.h"

namespace attnviz {

/// `text` with control characters, invalid UTF-8, U+FFFE and U+FFFF as hexadecimal escapes (\x1b):
/// what is left may stand in XML.
std::string escape_controls(std::string_view text);

/// A symbol as its label shows it: controls escaped, leading and trailing spaces as ␣.
std::string label_text(std::string_view symbol);

/// `text`, or its first `length` - 1 characters and "…" when it has more than `length`. Valid
/// UTF-8.
std::string shorten(const std::string& text, std::size_t length);

/// The same, and no wider than `width` pixels as long as one character is left.
std::string shorten(const Font& font, const std::string& text, std::size_t length, int size,
                    int width);

/// Lines no wider than `width` pixels, broken at \n and between words, a word that is too wide
/// between characters. The lines of a paragraph are made about equally long.
std::vector<std::string> wrap_text(const Font& font, std::string_view text, int size, int width);

}  // namespace attnviz
