#include "render/text/typesetting.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "base/grapheme.h"
#include "base/utf8.h"
#include "render/text/faces.h"
#include "render/text/script.h"

namespace attnviz {
namespace {

// Spaces, digits and punctuation occur between words of either direction.
bool is_neutral(char32_t c) {
  return c < 0xc0 && !((c | 0x20) >= U'a' && (c | 0x20) <= U'z');
}

// The first script among the code points that needs shaping.
const Script* shaped_script(const std::vector<char32_t>& code_points) {
  for (const char32_t c : code_points) {
    const Script* script = find_script(c);
    if (script != nullptr && script->shaped) return script;
  }
  return nullptr;
}

constexpr float longest_run = 1 << 24;  // in pixels: longer than any picture is wide

// A part of a text in one face.
struct Run {
  std::size_t face = 0;  // Faces::none when its characters have to be put together from several
  const Script* script = nullptr;  // for shaped ones
  std::string text;
  std::vector<char32_t> code_points;

  bool leftwards() const { return script != nullptr && script->right_to_left; }
  bool neutral() const { return script == nullptr && std::ranges::all_of(code_points, is_neutral); }
};

// A glyph of a text (face set) or one bar of the frame around hex digits (face null).
struct Glyph {
  const Face* face;
  std::size_t number;  // of the face
  int index;
  int size;
  int x;  // of its origin
  int y;
  float dx = 0;  // of a shaped glyph, to be added
  float dy = 0;
  Outline outline;  // from (x, y)
};

std::vector<Run> split(Faces& faces, std::string_view text) {
  std::vector<Run> runs;
  for (const std::string& character : split_characters(text)) {
    const std::vector<char32_t> letters = code_points(character);
    const std::size_t face = faces.find(letters);
    const Script* script = shaped_script(letters);
    if (script != nullptr && shaping_library().empty()) {
      faces.unshaped = true;
      script = nullptr;
    }
    if (face == Faces::none) script = nullptr;
    const auto alike = [&](const Run& run) {
      const bool same = run.script == script || (run.script != nullptr && script != nullptr &&
                                                 run.script->name == script->name);
      return same && run.face == face;
    };
    if (runs.empty() || !alike(runs.back())) runs.push_back({face, script, "", {}});
    runs.back().text += character;
    runs.back().code_points.insert(runs.back().code_points.end(), letters.begin(), letters.end());
  }
  // Words from right to left with nothing but spaces and the like between them.
  for (auto first = runs.begin(); first != runs.end(); ++first) {
    if (!first->leftwards()) continue;
    auto last = first + 1;  // past the last word
    for (auto run = last; run != runs.end() && (run->leftwards() || run->neutral()); ++run) {
      if (run->leftwards()) last = run + 1;
    }
    std::reverse(first, last);
    first = last - 1;
  }
  return runs;
}

// Appends a frame around the digits in one line or, where they stay legible, two. Returns its end.
int place_missing(const Face& face, char32_t code_point, int size, int x,
                  std::vector<Glyph>& glyphs) {
  const std::string digits =
      fmt::format("{:0{}X}", static_cast<std::uint32_t>(code_point), code_point > 0xffff ? 6 : 4);
  const int lines = size >= 14 ? 2 : 1;
  const int digit_size = std::max(7, lines == 2 ? size / 2 : size * 3 / 4);
  const int step = face.advance(face.index(U'0'), digit_size);
  const Outline zero = face.outline(face.index(U'0'), digit_size);
  const int line_height = zero.end_row() - zero.first_row() + 1;
  const int columns = static_cast<int>(digits.size()) / lines;

  const int width = columns * step + 4;
  const int height = lines * line_height + 3;
  const int left = x + 1;
  // Centred on the capitals of the text around it.
  const Outline capital = face.outline(face.index(U'H'), size);
  const int top = (capital.first_row() + capital.end_row() - height) / 2;
  const auto bar = [&](int bar_x, int bar_y, int bar_width, int bar_height) {
    const Outline outline = {0, 0, static_cast<float>(bar_width), static_cast<float>(bar_height)};
    glyphs.push_back({nullptr, 0, 0, size, bar_x, bar_y, 0, 0, outline});
  };
  bar(left, top, width, 1);
  bar(left, top + height - 1, width, 1);
  bar(left, top + 1, 1, height - 2);
  bar(left + width - 1, top + 1, 1, height - 2);
  for (int i = 0; i < static_cast<int>(digits.size()); ++i) {
    const int glyph = face.index(static_cast<char32_t>(digits[static_cast<std::size_t>(i)]));
    glyphs.push_back({&face, 0, glyph, digit_size, left + 2 + i % columns * step,
                      top + 2 - zero.first_row() + i / columns * line_height, 0, 0,
                      face.outline(glyph, digit_size)});
  }
  return left + width + 1;
}

std::vector<Glyph> place(Faces& faces, std::string_view text, int size, int* advance) {
  size = std::clamp(size, 1, 512);
  std::vector<Glyph> glyphs;
  int pen = 0;
  int last = 0;  // where the last character that takes up room began

  const auto place_letter = [&](char32_t code_point, std::size_t number) {
    const int x = is_mark(code_point) && number != Faces::none ? last : pen;
    int end = 0;
    if (number == Faces::none) {
      end = place_missing(faces.embedded(), code_point, size, x, glyphs);
      faces.missing.insert(code_point);
    } else {
      const Face& face = faces.at(number);
      const int index = face.index(code_point);
      glyphs.push_back({&face, number, index, size, x, 0, 0, 0, face.outline(index, size)});
      end = x + face.advance(index, size);
    }
    if (end > pen) last = x;
    pen = std::max(pen, end);
  };
  const auto place_shaped = [&](const Run& run) {
    const Face& face = faces.at(run.face);
    const std::vector<ShapedGlyph> glyphs_of_run = face.shape(run.text);
    const auto drawn = [&](const ShapedGlyph& shaped) { return face.can_draw(shaped.index); };
    if (!std::ranges::all_of(glyphs_of_run, drawn)) {
      for (const char32_t code_point : run.code_points) {
        if (!is_invisible(code_point)) place_letter(code_point, Faces::none);
      }
      return;
    }
    const float scale = face.scale(size);
    std::int64_t units = 0;
    last = pen;
    for (const ShapedGlyph& shaped : glyphs_of_run) {
      float x = static_cast<float>(pen) + static_cast<float>(units + shaped.x) * scale;
      // A mark for which the face has no place on this letter: over it, as placed in its cell.
      if (shaped.advance == 0 && shaped.x == 0)
        x -= static_cast<float>(face.advance(shaped.index, size));
      x = std::clamp(x, -longest_run, longest_run);
      const float y = std::clamp(-static_cast<float>(shaped.y) * scale, -longest_run, longest_run);
      const float left = std::floor(x);
      const float top = std::floor(y);
      glyphs.push_back({&face, run.face, shaped.index, size, static_cast<int>(left),
                        static_cast<int>(top), x - left, y - top,
                        face.outline(shaped.index, size).moved(x - left, y - top)});
      units += shaped.advance;
    }
    pen += static_cast<int>(
        std::clamp(std::ceil(static_cast<float>(units) * scale), 0.0F, longest_run));
  };

  for (const Run& run : split(faces, text)) {
    if (run.script != nullptr) {
      place_shaped(run);
      continue;
    }
    for (const char32_t code_point : run.code_points) {
      if (is_invisible(code_point)) continue;
      place_letter(code_point, run.face == Faces::none ? faces.find({code_point}) : run.face);
    }
  }
  *advance = pen;
  return glyphs;
}

}  // namespace

TextExtent measure(const Font& font, std::string_view text, int size) {
  TextExtent extent;
  std::optional<Outline> all;
  for (const Glyph& glyph : place(font.faces(), text, size, &extent.advance)) {
    if (glyph.outline.empty()) continue;
    const Outline moved =
        glyph.outline.moved(static_cast<float>(glyph.x), static_cast<float>(glyph.y));
    if (!all) all = moved;
    all->left = std::min(all->left, moved.left);
    all->top = std::min(all->top, moved.top);
    all->right = std::max(all->right, moved.right);
    all->bottom = std::max(all->bottom, moved.bottom);
  }
  if (all) {
    extent.left = all->first_column();
    extent.top = all->first_row();
    extent.right = all->end_column();
    extent.bottom = all->end_row();
    extent.middle_x = (all->left + all->right) / 2;
    extent.middle_y = (all->top + all->bottom) / 2;
  }
  return extent;
}

void draw_text(Canvas& canvas, const Font& font, std::string_view text, int size, int x, int y,
               Color color, Direction direction) {
  int advance = 0;
  for (const Glyph& glyph : place(font.faces(), text, size, &advance)) {
    std::vector<unsigned char> coverage;
    if (glyph.face != nullptr) {
      coverage = glyph.face->bitmap(glyph.index, glyph.size, glyph.dx, glyph.dy);
      if (coverage.empty()) continue;
    }
    const Outline& outline = glyph.outline;
    std::size_t next = 0;
    for (int row = glyph.y + outline.first_row(); row < glyph.y + outline.end_row(); ++row) {
      for (int column = glyph.x + outline.first_column(); column < glyph.x + outline.end_column();
           ++column) {
        const std::uint8_t share = glyph.face == nullptr ? std::uint8_t{255} : coverage[next++];
        if (direction == Direction::right) {
          canvas.blend(x + column, y + row, color, share);
        } else {
          canvas.blend(x + row, y - 1 - column, color, share);
        }
      }
    }
  }
}

std::vector<PlacedGlyph> glyphs_of(const Font& font, std::string_view text, int size) {
  std::vector<PlacedGlyph> placed;
  int advance = 0;
  for (const Glyph& glyph : place(font.faces(), text, size, &advance)) {
    PlacedGlyph one;
    if (glyph.face == nullptr) {
      one.box = {glyph.x, glyph.y, glyph.outline.end_column(), glyph.outline.end_row()};
    } else if (!glyph.outline.empty()) {
      one.face = glyph.number;
      one.glyph = glyph.index;
      one.scale = glyph.face->scale(glyph.size);
      one.x = static_cast<float>(glyph.x) + glyph.dx;
      one.y = static_cast<float>(glyph.y) + glyph.dy;
    } else {
      continue;
    }
    placed.push_back(one);
  }
  return placed;
}

std::vector<GlyphStep> outline_of(const Font& font, std::size_t face, int glyph) {
  return font.faces().at(face).steps(glyph);
}

}  // namespace attnviz
