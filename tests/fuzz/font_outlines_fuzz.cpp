// A font whose letters are drawn. The first byte chooses the bytes that follow as the font itself,
// or as outlines of a sound one.
#include <cstdint>
#include <string>
#include <vector>

#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "fuzz/bytes.h"
#include "render/small_font.h"
#include "render/text/typesetting.h"

// The library that draws gives up on an outline in the middle, and loses what it holds.
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}

namespace {

/// Outlines of the lengths that their first byte has.
std::vector<std::string> split_outlines(std::string_view text) {
  std::vector<std::string> outlines{""};
  while (!text.empty() && outlines.size() < 8) {
    const std::size_t length = attnviz::take_byte(text);
    outlines.emplace_back(text.substr(0, length));
    text.remove_prefix(std::min(length, text.size()));
  }
  outlines.emplace_back();
  return outlines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string_view text = text_of(bytes, count);
  const std::uint8_t kind = take_byte(text);
  may_refuse([&] {
    Font font;
    font.add(kind == 0   ? std::string(text)
             : kind == 1 ? small_font(split_outlines(text))
                         : small_cff_font(split_outlines(text),
                                          split_outlines(text.substr(text.size() / 2))),
             "fuzz.ttf");
    Canvas canvas(200, 60, {255, 255, 255});
    const std::string letters =
        "a\u00e9\u2423\u0915\u093f\u0634\ue000\ue001\ue002\ue003\ue004\ue005";
    draw_text(canvas, font, letters, 20, 2, 40, {0, 0, 0}, Direction::right);
    for (const PlacedGlyph& glyph : glyphs_of(font, letters, 7)) {
      outline_of(font, glyph.face, glyph.glyph);
    }
  });
  return 0;
}
