#include "attnviz/base/utf8.h"

#include <algorithm>
#include <iterator>

#include "attnviz/base/error.h"

namespace attnviz {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// The splitting approximates the extended grapheme clusters of UAX #29, with the conjuncts of its
// rule GB9c. It falls short in: marks of scripts that are not listed here (they stand alone), the
// prepended signs of Arabic and some Indic scripts (they stand alone), a few spacing vowels of
// Myanmar (joined here), CR LF (two characters here).

// Combining marks, vowel signs, variation selectors, emoji modifiers and tags, ZWNJ and ZWJ. Ranges
// run across code points that are not assigned.
constexpr Range marks[] = {
    {0x300, 0x36f},     {0x483, 0x489},     {0x591, 0x5bd},    {0x5bf, 0x5bf},   {0x5c1, 0x5c2},
    {0x5c4, 0x5c5},     {0x5c7, 0x5c7},     {0x610, 0x61a},    {0x64b, 0x65f},   {0x670, 0x670},
    {0x6d6, 0x6dc},     {0x6df, 0x6e4},     {0x6e7, 0x6e8},    {0x6ea, 0x6ed},   {0x711, 0x711},
    {0x730, 0x74a},     {0x7a6, 0x7b0},     {0x7eb, 0x7f3},    {0x8ca, 0x8e1},   {0x8e3, 0x903},
    {0x93a, 0x93c},     {0x93e, 0x94f},     {0x951, 0x957},    {0x962, 0x963},   {0x981, 0x983},
    {0x9bc, 0x9bc},     {0x9be, 0x9cd},     {0x9d7, 0x9d7},    {0x9e2, 0x9e3},   {0x9fe, 0xa03},
    {0xa3c, 0xa51},     {0xa70, 0xa71},     {0xa75, 0xa75},    {0xa81, 0xa83},   {0xabc, 0xabc},
    {0xabe, 0xacd},     {0xae2, 0xae3},     {0xafa, 0xb03},    {0xb3c, 0xb3c},   {0xb3e, 0xb57},
    {0xb62, 0xb63},     {0xb82, 0xb82},     {0xbbe, 0xbcd},    {0xbd7, 0xbd7},   {0xc00, 0xc04},
    {0xc3c, 0xc3c},     {0xc3e, 0xc56},     {0xc62, 0xc63},    {0xc81, 0xc83},   {0xcbc, 0xcbc},
    {0xcbe, 0xcd6},     {0xce2, 0xce3},     {0xcf3, 0xcf3},    {0xd00, 0xd03},   {0xd3b, 0xd3c},
    {0xd3e, 0xd4d},     {0xd57, 0xd57},     {0xd62, 0xd63},    {0xd81, 0xd83},   {0xdca, 0xddf},
    {0xdf2, 0xdf3},     {0xe31, 0xe31},     {0xe33, 0xe3a},    {0xe47, 0xe4e},   {0xeb1, 0xeb1},
    {0xeb3, 0xebc},     {0xec8, 0xece},     {0xf18, 0xf19},    {0xf35, 0xf35},   {0xf37, 0xf37},
    {0xf39, 0xf39},     {0xf3e, 0xf3f},     {0xf71, 0xf84},    {0xf86, 0xf87},   {0xf8d, 0xfbc},
    {0xfc6, 0xfc6},     {0x102b, 0x103e},   {0x1056, 0x1059},  {0x105e, 0x1060}, {0x1071, 0x1074},
    {0x135d, 0x135f},   {0x17b4, 0x17d3},   {0x17dd, 0x17dd},  {0x180b, 0x180d}, {0x1ab0, 0x1aff},
    {0x1cd0, 0x1cd2},   {0x1cd4, 0x1ce8},   {0x1ced, 0x1ced},  {0x1cf4, 0x1cf4}, {0x1cf7, 0x1cf9},
    {0x1dc0, 0x1dff},   {0x200c, 0x200d},   {0x20d0, 0x20f0},  {0x2de0, 0x2dff}, {0x302a, 0x302f},
    {0x3099, 0x309a},   {0xa66f, 0xa672},   {0xa674, 0xa67d},  {0xa69e, 0xa69f}, {0xa8e0, 0xa8f1},
    {0xa8ff, 0xa8ff},   {0xfb1e, 0xfb1e},   {0xfe00, 0xfe0f},  {0xfe20, 0xfe2f}, {0xff9e, 0xff9f},
    {0x1f3fb, 0x1f3ff}, {0xe0020, 0xe007f}, {0xe0100, 0xe01ef}};

// What a ZWJ may join into one picture; holes do not matter, only neighbours of a ZWJ are looked
// up.
constexpr Range pictures[] = {{0xa9, 0xa9},       {0xae, 0xae},       {0x203c, 0x2049},
                              {0x2122, 0x2bff},   {0x3030, 0x303d},   {0x3297, 0x3299},
                              {0x1f000, 0x1f1e5}, {0x1f200, 0x1f3fa}, {0x1f400, 0x1faff}};

constexpr char32_t zero_width_non_joiner = 0x200c;
constexpr char32_t zero_width_joiner = 0x200d;

bool within(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

template <std::size_t N>
bool is_in(const Range (&ranges)[N], char32_t c) {
  const Range* next = std::upper_bound(std::begin(ranges), std::end(ranges), c,
                                       [](char32_t x, Range range) { return x < range.first; });
  return next != std::begin(ranges) && c <= std::prev(next)->last;
}

bool is_mark(char32_t c) {
  return c >= marks[0].first && is_in(marks, c);
}

bool is_control(char32_t c) {
  return c < 0x20 || within(c, 0x7f, 0x9f);
}

bool is_regional_indicator(char32_t c) {
  return within(c, 0x1f1e6, 0x1f1ff);
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

// A syllable is leading consonants, vowels, trailing consonants; some come precomposed.
bool hangul_continues(char32_t previous, char32_t next) {
  const auto leads = [](char32_t c) {
    return within(c, 0x1100, 0x115f) || within(c, 0xa960, 0xa97c);
  };
  const auto vowel = [](char32_t c) {
    return within(c, 0x1160, 0x11a7) || within(c, 0xd7b0, 0xd7c6);
  };
  const auto trails = [](char32_t c) {
    return within(c, 0x11a8, 0x11ff) || within(c, 0xd7cb, 0xd7fb);
  };
  const auto composed = [](char32_t c) { return within(c, 0xac00, 0xd7a3); };
  const auto open = [&](char32_t c) { return composed(c) && (c - 0xac00) % 28 == 0; };
  if (leads(previous)) return leads(next) || vowel(next) || composed(next);
  if (vowel(previous) || open(previous)) return vowel(next) || trails(next);
  return (trails(previous) || composed(previous)) && trails(next);
}

// What has been read of one character.
class Cluster {
 public:
  explicit Cluster(char32_t first) { take(first); }

  bool continues_with(char32_t next) const {
    if (is_control(last_) || is_control(next)) return false;
    if (is_mark(next)) return true;
    if (last_ == zero_width_joiner && picture_ && is_in(pictures, next)) return true;
    if (is_regional_indicator(last_) && is_regional_indicator(next)) return !flag_;
    return (conjunct_ && is_consonant(next)) || hangul_continues(last_, next);
  }

  void take(char32_t next) {
    flag_ = is_regional_indicator(last_) && is_regional_indicator(next);
    if (!is_mark(next)) {
      picture_ = is_in(pictures, next);
      consonant_ = is_consonant(next);
      conjunct_ = false;
    } else if (next == zero_width_non_joiner) {
      conjunct_ = consonant_ = false;
    } else if (is_virama(next)) {
      conjunct_ = consonant_;
    }
    last_ = next;
  }

 private:
  char32_t last_ = 0;
  bool flag_ = false;       // ends with a pair of regional indicators
  bool picture_ = false;    // the base, or the last picture joined to it, is one
  bool consonant_ = false;  // since the last consonant only marks
  bool conjunct_ = false;   // and a virama among them: a consonant will join
};

CodePoint decode(unsigned char lead, std::string_view tail) {
  // Lead byte -> length and smallest value that needs it; smaller ones are overlong.
  std::size_t length = 0;
  char32_t smallest = 0;
  char32_t value = 0;
  if (within(lead, 0xc2, 0xdf)) {
    length = 2, smallest = 0x80, value = lead & 0x1fU;
  } else if (within(lead, 0xe0, 0xef)) {
    length = 3, smallest = 0x800, value = lead & 0x0fU;
  } else if (within(lead, 0xf0, 0xf4)) {
    length = 4, smallest = 0x10000, value = lead & 0x07U;
  } else {
    return {};
  }
  if (tail.size() < length - 1) return {};
  for (std::size_t i = 0; i + 1 < length; ++i) {
    const auto byte = static_cast<unsigned char>(tail[i]);
    if ((byte & 0xc0U) != 0x80) return {};
    value = (value << 6U) | (byte & 0x3fU);
  }
  if (value < smallest || within(value, 0xd800, 0xdfff) || value > 0x10ffff) return {};
  return {value, length, true};
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1, true};
  return decode(lead, text.substr(1));
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const CodePoint next = first_code_point(text.substr(offset));
    if (!next.valid) return offset;
    offset += next.length;
  }
  return std::nullopt;
}

void require_utf8(std::string_view text, const std::string& name) {
  if (const auto bad = find_invalid_utf8(text)) {
    throw InputError(name + text_place(text, *bad) + ": expected UTF-8, got the byte " +
                     printable(text.substr(*bad, 1)));
  }
}

std::string text_place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; };
  const std::string_view line = before.substr(line_start);
  const std::string column =
      ": column " + std::to_string(std::count_if(line.begin(), line.end(), is_start) + 1);
  if (text.substr(0, text.find_last_not_of("\r\n") + 1).find('\n') == std::string_view::npos) {
    return column;
  }
  return ':' + std::to_string(std::count(before.begin(), before.end(), '\n') + 1) + column;
}

