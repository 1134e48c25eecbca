#include "render/text/script.h"

#include <algorithm>
#include <array>

namespace attnviz {
namespace {

constexpr bool shaped = true;
constexpr bool leftwards = true;

// Ascending, by the blocks of the Unicode standard.
constexpr auto scripts = std::to_array<Script>({
    {0x0300, 0x036f, "combining marks", "fonts-dejavu-core", shaped},
    {0x0590, 0x05ff, "Hebrew", "fonts-dejavu-core", shaped, leftwards},
    {0x0600, 0x06ff, "Arabic", "fonts-dejavu-core", shaped, leftwards},
    {0x0700, 0x074f, "Syriac", "fonts-noto-core", shaped, leftwards},
    {0x0750, 0x077f, "Arabic", "fonts-noto-core", shaped, leftwards},
    {0x0780, 0x07bf, "Thaana", "fonts-noto-core", shaped, leftwards},
    {0x07c0, 0x07ff, "N'Ko", "fonts-noto-core", shaped, leftwards},
    {0x0800, 0x085f, "Samaritan or Mandaic", "fonts-noto-core", shaped, leftwards},
    {0x0860, 0x08ff, "Arabic", "fonts-noto-core", shaped, leftwards},
    {0x0900, 0x097f, "Devanagari", "fonts-lohit-deva", shaped},
    {0x0980, 0x09ff, "Bengali", "fonts-lohit-beng-bengali", shaped},
    {0x0a00, 0x0a7f, "Gurmukhi", "fonts-lohit-guru", shaped},
    {0x0a80, 0x0aff, "Gujarati", "fonts-lohit-gujr", shaped},
    {0x0b00, 0x0b7f, "Odia", "fonts-lohit-orya", shaped},
    {0x0b80, 0x0bff, "Tamil", "fonts-lohit-taml", shaped},
    {0x0c00, 0x0c7f, "Telugu", "fonts-lohit-telu", shaped},
    {0x0c80, 0x0cff, "Kannada", "fonts-lohit-knda", shaped},
    {0x0d00, 0x0d7f, "Malayalam", "fonts-lohit-mlym", shaped},
    {0x0d80, 0x0dff, "Sinhala", "fonts-lklug-sinhala", shaped},
    {0x0e00, 0x0e7f, "Thai", "fonts-thai-tlwg", shaped},
    {0x0e80, 0x0eff, "Lao", "fonts-lao", shaped},
    {0x0f00, 0x0fff, "Tibetan", "fonts-ddc-uchen", shaped},
    {0x1000, 0x109f, "Burmese", "fonts-sil-padauk", shaped},
    {0x10a0, 0x10ff, "Georgian", "fonts-dejavu-core"},
    {0x1100, 0x11ff, "Hangul", "fonts-nanum", shaped},
    {0x1200, 0x139f, "Ethiopic", "fonts-sil-abyssinica"},
    {0x1780, 0x17ff, "Khmer", "fonts-khmeros", shaped},
    {0x1800, 0x18af, "Mongolian", "fonts-noto-core", shaped},
    {0x1ab0, 0x1aff, "combining marks", "fonts-noto-core", shaped},
    {0x1dc0, 0x1dff, "combining marks", "fonts-noto-core", shaped},
    {0x20d0, 0x20ff, "combining marks", "fonts-noto-core", shaped},
    {0x2e80, 0x2fdf, "Chinese", "fonts-wqy-zenhei"},
    {0x3000, 0x303f, "Chinese", "fonts-wqy-zenhei"},
    {0x3040, 0x30ff, "Japanese", "fonts-vlgothic"},
    {0x3100, 0x312f, "Chinese", "fonts-wqy-zenhei"},
    {0x3130, 0x318f, "Hangul", "fonts-nanum"},
    {0x31a0, 0x9fff, "Chinese", "fonts-wqy-zenhei"},
    {0xa8e0, 0xa8ff, "Devanagari", "fonts-lohit-deva", shaped},
    {0xac00, 0xd7af, "Hangul", "fonts-nanum"},
    {0xf900, 0xfaff, "Chinese", "fonts-wqy-zenhei"},
    {0xfb1d, 0xfb4f, "Hebrew", "fonts-dejavu-core", shaped, leftwards},
    {0xfb50, 0xfdff, "Arabic", "fonts-dejavu-core", shaped, leftwards},
    {0xfe20, 0xfe2f, "combining marks", "fonts-noto-core", shaped},
    {0xfe70, 0xfefe, "Arabic", "fonts-dejavu-core", shaped, leftwards},
    {0xff00, 0xffef, "Chinese", "fonts-wqy-zenhei"},
    {0x10800, 0x10fff, "a historic script", "fonts-noto-core", shaped, leftwards},
    {0x11000, 0x11fff, "an Indic script", "fonts-noto-core", shaped},
    {0x1e800, 0x1efff, "an African script", "fonts-noto-core", shaped, leftwards},
    {0x1f000, 0x1faff, "emoji", "fonts-symbola"},
    {0x20000, 0x3ffff, "Chinese", "fonts-hanazono"},
});

bool within(char32_t code_point, char32_t first, char32_t last) {
  return code_point >= first && code_point <= last;
}

}  // namespace

const Script* find_script(char32_t code_point) {
  const auto above = std::ranges::upper_bound(scripts, code_point, {}, &Script::first);
  if (above == scripts.begin() || (above - 1)->last < code_point) return nullptr;
  return &*(above - 1);
}

std::string_view font_package(char32_t code_point) {
  const Script* script = find_script(code_point);
  return script == nullptr ? "fonts-noto-core" : script->package;
}

bool is_invisible(char32_t c) {
  return within(c, 0x200b, 0x200f) || within(c, 0x202a, 0x202e) || within(c, 0x2060, 0x2069) ||
         within(c, 0xfe00, 0xfe0f) || c == 0xfeff || within(c, 0xe0100, 0xe01ef);
}

bool is_mark(char32_t c) {
  const Script* script = find_script(c);
  return script != nullptr && script->name == "combining marks";
}

}  // namespace attnviz
