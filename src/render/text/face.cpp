#include "render/text/face.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <stdexcept>

#include "attnviz/error.h"
#include "render/text/big_endian.h"

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

constexpr int max_points = 1 << 14;
constexpr int max_ems = 32;  // of an outline and an advance

/// What stbtt_InitFont does for OpenType outlines, except that it would take the "CFF " table to
/// have half a gigabyte: everything else that it reads there is checked against that size.
bool init_cff(stbtt_fontinfo& font, std::string_view file, std::size_t start) {
  const auto place = [&](std::string_view tag) {
    return static_cast<int>(font_table(file, start, tag).data() - file.data());
  };
  font.data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(file.data()));
  font.fontstart = static_cast<int>(start);
  font.head = place("head");
  font.hhea = place("hhea");
  font.hmtx = place("hmtx");
  font.svg = -1;
  const std::string_view table = font_table(file, start, "CFF ");
  font.cff = stbtt__new_buf(table.data(), table.size());
  stbtt__buf b = font.cff;
  stbtt__buf_skip(&b, 2);
  stbtt__buf_seek(&b, stbtt__buf_get8(&b));  // the header's size
  stbtt__cff_get_index(&b);                  // names
  stbtt__buf top = stbtt__cff_index_get(stbtt__cff_get_index(&b), 0);
  stbtt__cff_get_index(&b);  // strings
  font.gsubrs = stbtt__cff_get_index(&b);
  const auto number = [&top](int key, stbtt_uint32 value) {
    stbtt__dict_get_ints(&top, key, 1, &value);
    return value;
  };
  const stbtt_uint32 charstrings = number(17, 0);
  const stbtt_uint32 type = number(0x106, 2);
  const stbtt_uint32 dicts = number(0x124, 0);
  const stbtt_uint32 selection = number(0x125, 0);
  font.subrs = stbtt__get_subrs(b, top);
  if (type != 2 || charstrings == 0 || (dicts != 0 && selection == 0)) return false;
  if (dicts != 0) {
    stbtt__buf_seek(&b, static_cast<int>(dicts));
    font.fontdicts = stbtt__cff_get_index(&b);
    const auto from = static_cast<int>(selection);
    font.fdselect = stbtt__buf_range(&b, from, b.size - std::clamp(from, 0, b.size));
  }
  stbtt__buf_seek(&b, static_cast<int>(charstrings));
  font.charstrings = stbtt__cff_get_index(&b);
  return true;
}

/// Whether the program of an OpenType outline (Adobe Technical Note 5177) ends before long: its
/// subroutines may call one another ten deep, each a thousand times. Walks it as the library will.
bool ends_soon(const stbtt_fontinfo& font, int glyph) {
  constexpr int max_steps = 1 << 16;
  std::vector<stbtt__buf> callers;
  std::vector<float> stack;
  int hints = 0;
  bool in_header = true;
  std::optional<stbtt__buf> own;  // subroutines
  stbtt__buf code = stbtt__cff_index_get(font.charstrings, glyph);
  for (int step = 0; step < max_steps && code.cursor < code.size; ++step) {
    const int op = stbtt__buf_get8(&code);
    if (op == 28 || op >= 32) {
      if (op != 255) stbtt__buf_skip(&code, -1);
      // A float, which rounds up to the number of another subroutine.
      stack.push_back(op == 255
                          ? static_cast<float>(static_cast<stbtt_int32>(stbtt__buf_get32(&code))) /
                                0x10000
                          : static_cast<stbtt_int16>(stbtt__cff_int(&code)));
      if (stack.size() > 48) return false;
      continue;
    }
    if (op == 14) return true;  // the end
    if (op == 10 || op == 29) {
      if (stack.empty() || callers.size() == 10) return false;
      if (op == 10 && !own) {
        own = font.fdselect.size != 0 ? stbtt__cid_get_glyph_subrs(&font, glyph) : font.subrs;
      }
      callers.push_back(code);
      code = stbtt__get_subr(op == 10 ? *own : font.gsubrs, static_cast<int>(stack.back()));
      code.cursor = 0;
      stack.pop_back();
      continue;
    }
    if (op == 11) {
      if (callers.empty()) return false;
      code = callers.back();
      callers.pop_back();
      continue;
    }
    const bool is_mask = op == 19 || op == 20;
    const bool is_stem = op == 1 || op == 3 || op == 18 || op == 23;
    if (is_stem || (is_mask && in_header)) hints += static_cast<int>(stack.size() / 2);
    if (is_mask || op == 4 || op == 21 || op == 22) in_header = false;
    if (is_mask) stbtt__buf_skip(&code, (hints + 7) / 8);
    if (op == 12) stbtt__buf_get8(&code);
    stack.clear();
  }
  return false;
}

/// Whether the library can draw it, and with how many points.
bool is_sound_program(const stbtt_fontinfo& font, int glyph) {
  if (glyph >= font.numGlyphs || !ends_soon(font, glyph)) return false;
  stbtt__csctx size = STBTT__CSCTX_INIT(1);
  return stbtt__run_charstring(&font, glyph, &size) != 0 && size.num_vertices <= max_points;
}

}  // namespace

struct Face::Info {
  stbtt_fontinfo font{};
};

