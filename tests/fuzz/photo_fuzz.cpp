// Any bytes as a picture. The chunks of a PNG get the checksums that they should have.
#include <zlib.h>

#include <string>

#include "fuzz/bytes.h"
#include "render/raster/photo.h"

namespace attnviz {
namespace {

constexpr std::size_t signature = 8;

std::size_t number_at(const std::string& bytes, std::size_t at) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
  }
  return number;
}

void correct_checksums(std::string& png) {
  for (std::size_t at = signature; at + 12 <= png.size();) {
    const std::size_t length = number_at(png, at);
    if (length > png.size() - at - 12) return;
    const auto* data = reinterpret_cast<const Bytef*>(png.data() + at + 4);
    const auto sum = crc32(0, data, static_cast<uInt>(length + 4));
    for (std::size_t i = 0; i < 4; ++i) {
      png[at + 8 + length + i] = static_cast<char>(sum >> (24 - 8 * i) & 0xffU);
    }
    at += 12 + length;
  }
}

}  // namespace
}  // namespace attnviz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string text(text_of(bytes, count));
  if (text.starts_with("\x89PNG")) correct_checksums(text);
  may_refuse([&] {
    const Canvas photo = decode_photo(text, "fuzz");
    require(resize(photo, 7, 3).width() == 7);
  });
  return 0;
}
