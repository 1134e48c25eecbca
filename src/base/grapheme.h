// Characters as a reader sees them, by Unicode's tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

/// The characters of a text, one string each: the extended grapheme clusters of Unicode's UAX #29,
/// with the conjuncts of its rule GB9c. An invalid byte is one character. Joined again they are
/// always the text, valid or not.
std::vector<std::string> split_characters(std::string_view text);

/// The length in bytes of the first character of `text`; 0 if it is empty.
std::size_t first_character(std::string_view text);

/// Unicode's general category of a code point, such as "Lu"; its first letter is the class.
std::string_view general_category(char32_t code_point);

/// How many columns of a terminal a text takes, as most terminals count: two for wide characters of
/// East Asia and pictures, one for others.
int display_width(std::string_view text);

/// Normalisation form C (UAX #15): equal texts, however their accents were typed, get equal bytes.
/// Throws InputError if `text` is not valid UTF-8.
std::string to_nfc(std::string_view text);
/// The same for form D: letters and their accents apart.
std::string to_nfd(std::string_view text);

/// Each code point in lower case, one for one (so German sharp s and Turkish I stay one letter),
/// the same in every locale. Invalid bytes are left as they are.
std::string to_lower(std::string_view text);

}  // namespace attnviz
