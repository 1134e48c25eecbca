// The fonts a command draws with, and warnings about characters that none of them has.
#pragma once

#include <string>
#include <vector>

#include "attnviz/font.h"

namespace attnviz {

/// The embedded face, then these files, then what is below the folders in ATTNVIZ_FONT_PATH and the
/// folders of the system, or in ATTNVIZ_SYSTEM_FONTS in place of those. Throws InputError for a
/// file that is no font.
Font load_fonts(const std::vector<std::string>& files);

/// After drawing: one warning for characters without a font, and one for text that was not shaped.
void tell_missing_letters(bool quiet, const Font& font);

}  // namespace attnviz
