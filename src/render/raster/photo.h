// Pictures from files, to draw on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "attnviz/canvas.h"

namespace attnviz {

/// At most so many pixels of a picture are read.
inline constexpr int max_photo_pixels = 1 << 25;

/// And so many bytes of a file.
inline constexpr std::size_t max_photo_bytes = std::size_t{1} << 26U;

/// Throws InputError naming `name` unless the first bytes of a file are those of PNG or JPEG.
void check_photo_kind(std::string_view start, const std::string& name);

/// The pixels of a PNG or JPEG file, what is transparent on white. Throws InputError naming `name`
/// for another kind, a file that is cut off or damaged; LimitError for one of too many pixels,
/// before they are decoded, and when memory runs out.
Canvas decode_photo(std::string_view bytes, const std::string& name);

/// The picture in another size, 1 x 1 or more: each pixel is the mean of those it covers.
Canvas resize(const Canvas& picture, int width, int height);

}  // namespace attnviz
