#include "render/text/face.h"

#include <cstdlib>
#include <new>
#include <stdexcept>

#include "attnviz/error.h"

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

struct Face::Info {
  stbtt_fontinfo font{};
};

Face::Face(std::string_view file, std::string_view name)
    : info_(std::make_unique<Info>()), file_(file) {
  const std::size_t start = check_font_file(file, name);
  map_ = CharacterMap(font_table(file, start, "cmap"));
  bool usable = !map_.empty();
  try {
    usable =
        usable && stbtt_InitFont(&info_->font, reinterpret_cast<const unsigned char*>(file.data()),
                                 static_cast<int>(start)) != 0;
  } catch (const MalformedGlyph&) {
    usable = false;
  }
  if (!usable) {
    throw InputError(printable(name, no_limit) +
                     ": font: no Unicode character map that can be used");
  }
}

Face::~Face() = default;

float Face::scale(int size) const {
  return stbtt_ScaleForMappingEmToPixels(&info_->font, static_cast<float>(size));
}

int Face::advance(int glyph, int size) const {
  int units = 0;
  stbtt_GetGlyphHMetrics(&info_->font, glyph, &units, nullptr);
  return static_cast<int>(std::lround(static_cast<float>(units) * scale(size)));
}

Outline Face::outline(int glyph, int size) const {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  try {
    if (stbtt_GetGlyphBox(&info_->font, glyph, &x0, &y0, &x1, &y1) == 0) return {};
  } catch (const MalformedGlyph&) {
    return {};
  }
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
  stbtt_vertex* raw = nullptr;
  try {
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
  } catch (const MalformedGlyph&) {
    return {};
  }
  return steps;
}

std::vector<ShapedGlyph> Face::shape(std::string_view text) const {
  if (!shaper_) shaper_ = std::make_unique<Shaper>(file_);
  return shaper_->shape(text);
}

}  // namespace attnviz
