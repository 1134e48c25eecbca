// Hashing that is the same everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace attnviz {

/// FNV-1a, 64 bits (Fowler, Noll, Vo). Each step is a bijection of the hash so far, so changing any
/// one byte changes the result. No protection against deliberate forgery.
constexpr std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  }
  return hash;
}

/// The same as 16 hexadecimal digits, as files and pictures name it.
std::string fnv1a_hex(std::string_view bytes);

/// The checksum of zip and PNG (ISO 3309).
std::uint32_t crc32(std::string_view bytes);

}  // namespace attnviz
