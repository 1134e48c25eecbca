#include "render/raster/jpeg_check.h"

#include <cstddef>
#include <cstdint>

namespace attnviz {
namespace {

constexpr int max_scans = 256;  // each is decoded into the whole picture

enum Marker : std::uint8_t {
  first_restart = 0xd0,
  last_restart = 0xd7,
  start_of_image = 0xd8,
  end_of_image = 0xd9,
  start_of_scan = 0xda,
  define_codes = 0xc4
};

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

bool is_restart(std::uint8_t marker) {
  return marker >= first_restart && marker <= last_restart;
}

// The marker that the bytes begin with, taken off; 0 when there is none.
std::uint8_t take_marker(std::string_view& rest) {
  const std::size_t at = rest.find_first_not_of('\xff');
  if (at == 0 || at == std::string_view::npos) return 0;
  const std::uint8_t marker = byte_at(rest, at);
  rest.remove_prefix(at + 1);
  return marker;
}

// To the marker after a scan. In the scan, a byte of 255 is followed by 0, or a restart.
void skip_scan(std::string_view& rest) {
  for (std::size_t at = rest.find('\xff'); at < rest.size(); at = rest.find('\xff', at)) {
    const std::size_t next = rest.find_first_not_of('\xff', at);
    if (next == std::string_view::npos) break;
    const std::uint8_t marker = byte_at(rest, next);
    if (marker != 0 && !is_restart(marker)) return rest.remove_prefix(at);
    at = next;
  }
  rest = {};
}

// Tables of codes, each: its number, how many codes have 1 to 16 bits, and what they stand for.
bool are_sound_codes(std::string_view tables) {
  constexpr std::size_t lengths = 16;
  while (!tables.empty()) {
    if (tables.size() < 1 + lengths) return false;
    std::size_t count = 0;
    for (std::size_t i = 1; i <= lengths; ++i) count += byte_at(tables, i);
    if (count > 256 || tables.size() < 1 + lengths + count) return false;
    tables.remove_prefix(1 + lengths + count);
  }
  return true;
}

}  // namespace

bool is_sound_jpeg(std::string_view file) {
  if (take_marker(file) != start_of_image) return false;
  for (int scans = 0; scans <= max_scans;) {
    const std::uint8_t marker = take_marker(file);
    if (marker == end_of_image) return scans > 0;
    if (marker <= 1 || is_restart(marker) || marker == start_of_image || file.size() < 2)
      return false;
    const std::size_t length = byte_at(file, 0) * std::size_t{256} + byte_at(file, 1);
    if (length < 2 || length > file.size()) return false;
    if (marker == define_codes && !are_sound_codes(file.substr(2, length - 2))) return false;
    file.remove_prefix(length);
    if (marker != start_of_scan) continue;
    ++scans;
    skip_scan(file);
  }
  return false;
}

}  // namespace attnviz
