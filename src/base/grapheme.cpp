#include "base/grapheme.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "attnviz/error.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

constexpr char32_t zero_width_non_joiner = 0x200c;

bool within(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

utf8proc_int32_t number(char32_t c) {
  return static_cast<utf8proc_int32_t>(c);
}

bool is_mark(char32_t c) {
  const utf8proc_category_t category = utf8proc_category(number(c));
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_ME || category == UTF8PROC_CATEGORY_CF;
}

// The scripts whose conjuncts are one cluster share a layout: blocks of 128 with the virama at 4d.
bool forms_conjuncts(char32_t c) {
  const char32_t block = c & ~char32_t{0x7f};
  return block == 0x900 || block == 0x980 || block == 0xa80 || block == 0xb00 || block == 0xc00 ||
         block == 0xd00;  // Devanagari, Bengali, Gujarati, Oriya, Telugu, Malayalam
}

bool is_virama(char32_t c) {
  return forms_conjuncts(c) && (c & 0x7fU) == 0x4d;
}

bool is_consonant(char32_t c) {
  const char32_t place = c & 0x7fU;
  return forms_conjuncts(c) && (within(place, 0x15, 0x39) || within(place, 0x58, 0x5f) ||
                                within(c, 0x978, 0x97f) || within(c, 0x9f0, 0x9f1) || c == 0xb71);
}

/// What has been read of a conjunct: rule GB9c, which is newer than the tables of utf8proc 2.8.
class Conjunct {
 public:
  bool continues_with(char32_t next) const { return joined_ && is_consonant(next); }

  void take(char32_t next) {
    if (!is_mark(next)) {
      consonant_ = is_consonant(next);
      joined_ = false;
    } else if (next == zero_width_non_joiner) {
      joined_ = consonant_ = false;
    } else if (is_virama(next)) {
      joined_ = consonant_;
    }
  }

 private:
  bool consonant_ = false;  // since the last consonant only marks
  bool joined_ = false;     // and a virama among them
};

bool starts_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::string normalise(std::string_view text, utf8proc_option_t form) {
  require_utf8(text, "text");
  utf8proc_uint8_t* bytes = nullptr;
  const utf8proc_ssize_t length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &bytes,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | form));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(bytes, &std::free);
  if (length < 0) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)};
}

}  // namespace

std::size_t first_character(std::string_view text) {
  if (text.empty()) return 0;
  // Between two ASCII characters there is always a boundary, except within CR LF.
  const bool ascii_follows = text.size() == 1 || is_ascii(text[1]);
  if (is_ascii(text[0]) && ascii_follows && text[0] != '\r') return 1;
  CodePoint last = first_code_point(text);
  std::size_t length = last.length;
  if (!last.valid) return length;
  Conjunct conjunct;
  conjunct.take(last.value);
  utf8proc_int32_t state = 0;
  while (length < text.size()) {
    const CodePoint next = first_code_point(text.substr(length));
    // Called at every position: its state counts flags and pictures.
    const bool ends = !next.valid || utf8proc_grapheme_break_stateful(number(last.value),
                                                                      number(next.value), &state);
    if (!next.valid || (ends && !conjunct.continues_with(next.value))) break;
    conjunct.take(next.value);
    length += next.length;
    last = next;
  }
  return length;
}

std::vector<std::string> split_characters(std::string_view text) {
  std::vector<std::string> characters;
  characters.reserve(static_cast<std::size_t>(std::ranges::count_if(text, starts_code_point)));
  while (!text.empty()) {
    const std::size_t length = first_character(text);
    characters.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return characters;
}

std::string_view general_category(char32_t code_point) {
  return utf8proc_category_string(number(code_point));
}

int display_width(std::string_view text) {
  int width = 0;
  for (const std::string& character : split_characters(text)) {
    constexpr std::string_view as_picture = "\ufe0f";
    const bool wide = character.find(as_picture) != std::string::npos ||
                      utf8proc_charwidth(number(first_code_point(character).value)) == 2;
    width += wide ? 2 : 1;
  }
  return width;
}

std::string to_nfc(std::string_view text) {
  return normalise(text, UTF8PROC_COMPOSE);
}

std::string to_nfd(std::string_view text) {
  return normalise(text, UTF8PROC_DECOMPOSE);
}

std::string to_lower(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    if (next.valid) {
      lower += to_utf8(static_cast<char32_t>(utf8proc_tolower(number(next.value))));
    } else {
      lower += text.front();
    }
    text.remove_prefix(next.length);
  }
  return lower;
}

}  // namespace attnviz
