// Animations as GIF: a palette, LZW. The format is short, and so is this; giflib would be a
// dependency for the same hundred lines, without the choice of colours.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "render/raster/animation.h"

namespace attnviz {
namespace {

constexpr std::size_t table_size = 256;
constexpr std::uint8_t unchanged = 255;  // the index of pixels that stay as they are
constexpr std::size_t max_colors = unchanged;
constexpr int color_bits = 8;

// A colour that occurs, and in how many pixels.
struct Counted {
  std::array<double, 3> rgb;
  double count;
};

// Colours first .. last - 1 of a list, which will be drawn as one.
struct ColorBox {
  std::size_t first = 0;
  std::size_t last = 0;
  std::array<double, 3> mean{};
  std::size_t axis = 0;  // along which they spread most
  double spread = 0;     // sum of squared distances from the mean along it

  ColorBox(const std::vector<Counted>& colors, std::size_t from, std::size_t to)
      : first(from), last(to) {
    double count = 0;
    std::array<double, 3> sum{};
    for (std::size_t i = first; i < last; ++i) {
      count += colors[i].count;
      for (std::size_t c = 0; c < 3; ++c) sum[c] += colors[i].count * colors[i].rgb[c];
    }
    for (std::size_t c = 0; c < 3; ++c) {
      mean[c] = sum[c] / count;
      double squares = 0;
      for (std::size_t i = first; i < last; ++i) {
        const double distance = colors[i].rgb[c] - mean[c];
        squares += colors[i].count * distance * distance;
      }
      if (squares > spread) std::tie(axis, spread) = std::pair(c, squares);
    }
  }

  Color color() const {
    const auto byte = [](double value) { return static_cast<std::uint8_t>(std::lround(value)); };
    return {byte(mean[0]), byte(mean[1]), byte(mean[2])};
  }
};

std::string little_endian(int value) {
  return {static_cast<char>(value & 0xff), static_cast<char>(value >> 8 & 0xff)};
}

// Data in blocks of at most 255 bytes, each after its length, and an empty one.
std::string blocks(const std::string& data) {
  constexpr std::size_t longest = 255;
  std::string bytes;
  for (std::size_t at = 0; at < data.size(); at += longest) {
    const std::string part = data.substr(at, longest);
    bytes += static_cast<char>(part.size());
    bytes += part;
  }
  return bytes + '\0';
}

// Codes for ever longer sequences of indices, from nine bits to twelve.
class LzwWriter {
 public:
  LzwWriter() { begin(); }

  void add(std::uint8_t index) {
    if (prefix_ < 0) {
      prefix_ = index;
      return;
    }
    const auto place = static_cast<std::size_t>(prefix_) * table_size + index;
    if (longer_[place] != 0) {
      prefix_ = longer_[place];
      return;
    }
    put(prefix_);
    longer_[place] = static_cast<std::uint16_t>(next_);
    // The reader knows a code one step later: its codes grow when this one is needed.
    if (next_ == 1 << bits_) ++bits_;
    ++next_;
    if (next_ == most) begin();
    prefix_ = index;
  }

  std::string finish() {
    put(prefix_);
    // As after any code, the reader may have grown its codes.
    if (next_ == 1 << bits_ && bits_ < longest) ++bits_;
    put(end);
    if (held_ > 0) bytes_ += static_cast<char>(buffer_ & 0xffU);
    return std::move(bytes_);
  }

 private:
  static constexpr int clear = 1 << color_bits;
  static constexpr int end = clear + 1;
  static constexpr int longest = 12;  // bits of a code
  static constexpr int most = 1 << longest;

  void begin() {
    put(clear);
    longer_.assign(std::size_t{most} * table_size, 0);
    next_ = end + 1;
    bits_ = color_bits + 1;
  }

  void put(int code) {
    buffer_ |= static_cast<std::uint32_t>(code) << held_;
    for (held_ += static_cast<unsigned>(bits_); held_ >= 8; held_ -= 8) {
      bytes_ += static_cast<char>(buffer_ & 0xffU);
      buffer_ >>= 8U;
    }
  }

