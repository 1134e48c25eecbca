// Texts that look the same, told apart.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace attnviz {

/// "U+200B"
std::string code_point_name(char32_t c);

/// Whether nothing, or a blank that is not U+0020, is all that a reader sees of it: other spaces,
/// joiners, soft hyphens, variation selectors.
bool is_hidden(char32_t c);

/// `text` with escapes (\u200b) for what is invisible and, unless the text is in normalisation form
/// C, for accents and other combining marks. Other characters, controls too, are left to
/// printable().
std::string show_invisible(std::string_view text);

/// `text` without what is invisible, and with U+0020 for other spaces.
std::string without_invisible(std::string_view text);

/// The offset of the first NUL or of what readers of lines take as an end of one: LF, CR, VT, FF,
/// U+0085, U+2028, U+2029. Nothing where there is none.
std::optional<std::size_t> find_line_break(std::string_view text);

}  // namespace attnviz
