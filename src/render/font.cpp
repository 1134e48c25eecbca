#include "attnviz/render/font.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>

#include "attnviz/base/error.h"
#include "attnviz/base/utf8.h"
#include "attnviz/render/embedded_font.h"

namespace {

// stb neither checks its allocations nor, without assertions, the bounds of its scan lines. Both
// throw here instead; what the library holds at that moment is lost.
[[maybe_unused]] void* allocate(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

struct MalformedGlyph : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[maybe_unused]] void require(bool holds) {
  if (!holds) throw MalformedGlyph("malformed glyph");
}

}  // namespace

#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#define STBTT_malloc(size, user) ((void)(user), allocate(size))
#define STBTT_free(memory, user) ((void)(user), std::free(memory))
#define STBTT_assert(condition) require(static_cast<bool>(condition))
#include <stb_truetype.h>

namespace attnviz {
namespace {

std::uint32_t big_endian(std::span<const unsigned char> bytes, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[at + static_cast<std::size_t>(i)];
  return value;
}

// Smallest lengths that hold the fields read without a check.
struct RequiredTable {
  std::string_view tag;
  std::uint32_t min_length;
};
constexpr std::array<RequiredTable, 5> required_tables = {
    {{"cmap", 4}, {"head", 54}, {"hhea", 36}, {"hmtx", 4}, {"maxp", 6}}};

void check_font_file(std::span<const unsigned char> file, std::string_view name) {
  const auto refuse = [&](const std::string& what) {
    throw InputError(printable(name) + ": font: " + what);
  };
  if (file.size() < 12) refuse("too short; expected a TrueType or OpenType file");
  const std::uint32_t magic = big_endian(file, 0, 4);
  if (magic != 0x00010000 && magic != 0x74727565 && magic != 0x4f54544f) {  // "true", "OTTO"
    refuse("not a TrueType or OpenType file");
  }
  const std::size_t tables = big_endian(file, 4, 2);
  if (12 + 16 * tables > file.size()) refuse("table directory goes past the end of the file");
  std::vector<std::string> found;
  for (std::size_t i = 0; i < tables; ++i) {
    const std::size_t entry = 12 + 16 * i;
    std::string tag;
    for (std::size_t k = 0; k < 4; ++k) tag += static_cast<char>(file[entry + k]);
    const std::size_t start = big_endian(file, entry + 8, 4);
    const std::size_t length = big_endian(file, entry + 12, 4);
    if (start > file.size() || length > file.size() - start) {
      refuse("table \"" + printable(tag) + "\" goes past the end of the file");
    }
    for (const RequiredTable& table : required_tables) {
      if (tag == table.tag && length < table.min_length) refuse("table \"" + tag + "\" too short");
    }
    if (tag == "head" && big_endian(file, start + 18, 2) == 0) refuse("no units per em");
    if (tag == "hhea" && big_endian(file, start + 34, 2) == 0) refuse("no glyph widths");
    found.push_back(std::move(tag));
  }
  const auto has = [&](std::string_view tag) { return std::ranges::count(found, tag) > 0; };
  for (const RequiredTable& table : required_tables) {
    if (!has(table.tag)) refuse("no table \"" + std::string(table.tag) + "\"");
  }
  if (!(has("glyf") && has("loca")) && !has("CFF ")) refuse("no outlines");
}

bool within(char32_t code_point, char32_t first, char32_t last) {
  return code_point >= first && code_point <= last;
}

// Joiners, direction marks and variation selectors: they never have a shape of their own.
bool is_invisible(char32_t c) {
  return within(c, 0x200b, 0x200f) || within(c, 0x2060, 0x2064) || within(c, 0xfe00, 0xfe0f) ||
         c == 0xfeff;
}

// The blocks of combining marks.
bool is_mark(char32_t c) {
  return within(c, 0x300, 0x36f) || within(c, 0x1ab0, 0x1aff) || within(c, 0x1dc0, 0x1dff) ||
         within(c, 0x20d0, 0x20ff) || within(c, 0xfe20, 0xfe2f);
}

std::string hex_digits(char32_t code_point) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (int shift = code_point > 0xffff ? 20 : 12; shift >= 0; shift -= 4) {
    text += digits[code_point >> shift & 0xf];
  }
  return text;
}

}  // namespace

// The box around an outline, in pixels from its origin, y downwards.
struct Font::Outline {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;

  // The pixels it touches.
  int first_column() const { return static_cast<int>(std::floor(left)); }
  int first_row() const { return static_cast<int>(std::floor(top)); }
  int end_column() const { return static_cast<int>(std::ceil(right)); }
  int end_row() const { return static_cast<int>(std::ceil(bottom)); }
};

class Font::Face {
 public:
  // `file` must outlive the face. Throws InputError when stb cannot use it.
  Face(std::span<const unsigned char> file, std::string_view name) { start(file, name); }
  Face(std::vector<unsigned char>&& file, std::string_view name) : owned_(std::move(file)) {
    start(owned_, name);
  }
  // stb keeps pointers into the file.
  Face(const Face&) = delete;
  Face& operator=(const Face&) = delete;