  std::vector<std::uint16_t> longer_;  // of a code and an index: the code of both; 0 for none
  int next_ = 0;                       // the next code
  int bits_ = color_bits + 1;
  int prefix_ = -1;  // the code of what has not been written
  std::uint32_t buffer_ = 0;
  unsigned held_ = 0;  // bits in it
  std::string bytes_;
};

// What has changed since the frame before, if there is one. It stays.
std::string frame_bytes(const Canvas* before, const Canvas& canvas, const Palette& palette,
                        int hundredths) {
  const Box all = {0, 0, canvas.width(), canvas.height()};
  const Box box = before == nullptr ? all : changed_box(*before, canvas);
  std::string bytes = "\x21\xf9\x04\x05" + little_endian(hundredths);
  bytes += static_cast<char>(unchanged);
  bytes += std::string(1, '\0') + '\x2c';
  for (const int number : {box.x, box.y, box.width, box.height}) bytes += little_endian(number);
  bytes += '\0';
  bytes += static_cast<char>(color_bits);
  LzwWriter writer;
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      const std::uint8_t index = palette.index(canvas.at(x, y));
      const bool stays = before != nullptr && index == palette.index(before->at(x, y));
      writer.add(stays ? unchanged : index);
    }
  }
  return bytes + blocks(writer.finish());
}

}  // namespace

Palette::Palette(const std::vector<Canvas>& frames) {
  std::map<std::uint32_t, std::size_t> counts;  // in a fixed order
  for (const Canvas& canvas : frames) {
    std::size_t* last = nullptr;  // neighbours are often alike
    std::uint32_t last_key = 0;
    for (int y = 0; y < canvas.height(); ++y) {
      for (int x = 0; x < canvas.width(); ++x) {
        const std::uint32_t color = key(canvas.at(x, y));
        if (last == nullptr || color != last_key) last = &counts[last_key = color];
        ++*last;
      }
    }
  }
  std::vector<Counted> colors;
  for (const auto& [color, count] : counts) {
    const auto part = [&, color = color](unsigned shift) {
      return static_cast<double>(color >> shift & 0xffU);
    };
    colors.push_back({{part(16), part(8), part(0)}, static_cast<double>(count)});
  }
  std::vector<ColorBox> boxes{ColorBox(colors, 0, colors.size())};
  while (boxes.size() < max_colors) {
    ColorBox& widest = *std::ranges::max_element(boxes, {}, &ColorBox::spread);
    if (widest.spread <= 0) break;
    const auto begin = colors.begin();
    const auto middle = std::stable_partition(
        begin + static_cast<std::ptrdiff_t>(widest.first),
        begin + static_cast<std::ptrdiff_t>(widest.last),
        [&](const Counted& color) { return color.rgb[widest.axis] <= widest.mean[widest.axis]; });
    const auto cut = static_cast<std::size_t>(middle - begin);
    const std::size_t last = widest.last;
    widest = ColorBox(colors, widest.first, cut);
    boxes.emplace_back(colors, cut, last);
  }
  for (const ColorBox& box : boxes) {
    for (std::size_t i = box.first; i < box.last; ++i) {
      const auto& [red, green, blue] = colors[i].rgb;
      const Color color = {static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green),
                           static_cast<std::uint8_t>(blue)};
      indices_[key(color)] = static_cast<std::uint8_t>(colors_.size());
    }
    colors_.push_back(box.color());
  }
}

std::string encode_gif(const Animation& animation, const PictureText& text) {
  const std::vector<Canvas>& frames = animation.frames;
  const Palette palette(frames);
  std::string bytes =
      "GIF89a" + little_endian(frames.front().width()) + little_endian(frames.front().height());
  bytes += "\xf7" + std::string(2, '\0');  // a table of 256 colours for all frames
  for (std::size_t i = 0; i < table_size; ++i) {
    const Color color = i < palette.colors().size() ? palette.colors()[i] : Color{};
    for (const std::uint8_t part : {color.red, color.green, color.blue}) {
      bytes += static_cast<char>(part);
    }
  }
  bytes += "\x21\xff\x0bNETSCAPE2.0" + blocks(std::string("\x01\0\0", 3));  // again and again
  std::string comment;
  for (const auto& [keyword, value] : text) comment += keyword + ": " + value + "\n";
  if (!comment.empty()) bytes += "\x21\xfe" + blocks(comment);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const bool is_last = i + 1 == frames.size();
    bytes += frame_bytes(
        i == 0 ? nullptr : &frames[i - 1], frames[i], palette,
        is_last ? 100 * animation.last_seconds : (100 + animation.fps / 2) / animation.fps);
  }
  return bytes + '\x3b';
}

}  // namespace attnviz
