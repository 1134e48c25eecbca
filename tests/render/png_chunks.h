// The chunks of a PNG file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"

namespace attnviz {

struct Chunk {
  std::string type;
  std::string data;
  std::uint32_t crc = 0;
};

inline std::uint32_t big_endian(std::string_view file, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(file[at + i]);
  return value;
}

inline std::vector<Chunk> chunks_of(const std::string& file) {
  REQUIRE(file.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  std::vector<Chunk> chunks;
  for (std::size_t at = 8; at < file.size();) {
    REQUIRE(file.size() - at >= 12);
    const std::size_t length = big_endian(file, at);
    REQUIRE(file.size() - at - 12 >= length);
    chunks.push_back(
        {file.substr(at + 4, 4), file.substr(at + 8, length), big_endian(file, at + 8 + length)});
    at += 12 + length;
  }
  return chunks;
}

// Bit by bit, from the definition.
inline std::uint32_t slow_crc(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

}  // namespace attnviz
