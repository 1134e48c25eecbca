#include "shaper.h"

#include "attnviz/render/font.h"

#ifdef ATTNVIZ_HARFBUZZ
#include <hb-ot.h>
#include <hb.h>
#endif

namespace attnviz {

#ifdef ATTNVIZ_HARFBUZZ

struct Shaper::Face {
  template <auto destroy>
  struct Destroy {
    template <typename T>
    void operator()(T* object) const {
      destroy(object);
    }
  };
  std::unique_ptr<hb_font_t, Destroy<hb_font_destroy>> font;
  std::unique_ptr<hb_buffer_t, Destroy<hb_buffer_destroy>> buffer;
};

Shaper::Shaper(std::string_view file) : face_(std::make_unique<Face>()) {
  constexpr unsigned int index = 0;  // check_font_file takes the first face of a collection
  hb_blob_t* blob = hb_blob_create(file.data(), static_cast<unsigned int>(file.size()),
                                   HB_MEMORY_MODE_READONLY, nullptr, nullptr);
  hb_face_t* face = hb_face_create(blob, index);
  face_->font.reset(hb_font_create(face));  // scaled to the units of the face
  hb_face_destroy(face);
  hb_blob_destroy(blob);
  hb_ot_font_set_funcs(face_->font.get());
  face_->buffer.reset(hb_buffer_create());
}

std::vector<ShapedGlyph> Shaper::shape(std::string_view text) const {
  hb_buffer_t* buffer = face_->buffer.get();
  hb_buffer_reset(buffer);
  hb_buffer_add_utf8(buffer, text.data(), static_cast<int>(text.size()), 0, -1);
  hb_buffer_guess_segment_properties(buffer);
  // Not the one of the environment: the same text gives the same picture everywhere.
  hb_buffer_set_language(buffer, hb_language_from_string("und", -1));
  hb_shape(face_->font.get(), buffer, nullptr, 0);
  unsigned int count = 0;
  const hb_glyph_info_t* glyphs = hb_buffer_get_glyph_infos(buffer, &count);
  const hb_glyph_position_t* places = hb_buffer_get_glyph_positions(buffer, &count);
  std::vector<ShapedGlyph> shaped;
  for (unsigned int i = 0; i < count; ++i) {
    shaped.push_back({static_cast<int>(glyphs[i].codepoint), places[i].x_advance,
                      places[i].x_offset, places[i].y_offset});
  }
  return shaped;
}

std::string shaping_library() {
  return std::string("HarfBuzz ") + hb_version_string();
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
