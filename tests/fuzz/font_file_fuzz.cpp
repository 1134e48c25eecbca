// Any bytes as a font: its tables and its character map. What is accepted is read as far as the
// program reads it without trusting the outlines.
#include <cstdint>
#include <string_view>

#include "attnviz/error.h"
#include "render/text/font_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  const std::string_view file(reinterpret_cast<const char*>(bytes), count);
  const auto look_up = [](const CharacterMap& map) {
    for (char32_t c = 0; c < 0x11000; c += 37) static_cast<void>(map.glyph(c));
  };
  look_up(CharacterMap(file));
  try {
    const std::size_t face = check_font_file(file, "fuzz");
    look_up(CharacterMap(font_table(file, face, "cmap")));
  } catch (const Error&) {
  }
  return 0;
}