std::vector<std::string> split_characters(std::string_view text) {
  std::vector<std::string> characters;
  while (!text.empty()) {
    CodePoint next = first_code_point(text);
    std::size_t length = next.length;
    // An invalid byte stands alone, like a control character.
    Cluster cluster(next.valid ? next.value : 0);
    while (length < text.size()) {
      next = first_code_point(text.substr(length));
      if (!next.valid || !cluster.continues_with(next.value)) break;
      cluster.take(next.value);
      length += next.length;
    }
    characters.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return characters;
}

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> values;
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    values.push_back(next.value);
    text.remove_prefix(next.length);
  }
  return values;
}

std::string to_utf8(char32_t code_point) {
  if (within(code_point, 0xd800, 0xdfff) || code_point > 0x10ffff) code_point = 0xfffd;
  const auto head = [code_point](char32_t marker, unsigned shift) {
    return static_cast<char>(marker | (code_point >> shift));
  };
  const auto tail = [code_point](unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3fU));
  };
  if (code_point < 0x80) return {head(0, 0)};
  if (code_point < 0x800) return {head(0xc0, 6), tail(0)};
  if (code_point < 0x10000) return {head(0xe0, 12), tail(6), tail(0)};
  return {head(0xf0, 18), tail(12), tail(6), tail(0)};
}

std::string join(const std::vector<std::string>& symbols, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i > 0) text += separator;
    text += symbols[i];
  }
  return text;
}

}  // namespace attnviz
