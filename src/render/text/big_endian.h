// Numbers of a font file, which are big-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace attnviz {

/// The number of `count` bytes at an offset; 0 past the end.
inline std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  if (at > bytes.size() || count > bytes.size() - at) return 0;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}
inline std::uint32_t u16(std::string_view bytes, std::size_t at) {
  return number_at(bytes, at, 2);
}
inline std::uint32_t u32(std::string_view bytes, std::size_t at) {
  return number_at(bytes, at, 4);
}

}  // namespace attnviz
