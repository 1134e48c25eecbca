#include "render/raster/jpeg_check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace attnviz {
namespace {

constexpr int max_scans = 256;  // each is decoded into the whole picture

enum Marker : std::uint8_t {
  first_frame = 0xc0,
  progressive_frame = 0xc2,
  lossless_frame = 0xc3,
  define_codes = 0xc4,
  jpeg_extension = 0xc8,
  first_arithmetic_frame = 0xc9,
  define_arithmetic = 0xcc,
  last_frame = 0xcf,
  first_restart = 0xd0,
  last_restart = 0xd7,
  start_of_image = 0xd8,
  end_of_image = 0xd9,
  start_of_scan = 0xda,
  restart_interval = 0xdd
};

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

int pair_at(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) * 256 + byte_at(bytes, at + 1);
}

bool is_restart(std::uint8_t marker) {
  return marker >= first_restart && marker <= last_restart;
}

bool is_frame(std::uint8_t marker) {
  return marker >= first_frame && marker <= last_frame && marker != define_codes &&
         marker != jpeg_extension && marker != define_arithmetic;
}

// The marker that the bytes begin with, taken off; 0 when there is none.
std::uint8_t take_marker(std::string_view& rest) {
  const std::size_t at = rest.find_first_not_of('\xff');
  if (at == 0 || at == std::string_view::npos) return 0;
  const std::uint8_t marker = byte_at(rest, at);
  rest.remove_prefix(at + 1);
  return marker;
}

// To the next marker. In the data of a scan, a byte of 255 is followed by 0.
void skip_data(std::string_view& rest) {
  for (std::size_t at = rest.find('\xff'); at < rest.size(); at = rest.find('\xff', at)) {
    const std::size_t next = rest.find_first_not_of('\xff', at);
    if (next == std::string_view::npos) break;
    if (byte_at(rest, next) != 0) return rest.remove_prefix(at);
    at = next;
  }
  rest = {};
}

// To the marker after a scan, over its restarts.
void skip_scan(std::string_view& rest) {
  for (skip_data(rest); !rest.empty(); skip_data(rest)) {
    std::string_view after = rest;
    if (!is_restart(take_marker(after))) return;
    rest = after;
  }
}

// The bits of a scan's data. Where they end too early, there are zeros.
class Bits {
 public:
  explicit Bits(std::string_view rest) : rest_(rest) {}

  bool is_broken() const { return broken_; }
  void fail() { broken_ = true; }

  unsigned take(unsigned count) {
    unsigned value = 0;
    for (; count > 0; --count) value = value << 1U | take_bit();
    return value;
  }

  void take_restart() {
    left_ = 0;
    skip_data(rest_);
    if (!is_restart(take_marker(rest_))) fail();
  }

 private:
  unsigned take_bit() {
    if (left_ == 0) {
      const bool stuffed = rest_.starts_with('\xff');
      if (rest_.empty() || (stuffed && (rest_.size() < 2 || rest_[1] != 0))) {
        fail();
        return 0;
      }
      byte_ = byte_at(rest_, 0);
      left_ = 8;
      rest_.remove_prefix(stuffed ? 2 : 1);
    }
    return byte_ >> --left_ & 1U;
  }

  std::string_view rest_;
  unsigned byte_ = 0;
  unsigned left_ = 0;
  bool broken_ = false;
};

// How many codes have 1 to 16 bits, and what they stand for, in order (annex C).
struct Codes {
  static constexpr std::size_t lengths = 16;
  std::array<std::uint8_t, lengths> counts{};
  std::array<std::uint8_t, 256> values{};

  unsigned take(Bits& bits) const {
    int code = 0;   // as far as it has been read
    int first = 0;  // the first code of this length
    int index = 0;
    for (const int count : counts) {
      code += static_cast<int>(bits.take(1));
      if (code < first + count) return values[static_cast<std::size_t>(index + code - first)];
      index += count;
      first = (first + count) * 2;
      code *= 2;
    }
    bits.fail();
    return 0;
  }
};

