// Whether a JPEG file can be decoded without a check: the library that decodes it writes outside of
// its memory where a table of codes is too long, and fills up what is cut off.
#pragma once

#include <string_view>

namespace attnviz {

/// Whether the file (ITU T.81, annex B) is one of whole segments and scans up to its end, its
/// tables of codes have at most 256 codes each, and its scans are at most 256. What follows the end
/// may be anything, as in the files of some cameras.
bool is_sound_jpeg(std::string_view file);

}  // namespace attnviz
