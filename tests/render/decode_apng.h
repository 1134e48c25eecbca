// The frames of an animated PNG, composed as its specification says.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "attnviz/canvas.h"
#include "catch.h"
#include "render/decode_png.h"
#include "render/png_chunks.h"

namespace attnviz {

struct ApngFrame {
  Picture picture;
  Box box;  // that was drawn anew
  std::uint32_t seconds = 0;
  std::uint32_t divisor = 0;
};

inline std::string big_endian_bytes(std::uint32_t value) {
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    bytes += static_cast<char>(value >> (shift - 8) & 0xffU);
  }
  return bytes;
}

inline std::string chunk_bytes(const std::string& type, const std::string& data) {
  return big_endian_bytes(static_cast<std::uint32_t>(data.size())) + type + data +
         big_endian_bytes(slow_crc(type + data));
}

/// Pixels replace those below, or where they blend only if they are opaque; half-opaque ones fail
/// the test.
inline void draw_over(Picture& canvas, const Picture& part, const Box& box, bool blends) {
  int half_opaque = 0;
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const auto from = 4 * static_cast<std::ptrdiff_t>(y * part.width + x);
      const std::uint8_t opacity = part.bytes[static_cast<std::size_t>(from) + 3];
      half_opaque += blends && opacity != 0 && opacity != 255;
      if (blends && opacity == 0) continue;
      const auto to = 4 * static_cast<std::ptrdiff_t>((box.y + y) * canvas.width + box.x + x);
      std::copy_n(part.bytes.begin() + from, 4, canvas.bytes.begin() + to);
    }
  }
  CHECK(half_opaque == 0);
}

/// Fails the test for chunks out of order, wrong checksums and sequence numbers.
inline std::vector<ApngFrame> decode_apng(const std::string& file) {
  const std::vector<Chunk> chunks = chunks_of(file);
  std::vector<ApngFrame> frames;
  Picture canvas = decode_png(file);  // its size; the default picture is not of the film
  std::fill(canvas.bytes.begin(), canvas.bytes.end(), std::uint8_t{0});
  std::uint32_t number = 0;
  bool blends = false;
  for (const Chunk& chunk : chunks) {
    CHECK(slow_crc(chunk.type + chunk.data) == chunk.crc);
    if (chunk.type != "fcTL" && chunk.type != "fdAT") continue;
    REQUIRE(big_endian(chunk.data, 0) == number++);
    if (chunk.type == "fcTL") {
      const auto at = [&](std::size_t place) {
        return static_cast<int>(big_endian(chunk.data, place));
      };
      ApngFrame frame;
      frame.box = {at(12), at(16), at(4), at(8)};
      frame.seconds = big_endian(chunk.data, 20) >> 16U;
      frame.divisor = big_endian(chunk.data, 20) & 0xffffU;
      CHECK(chunk.data[24] == '\0');  // stays
      blends = chunk.data[25] == '\1';
      REQUIRE((frame.box.x + frame.box.width <= canvas.width));
      REQUIRE((frame.box.y + frame.box.height <= canvas.height));
      frames.push_back(frame);
      continue;
    }
    const Box& box = frames.back().box;
    // A file of its own, of the frame's size.
    const auto size = big_endian_bytes(static_cast<std::uint32_t>(box.width)) +
                      big_endian_bytes(static_cast<std::uint32_t>(box.height));
    const Picture part =
        decode_png(file.substr(0, 8) + chunk_bytes("IHDR", size + chunks.front().data.substr(8)) +
                   chunk_bytes("IDAT", chunk.data.substr(4)) + chunk_bytes("IEND", ""));
    draw_over(canvas, part, box, blends);
    frames.back().picture = canvas;
  }
  return frames;
}

}  // namespace attnviz
