#include "render/raster/animation.h"

#include <cstdlib>
#include <set>

#include "attnviz/error.h"
#include "catch.h"
#include "render/decode_apng.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_GIF
#define STBI_NO_STDIO
#include <stb_image.h>

namespace attnviz {
namespace {

constexpr Color paper = {255, 255, 255};

// Frames that differ in a box of their own, some of them not at all. With `more`, in many colours.
std::vector<Canvas> frames_of(int count, bool more = false) {
  std::vector<Canvas> frames;
  Canvas canvas(40, 30, paper);
  canvas.fill({1, 1, 8, 8}, {0, 0, 0});
  for (int i = 0; i < count; ++i) {
    if (i % 3 != 2) canvas.fill({2 * i, 20, 5, 4}, {static_cast<std::uint8_t>(40 * i), 90, 200});
    for (int x = 0; more && x < 40; ++x) {
      canvas.fill({x, 12, 1, 3},
                  {static_cast<std::uint8_t>(6 * x), static_cast<std::uint8_t>(i * 9),
                   static_cast<std::uint8_t>(255 - 3 * x)});
    }
    frames.push_back(canvas);
  }
  return frames;
}

bool is_equal(const Picture& picture, const Canvas& canvas) {
  if (picture.width != canvas.width() || picture.height != canvas.height()) return false;
  for (int y = 0; y < canvas.height(); ++y) {
    for (int x = 0; x < canvas.width(); ++x) {
      const std::size_t at = 4 * static_cast<std::size_t>(y * canvas.width() + x);
      const int opacity = canvas.channels() == 3 ? 255 : canvas.bytes()[at + 3];
      if (picture.opacity(x, y) != opacity) return false;
      if (opacity > 0 && picture.at(x, y) != canvas.at(x, y)) return false;
    }
  }
  return true;
}

std::vector<Picture> decode_gif(const std::string& file, std::vector<int>& delays) {
  int* times = nullptr;
  int width = 0;
  int height = 0;
  int count = 0;
  int channels = 0;
  stbi_uc* pixels = stbi_load_gif_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                                              static_cast<int>(file.size()), &times, &width,
                                              &height, &count, &channels, 4);
  REQUIRE(pixels != nullptr);
  std::vector<Picture> frames;
  const auto size = 4 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  for (int i = 0; i < count; ++i) {
    const stbi_uc* frame = pixels + static_cast<std::size_t>(i) * size;
    frames.push_back({width, height, {frame, frame + size}});
    delays.push_back(times[i]);
  }
  stbi_image_free(pixels);
  std::free(times);
  return frames;
}

void check_gif(const std::vector<Canvas>& frames) {
  const Palette palette(frames);
  std::vector<int> delays;
  const std::vector<Picture> decoded = decode_gif(encode_gif({frames, 6, 2}), delays);
  REQUIRE(decoded.size() == frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    CAPTURE(i);
    CHECK(delays[i] == (i + 1 == frames.size() ? 2000 : 170));
    int wrong = 0;
    for (int y = 0; y < frames[i].height(); ++y) {
      for (int x = 0; x < frames[i].width(); ++x) {
        wrong += decoded[i].at(x, y) != palette.colors()[palette.index(frames[i].at(x, y))];
      }
    }
    CHECK(wrong == 0);
  }
}

}  // namespace

TEST_CASE("an animated PNG decodes to its frames, and as a still picture to the last",
          "[animation]") {
  for (const int count : {1, 2, 7}) {
    CAPTURE(count);
    const std::vector<Canvas> frames = frames_of(count);
    const std::string file = encode_apng({frames, 6, 2}, {{"Title", "x"}}, 96);
    const std::vector<ApngFrame> decoded = decode_apng(file);
    REQUIRE(decoded.size() == frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      CAPTURE(i);
      CHECK(is_equal(decoded[i].picture, frames[i]));
      const bool is_last = i + 1 == frames.size();
      CHECK(decoded[i].seconds == (is_last ? 2 : 1));
      CHECK(decoded[i].divisor == (is_last ? 1 : 6));
      if (i == 0) CHECK(decoded[i].box.width * decoded[i].box.height == 40 * 30);
      if (i > 0) CHECK(decoded[i].box.width * decoded[i].box.height <= 20);  // what has changed
    }
    CHECK(is_equal(decode_png(file), frames.back()));
  }
}