struct Component {
  int id = 0;
  int across = 1;  // how often it is sampled in a unit of the picture
  int down = 1;
  bool has_data = false;
  unsigned first_codes = 0;
  unsigned other_codes = 0;
};

class Reader {
 public:
  explicit Reader(std::int64_t max_pixels) : max_pixels_(max_pixels) {}

  // Annex F: what a segment says, and for a scan whether its data, in `rest`, suffice.
  bool read_segment(std::uint8_t marker, std::string_view segment, std::string_view rest) {
    if (marker == define_codes) return read_codes(segment);
    if (is_frame(marker)) return read_frame(marker, segment);
    if (marker == start_of_scan) return read_scan(segment, rest);
    if (marker == restart_interval && segment.size() >= 2) interval_ = pair_at(segment, 0);
    return true;
  }

  bool has_whole_picture() const {
    return !follows_data() || std::all_of(components_.begin(), components_.end(),
                                          [](const Component& part) { return part.has_data; });
  }

  std::string_view unread_kind() const { return unread_kind_; }

 private:
  bool follows_data() const {
    return unread_kind_.empty() && std::int64_t{width_} * height_ <= max_pixels_;
  }

  bool read_codes(std::string_view tables) {
    while (!tables.empty()) {
      if (tables.size() < 1 + Codes::lengths) return false;
      Codes codes;
      std::size_t count = 0;
      for (std::size_t i = 0; i < Codes::lengths; ++i) {
        codes.counts[i] = byte_at(tables, 1 + i);
        count += codes.counts[i];
      }
      const unsigned place = byte_at(tables, 0);  // its kind, and its number
      tables.remove_prefix(1 + Codes::lengths);
      if (count > codes.values.size() || tables.size() < count) return false;
      if (place >> 4U > 1 || (place & 15U) > 3) return false;
      for (std::size_t i = 0; i < count; ++i) codes.values[i] = byte_at(tables, i);
      tables.remove_prefix(count);
      codes_[place >> 4U][place & 15U] = codes;
    }
    return true;
  }

