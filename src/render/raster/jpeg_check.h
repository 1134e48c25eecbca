// Whether a JPEG file can be decoded without a check: the library that decodes it writes outside of
// its memory where a table of codes is too long, and fills up what is cut off.
#pragma once

#include <cstdint>
#include <string_view>

namespace attnviz {

struct JpegCheck {
  bool is_sound = false;
  std::string_view unread_kind;  // "lossless", as the decoder reads none; "" for those it reads
};

/// A sound file (ITU T.81, annex B) is one of whole segments and scans up to its end, its tables of
/// codes have at most 256 codes each, its scans are at most 256, and their data are enough for the
/// picture. The data are not followed in a picture of more than `max_pixels` or an unread kind, nor
/// where a scan refines coefficients of earlier ones. What follows the end may be anything, as in
/// the files of some cameras.
JpegCheck check_jpeg(std::string_view file, std::int64_t max_pixels);

}  // namespace attnviz
