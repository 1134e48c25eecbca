// How the world's scripts are drawn.
#pragma once

#include <string_view>

namespace attnviz {

/// A block of code points whose letters change their shape, place or order with their neighbours,
/// or that the embedded face may lack.
struct Script {
  char32_t first = 0;
  char32_t last = 0;
  std::string_view name;
  std::string_view package;  // of Debian, with a font for it
  bool shaped = false;       // a letter a glyph is not how it is written
  bool right_to_left = false;
};

/// Nothing for letters that are drawn one after the other, as Latin ones are.
const Script* find_script(char32_t code_point);

/// Debian's package with a font for the code point.
std::string_view font_package(char32_t code_point);

/// Joiners, direction marks and variation selectors: they never have a shape of their own.
bool is_invisible(char32_t code_point);

/// Marks over or under the letter before them.
bool is_mark(char32_t code_point);

}  // namespace attnviz