  bool read_frame(std::uint8_t marker, std::string_view segment) {
    if (segment.size() < 6 || !components_.empty()) return false;
    if (marker >= first_arithmetic_frame) {
      unread_kind_ = "with arithmetic codes";
    } else if (marker == lossless_frame) {
      unread_kind_ = "lossless";
    } else if (marker > lossless_frame) {
      unread_kind_ = "hierarchical";
    } else if (segment[0] != 8) {
      unread_kind_ = "with samples of more than 8 bits";
    }
    progressive_ = marker == progressive_frame;
    height_ = pair_at(segment, 1);
    width_ = pair_at(segment, 3);
    const std::size_t count = byte_at(segment, 5);
    if (count == 0 || segment.size() < 6 + 3 * count) return false;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t sampling = byte_at(segment, 7 + 3 * i);
      Component part{byte_at(segment, 6 + 3 * i), sampling / 16, sampling % 16};
      if (part.across < 1 || part.across > 4 || part.down < 1 || part.down > 4) return false;
      most_across_ = std::max(most_across_, part.across);
      most_down_ = std::max(most_down_, part.down);
      components_.push_back(part);
    }
    return true;
  }

  bool read_scan(std::string_view segment, std::string_view rest) {
    if (components_.empty() || segment.empty()) return false;
    const std::size_t count = byte_at(segment, 0);
    if (count == 0 || count > 4 || segment.size() < 4 + 2 * count) return false;
    if (!follows_data()) return true;
    std::vector<Component> parts;
    first_ = progressive_ ? byte_at(segment, 1 + 2 * count) : 0;
    last_ = progressive_ ? byte_at(segment, 2 + 2 * count) : 63;
    refines_ = progressive_ && byte_at(segment, 3 + 2 * count) >= 16;
    for (std::size_t i = 0; i < count; ++i) {
      const auto part =
          std::find_if(components_.begin(), components_.end(),
                       [&](const Component& one) { return one.id == byte_at(segment, 1 + 2 * i); });
      const unsigned tables = byte_at(segment, 2 + 2 * i);
      if (part == components_.end() || tables / 16 > 3 || tables % 16 > 3) return false;
      part->has_data = part->has_data || (first_ == 0 && !refines_);
      part->first_codes = tables / 16;
      part->other_codes = tables % 16;
      parts.push_back(*part);
    }
    return (refines_ && first_ > 0) || has_all_blocks(parts, rest);
  }

  // Blocks of one component are those of its own samples, row by row; of several, they take turns
  // in units of the picture.
  bool has_all_blocks(const std::vector<Component>& parts, std::string_view rest) {
    const bool alone = parts.size() == 1;
    const auto units = [&](int length, int most, int own) {
      const int samples = alone ? (length * own + most - 1) / most : length;
      const int side = alone ? 8 : 8 * most;
      return std::int64_t{(samples + side - 1) / side};
    };
    const std::int64_t count =
        units(width_, most_across_, parts[0].across) * units(height_, most_down_, parts[0].down);
    Bits bits(rest);
    empty_blocks_ = 0;
    for (std::int64_t unit = 0; unit < count && !bits.is_broken(); ++unit) {
      if (interval_ > 0 && unit > 0 && unit % interval_ == 0) {
        bits.take_restart();
        empty_blocks_ = 0;
      }
      for (const Component& part : parts) {
        const int blocks = alone ? 1 : part.across * part.down;
        for (int block = 0; block < blocks; ++block) take_block(part, bits);
      }
    }
    return !bits.is_broken();
  }

  void take_block(const Component& part, Bits& bits) {
    if (empty_blocks_ > 0) {
      --empty_blocks_;
      return;
    }
    int at = first_;
    if (at == 0) {
      bits.take(refines_ ? 1 : codes_[0][part.first_codes].take(bits) & 15U);
      if (progressive_) return;
      at = 1;
    }
    while (at <= last_) {
      const unsigned symbol = codes_[1][part.other_codes].take(bits);
      const unsigned zeros = symbol >> 4U;
      const unsigned size = symbol & 15U;
      if (size == 0 && zeros < 15) {
        if (progressive_) empty_blocks_ = (1U << zeros) - 1 + bits.take(zeros);
        return;
      }
      bits.take(size);
      at += static_cast<int>(zeros) + 1;
    }
  }

  std::int64_t max_pixels_;
  std::string_view unread_kind_;
  bool progressive_ = false;
  int width_ = 0;
  int height_ = 0;
  int most_across_ = 1;
  int most_down_ = 1;
  int interval_ = 0;  // units between restarts; 0 for none
  std::vector<Component> components_;
  Codes codes_[2][4];  // of first coefficients, and of the others
  // Of the scan:
  int first_ = 0;  // from which coefficient to which
  int last_ = 63;
  bool refines_ = false;
  unsigned empty_blocks_ = 0;  // that follow without data
};

}  // namespace

JpegCheck check_jpeg(std::string_view file, std::int64_t max_pixels) {
  Reader reader(max_pixels);
  if (take_marker(file) != start_of_image) return {};
  for (int scans = 0; scans <= max_scans;) {
    const std::uint8_t marker = take_marker(file);
    if (marker == end_of_image) {
      return {scans > 0 && reader.has_whole_picture(), reader.unread_kind()};
    }
    if (marker <= 1 || is_restart(marker) || marker == start_of_image || file.size() < 2) return {};
    const auto length = static_cast<std::size_t>(pair_at(file, 0));
    if (length < 2 || length > file.size()) return {};
    const std::string_view segment = file.substr(2, length - 2);
    file.remove_prefix(length);
    if (!reader.read_segment(marker, segment, file)) return {};
    if (marker != start_of_scan) continue;
    ++scans;
    skip_scan(file);
  }
  return {};
}

}  // namespace attnviz
