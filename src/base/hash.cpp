#include "base/hash.h"

#include <fmt/core.h>
#include <zlib.h>

namespace attnviz {

std::string fnv1a_hex(std::string_view bytes) {
  return fmt::format("{:016x}", fnv1a(bytes));
}

std::uint32_t crc32(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace attnviz
