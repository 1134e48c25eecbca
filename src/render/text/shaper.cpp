#include "render/text/shaper.h"

#ifdef ATTNVIZ_HARFBUZZ
#include <dlfcn.h>
#include <hb-ot.h>
#include <hb.h>

#include <optional>
#endif

namespace attnviz {

#ifdef ATTNVIZ_HARFBUZZ

namespace {

/// HarfBuzz, loaded by the first text that needs it: with the eight libraries that it needs itself
/// it would be most of what every start of the program has to load.
struct Library {
  decltype(&hb_version_string) version_string = nullptr;
  decltype(&hb_blob_create) blob_create = nullptr;
  decltype(&hb_blob_destroy) blob_destroy = nullptr;
  decltype(&hb_face_create) face_create = nullptr;
  decltype(&hb_face_destroy) face_destroy = nullptr;
  decltype(&hb_font_create) font_create = nullptr;
  decltype(&hb_font_destroy) font_destroy = nullptr;
  decltype(&hb_ot_font_set_funcs) ot_font_set_funcs = nullptr;
  decltype(&hb_buffer_create) buffer_create = nullptr;
  decltype(&hb_buffer_destroy) buffer_destroy = nullptr;
  decltype(&hb_buffer_reset) buffer_reset = nullptr;
  decltype(&hb_buffer_add_utf8) buffer_add_utf8 = nullptr;
  decltype(&hb_buffer_guess_segment_properties) buffer_guess_segment_properties = nullptr;
  decltype(&hb_buffer_set_language) buffer_set_language = nullptr;
  decltype(&hb_buffer_get_glyph_infos) buffer_get_glyph_infos = nullptr;
  decltype(&hb_buffer_get_glyph_positions) buffer_get_glyph_positions = nullptr;
  decltype(&hb_language_from_string) language_from_string = nullptr;
  decltype(&hb_shape) shape = nullptr;
};

std::optional<Library> load() {
  void* handle = ::dlopen(ATTNVIZ_HARFBUZZ, RTLD_NOW | RTLD_LOCAL);  // until the process ends
  if (handle == nullptr) return std::nullopt;
  Library hb;
  bool whole = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(handle, name));
    whole &= function != nullptr;
  };
  find(hb.version_string, "hb_version_string");
  find(hb.blob_create, "hb_blob_create");
  find(hb.blob_destroy, "hb_blob_destroy");
  find(hb.face_create, "hb_face_create");
  find(hb.face_destroy, "hb_face_destroy");
  find(hb.font_create, "hb_font_create");
  find(hb.font_destroy, "hb_font_destroy");
  find(hb.ot_font_set_funcs, "hb_ot_font_set_funcs");
  find(hb.buffer_create, "hb_buffer_create");
  find(hb.buffer_destroy, "hb_buffer_destroy");
  find(hb.buffer_reset, "hb_buffer_reset");
  find(hb.buffer_add_utf8, "hb_buffer_add_utf8");
  find(hb.buffer_guess_segment_properties, "hb_buffer_guess_segment_properties");
  find(hb.buffer_set_language, "hb_buffer_set_language");
  find(hb.buffer_get_glyph_infos, "hb_buffer_get_glyph_infos");
  find(hb.buffer_get_glyph_positions, "hb_buffer_get_glyph_positions");
  find(hb.language_from_string, "hb_language_from_string");
  find(hb.shape, "hb_shape");
  if (!whole) return std::nullopt;
  return hb;
}

const std::optional<Library>& library() {
  static const std::optional<Library> loaded = load();
  return loaded;
}

}  // namespace

struct Shaper::Face {
  std::unique_ptr<hb_font_t, decltype(&hb_font_destroy)> font;
  std::unique_ptr<hb_buffer_t, decltype(&hb_buffer_destroy)> buffer;
};

Shaper::Shaper(std::string_view file) {
  if (!library()) return;
  const Library& hb = *library();
  constexpr unsigned int index = 0;  // check_font_file takes the first face of a collection
  hb_blob_t* blob = hb.blob_create(file.data(), static_cast<unsigned int>(file.size()),
                                   HB_MEMORY_MODE_READONLY, nullptr, nullptr);
  hb_face_t* face = hb.face_create(blob, index);
  hb_font_t* font = hb.font_create(face);  // scaled to the units of the face
  hb.face_destroy(face);
  hb.blob_destroy(blob);
  hb.ot_font_set_funcs(font);
  face_ = std::make_unique<Face>(
      Face{{font, hb.font_destroy}, {hb.buffer_create(), hb.buffer_destroy}});
}

std::vector<ShapedGlyph> Shaper::shape(std::string_view text) const {
  std::vector<ShapedGlyph> shaped;
  if (!face_) return shaped;
  const Library& hb = *library();
  hb_buffer_t* buffer = face_->buffer.get();
  hb.buffer_reset(buffer);
  hb.buffer_add_utf8(buffer, text.data(), static_cast<int>(text.size()), 0, -1);
  hb.buffer_guess_segment_properties(buffer);
  // Not that of the environment: the same text gives the same picture everywhere.
  hb.buffer_set_language(buffer, hb.language_from_string("und", -1));
  hb.shape(face_->font.get(), buffer, nullptr, 0);
  unsigned int count = 0;
  const hb_glyph_info_t* glyphs = hb.buffer_get_glyph_infos(buffer, &count);
  const hb_glyph_position_t* places = hb.buffer_get_glyph_positions(buffer, &count);
  for (unsigned int i = 0; i < count; ++i) {
    shaped.push_back({static_cast<int>(glyphs[i].codepoint), places[i].x_advance,
                      places[i].x_offset, places[i].y_offset});
  }
  return shaped;
}

std::string shaping_library() {
  return library() ? std::string("HarfBuzz ") + library()->version_string() : "";
}

#else

struct Shaper::Face {};

Shaper::Shaper(std::string_view) {}

std::vector<ShapedGlyph> Shaper::shape(std::string_view) const {
  return {};
}

std::string shaping_library() {
  return "";
}

#endif

Shaper::~Shaper() = default;

}  // namespace attnviz