  // 0 when the face lacks the code point.
  int index(char32_t code_point) const {
    return stbtt_FindGlyphIndex(&info_, static_cast<int>(code_point));
  }
  float scale(int size) const {
    return stbtt_ScaleForMappingEmToPixels(&info_, static_cast<float>(size));
  }
  int advance(int glyph, int size) const {
    int units = 0;
    stbtt_GetGlyphHMetrics(&info_, glyph, &units, nullptr);
    return static_cast<int>(std::lround(static_cast<float>(units) * scale(size)));
  }
  // Empty for an outline that cannot be read.
  Outline outline(int glyph, int size) const {
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    try {
      if (stbtt_GetGlyphBox(&info_, glyph, &x0, &y0, &x1, &y1) == 0) return {};
    } catch (const MalformedGlyph&) {
      return {};
    }
    const float s = scale(size);
    return {static_cast<float>(x0) * s, static_cast<float>(-y1) * s, static_cast<float>(x1) * s,
            static_cast<float>(-y0) * s};
  }
  // Coverage of the pixels the outline touches, row by row. Empty for one that cannot be drawn.
  std::vector<unsigned char> bitmap(int glyph, int size, const Outline& outline) const {
    const int width = outline.end_column() - outline.first_column();
    const int height = outline.end_row() - outline.first_row();
    if (width <= 0 || height <= 0) return {};
    std::vector<unsigned char> pixels(static_cast<std::size_t>(width) *
                                      static_cast<std::size_t>(height));
    const float s = scale(size);
    try {
      stbtt_MakeGlyphBitmap(&info_, pixels.data(), width, height, width, s, s, glyph);
    } catch (const MalformedGlyph&) {
      return {};
    }
    return pixels;
  }

 private:
  void start(std::span<const unsigned char> file, std::string_view name) {
    check_font_file(file, name);
    bool usable = false;
    try {
      // A character map of a kind that stb does not know shows when it is asked.
      usable = stbtt_InitFont(&info_, file.data(), 0) != 0 && index(U'a') >= 0;
    } catch (const MalformedGlyph&) {
      usable = false;
    }
    if (!usable) {
      throw InputError(printable(name) + ": font: no Unicode character map that can be used");
    }
  }

  std::vector<unsigned char> owned_;
  stbtt_fontinfo info_{};
};

// A glyph of a text (face set) or one bar of the frame around hex digits (face null).
struct Font::Glyph {
  const Face* face;
  int index;
  int size;
  int x;  // of its origin
  int y;
  Outline outline;  // from its origin
};

Font::Font() {
  faces_.push_back(std::make_unique<Face>(embedded_font(), "embedded font"));
}

Font::Font(std::string_view file, std::string_view name) : Font() {
  std::vector<unsigned char> bytes(file.begin(), file.end());
  faces_.insert(faces_.begin(), std::make_unique<Face>(std::move(bytes), name));
}

Font::~Font() = default;
Font::Font(Font&&) noexcept = default;
Font& Font::operator=(Font&&) noexcept = default;

std::vector<Font::Glyph> Font::place(std::string_view text, int size, int* advance) const {
  size = std::clamp(size, 1, 512);
  std::vector<Glyph> glyphs;
  int pen = 0;
  int last = 0;  // where the last character that takes up room began
  for (const char32_t code_point : code_points(text)) {
    if (is_invisible(code_point)) continue;
    const Face* face = nullptr;
    int index = 0;
    for (const auto& candidate : faces_) {
      index = candidate->index(code_point);
      if (index == 0) continue;
      face = candidate.get();
      break;
    }
    const int x = is_mark(code_point) && face != nullptr ? last : pen;
    const int end = face == nullptr ? place_missing(code_point, size, x, &glyphs)
                                    : x + face->advance(index, size);
    if (face != nullptr) glyphs.push_back({face, index, size, x, 0, face->outline(index, size)});
    if (end > pen) last = x;
    pen = std::max(pen, end);
  }
  *advance = pen;
  return glyphs;
}

// Appends a frame around the digits in one line or, where they stay legible, two. Returns its end.
int Font::place_missing(char32_t code_point, int size, int x, std::vector<Glyph>* glyphs) const {
  const Face& face = *faces_.back();
  const std::string digits = hex_digits(code_point);
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
    glyphs->push_back({nullptr, 0, size, bar_x, bar_y, outline});
  };
  bar(left, top, width, 1);
  bar(left, top + height - 1, width, 1);
  bar(left, top + 1, 1, height - 2);
  bar(left + width - 1, top + 1, 1, height - 2);
  for (int i = 0; i < static_cast<int>(digits.size()); ++i) {
    const int glyph = face.index(static_cast<char32_t>(digits[static_cast<std::size_t>(i)]));
    glyphs->push_back({&face, glyph, digit_size, left + 2 + i % columns * step,
                       top + 2 - zero.first_row() + i / columns * line_height,
                       face.outline(glyph, digit_size)});
  }
  return left + width + 1;
}

TextExtent Font::measure(std::string_view text, int size) const {
  TextExtent extent;
  std::optional<Outline> all;
  for (const Glyph& glyph : place(text, size, &extent.advance)) {
    const Outline& one = glyph.outline;
    if (one.left >= one.right || one.top >= one.bottom) continue;
    const auto x = static_cast<float>(glyph.x);
    const auto y = static_cast<float>(glyph.y);
    const Outline moved = {x + one.left, y + one.top, x + one.right, y + one.bottom};
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

void Font::draw(Canvas& canvas, std::string_view text, int size, int x, int y, Color color,
                Direction direction) const {
  int advance = 0;
  for (const Glyph& glyph : place(text, size, &advance)) {
    std::vector<unsigned char> coverage;
    if (glyph.face != nullptr) {
      coverage = glyph.face->bitmap(glyph.index, glyph.size, glyph.outline);
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

}  // namespace attnviz