TEST_CASE("an animated PNG has its chunks in order", "[animation]") {
  std::string order;
  for (const Chunk& chunk : chunks_of(encode_apng({frames_of(2), 6, 2}, {{"A", "b"}}, 96))) {
    order += chunk.type + " ";
    if (chunk.type == "acTL") CHECK(chunk.data == std::string("\0\0\0\2\0\0\0\0", 8));
  }
  CHECK(order == "IHDR pHYs iTXt acTL IDAT fcTL fdAT fcTL fdAT IEND ");
  CHECK_THROWS_AS(encode_apng({frames_of(1), 6, 2}, {{"A ", "b"}}), UsageError);
}

TEST_CASE("frames with opacity replace what is below them", "[animation]") {
  std::vector<Canvas> frames;
  for (const int x : {0, 3, 1}) {
    frames.emplace_back(9, 5);
    frames.back().blend(x, 2, {200, 10, 10}, 90);
    frames.back().fill({x, 3, 2, 1}, {1, 2, 3});
  }
  const std::vector<ApngFrame> decoded = decode_apng(encode_apng({frames, 6, 2}));
  REQUIRE(decoded.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(is_equal(decoded[i].picture, frames[i]));
}

TEST_CASE("what has changed is the smallest box", "[animation]") {
  const Canvas before(9, 7, paper);
  const auto box_after = [&](const Box& box) {
    Canvas after = before;
    after.fill(box, {0, 0, 1});
    const Box got = changed_box(before, after);
    return std::vector<int>{got.x, got.y, got.width, got.height};
  };
  CHECK(box_after({0, 0, 9, 7}) == std::vector<int>{0, 0, 9, 7});
  CHECK(box_after({8, 6, 1, 1}) == std::vector<int>{8, 6, 1, 1});
  CHECK(box_after({2, 3, 4, 2}) == std::vector<int>{2, 3, 4, 2});
  CHECK(box_after({0, 0, 0, 0}) == std::vector<int>{0, 0, 1, 1});
}

TEST_CASE("a GIF decodes to its frames in the colours of the palette", "[animation]") {
  check_gif(frames_of(1));
  check_gif(frames_of(7));
  check_gif(frames_of(9, true));
  // Codes of all lengths, and tables that are full.
  Canvas noisy(300, 200, paper);
  std::uint32_t state = 1;
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 300; ++x) {
      state = state * 1664525 + 1013904223;
      noisy.fill({x, y, 1, 1}, {static_cast<std::uint8_t>(state >> 30U), 0,
                                static_cast<std::uint8_t>(y < 100 ? 0 : state >> 24U)});
    }
  }
  check_gif({noisy, Canvas(300, 200, paper), noisy});
}

TEST_CASE("a palette keeps up to 255 colours and divides more", "[animation]") {
  const Palette few(frames_of(7));
  std::set<std::uint32_t> distinct;
  for (const Canvas& frame : frames_of(7)) {
    for (int y = 0; y < 30; ++y) {
      for (int x = 0; x < 40; ++x) {
        const Color color = frame.at(x, y);
        CHECK(few.colors()[few.index(color)] == color);
        distinct.insert(std::uint32_t{color.red} << 16U | std::uint32_t{color.green} << 8U |
                        color.blue);
      }
    }
  }
  CHECK(few.colors().size() == distinct.size());

  const std::vector<Canvas> many = frames_of(9, true);
  const Palette palette(many);
  CHECK(palette.colors().size() == 255);
  CHECK(palette.colors()[palette.index(paper)] == paper);
  int worst = 0;
  for (const Canvas& frame : many) {
    for (int x = 0; x < 40; ++x) {
      const Color color = frame.at(x, 12);
      const Color drawn = palette.colors()[palette.index(color)];
      worst = std::max({worst, std::abs(color.red - drawn.red), std::abs(color.green - drawn.green),
                        std::abs(color.blue - drawn.blue)});
    }
  }
  CHECK(worst <= 12);
}

}  // namespace attnviz