Face::Face(std::string_view file, std::string_view name)
    : info_(std::make_unique<Info>()), file_(file) {
  const std::size_t start = check_font_file(file, name);
  map_ = CharacterMap(font_table(file, start, "cmap"));
  const auto refuse = [&](const char* what) {
    throw InputError(printable(name, no_limit) + ": font: " + what);
  };
  if (map_.empty()) refuse("table \"cmap\": no Unicode character map that can be used");
  const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
  stbtt_fontinfo& font = info_->font;
  if (has_truetype_outlines(file, start)) {
    if (stbtt_InitFont(&font, bytes, static_cast<int>(start)) == 0) {
      refuse("table \"cmap\": no Unicode character map that can be used");
    }
    check_.emplace(file, start);
  } else {
    bool usable = false;
    try {
      usable = init_cff(font, file, start);
    } catch (const MalformedGlyph&) {
    }
    if (!usable) refuse("table \"CFF \" cannot be read");
  }
  font.numGlyphs = static_cast<int>(u16(font_table(file, start, "maxp"), 4));
  soundness_.resize(static_cast<std::size_t>(font.numGlyphs));
}

bool Face::check_glyph(int glyph) const {
  const stbtt_fontinfo& font = info_->font;
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  try {
    if (check_ ? !check_->is_sound(glyph) : !is_sound_program(font, glyph)) return false;
    if (stbtt_GetGlyphBox(&font, glyph, &x0, &y0, &x1, &y1) == 0) return true;  // a space
  } catch (const MalformedGlyph&) {
    return false;
  }
  const int largest = max_ems * units_per_em();
  return std::min({x0, y0, x1, y1}) >= -largest && std::max({x0, y0, x1, y1}) <= largest;
}

bool Face::can_draw(int glyph) const {
  if (glyph < 0 || static_cast<std::size_t>(glyph) >= soundness_.size()) return false;
  Soundness& known = soundness_[static_cast<std::size_t>(glyph)];
  if (known == Soundness::unknown) {
    known = check_glyph(glyph) ? Soundness::sound : Soundness::unsound;
  }
  return known == Soundness::sound;
}

int Face::index(char32_t code_point) const {
  const int glyph = map_.glyph(code_point);
  return can_draw(glyph) ? glyph : 0;
}

int Face::units_per_em() const {
  const stbtt_fontinfo& font = info_->font;
  return ttUSHORT(font.data + font.head + 18);
}

Face::~Face() = default;

float Face::scale(int size) const {
  return stbtt_ScaleForMappingEmToPixels(&info_->font, static_cast<float>(size));
}

int Face::advance(int glyph, int size) const {
  int units = 0;
  stbtt_GetGlyphHMetrics(&info_->font, glyph, &units, nullptr);
  units = std::clamp(units, 0, max_ems * units_per_em());
  return static_cast<int>(std::lround(static_cast<float>(units) * scale(size)));
}

Outline Face::outline(int glyph, int size) const {
  if (!can_draw(glyph)) return {};
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  if (stbtt_GetGlyphBox(&info_->font, glyph, &x0, &y0, &x1, &y1) == 0) return {};
  const float s = scale(size);
  return {static_cast<float>(x0) * s, static_cast<float>(-y1) * s, static_cast<float>(x1) * s,
          static_cast<float>(-y0) * s};
}

std::vector<unsigned char> Face::bitmap(int glyph, int size, float x, float y) const {
  const Outline box = outline(glyph, size).moved(x, y);
  const int width = box.end_column() - box.first_column();
  const int height = box.end_row() - box.first_row();
  if (width <= 0 || height <= 0) return {};
  std::vector<unsigned char> pixels(static_cast<std::size_t>(width) *
                                    static_cast<std::size_t>(height));
  const float s = scale(size);
  try {
    stbtt_MakeGlyphBitmapSubpixel(&info_->font, pixels.data(), width, height, width, s, s, x, y,
                                  glyph);
  } catch (const MalformedGlyph&) {
    return {};
  }
  return pixels;
}

std::vector<GlyphStep> Face::steps(int glyph) const {
  struct Free {
    const stbtt_fontinfo* font;
    void operator()(stbtt_vertex* vertices) const { stbtt_FreeShape(font, vertices); }
  };
  std::vector<GlyphStep> steps;
  if (!can_draw(glyph)) return steps;
  stbtt_vertex* raw = nullptr;
  const int count = stbtt_GetGlyphShape(&info_->font, glyph, &raw);
  const std::unique_ptr<stbtt_vertex, Free> vertices(raw, Free{&info_->font});
  for (int i = 0; i < count; ++i) {
    const stbtt_vertex& v = vertices.get()[i];
    switch (v.type) {
      case STBTT_vmove:
        steps.push_back({'M', {v.x, v.y}});
        break;
      case STBTT_vline:
        steps.push_back({'L', {v.x, v.y}});
        break;
      case STBTT_vcurve:
        steps.push_back({'Q', {v.cx, v.cy, v.x, v.y}});
        break;
      default:
        steps.push_back({'C', {v.cx, v.cy, v.cx1, v.cy1, v.x, v.y}});
    }
  }
  return steps;
}

std::vector<ShapedGlyph> Face::shape(std::string_view text) const {
  if (!shaper_) shaper_ = std::make_unique<Shaper>(file_);
  return shaper_->shape(text);
}

}  // namespace attnviz
