#include "attnviz/png.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "attnviz/error.h"
#include "catch.h"
#include "render/decode_png.h"
#include "render/png_chunks.h"

namespace attnviz {
namespace {

// Every pixel differs from its neighbours.
Canvas colourful(int width, int height) {
  Canvas canvas(width, height, {});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      canvas.fill({x, y, 1, 1}, {static_cast<std::uint8_t>(x * 7 + y), static_cast<std::uint8_t>(y),
                                 static_cast<std::uint8_t>(x ^ y)});
    }
  }
  return canvas;
}

TEST_CASE("a PNG decodes to the canvas") {
  for (const auto& [width, height] :
       {std::pair{1, 1}, {1, 300}, {300, 1}, {37, 21}, {1200, 900}, {32767, 2}}) {
    CAPTURE(width, height);
    const Canvas canvas = colourful(width, height);
    const Picture picture = decode_png(encode_png(canvas, {{"Title", "x"}}));
    CHECK(picture.width == width);
    CHECK(picture.height == height);
    int wrong = 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        wrong += picture.at(x, y) != canvas.at(x, y) || picture.opacity(x, y) != 255;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a PNG has well-formed chunks in order") {
  const std::vector<Chunk> chunks = chunks_of(encode_png(colourful(5, 4), {{"A", "b"}, {"C", ""}}));
  std::string order;
  for (const Chunk& chunk : chunks) {
    order += chunk.type + " ";
    CHECK(slow_crc(chunk.type + chunk.data) == chunk.crc);
  }
  CHECK(order == "IHDR iTXt iTXt IDAT IEND ");
  CHECK(chunks[0].data == std::string("\0\0\0\5\0\0\0\4\10\2\0\0\0", 13));
  CHECK(chunks.back().crc == 0xae426082u);
}

TEST_CASE("a PNG keeps texts") {
  const std::vector<Chunk> chunks = chunks_of(
      encode_png(colourful(2, 2), {{"Title", "a \u2192 \u2423\nb"}, {"attnviz.version", "1"}}));
  CHECK(chunks[1].data == std::string("Title\0\0\0\0\0", 10) + "a \u2192 \u2423\nb");
  CHECK(chunks[2].data == std::string("attnviz.version\0\0\0\0\0", 20) + "1");
}

TEST_CASE("a canvas without paper keeps its opacity in a PNG") {
  Canvas canvas(4, 2);
  canvas.fill({0, 0, 1, 1}, {10, 20, 30});
  canvas.blend(1, 0, {200, 100, 50}, 128);
  canvas.blend(2, 0, {200, 100, 50}, 128);
  canvas.blend(2, 0, {0, 0, 0}, 255);
  const std::string file = encode_png(canvas);
  CHECK(chunks_of(file)[0].data == std::string("\0\0\0\4\0\0\0\2\10\6\0\0\0", 13));
  const Picture picture = decode_png(file);
  CHECK(picture.at(0, 0) == Color{10, 20, 30});
  CHECK(picture.opacity(0, 0) == 255);
  CHECK(picture.at(1, 0) == Color{200, 100, 50});
  CHECK(picture.opacity(1, 0) == 128);
  CHECK(picture.at(2, 0) == Color{0, 0, 0});
  CHECK(picture.opacity(2, 0) == 255);
  CHECK(picture.opacity(3, 1) == 0);
}

TEST_CASE("a PNG knows its size on paper when it was given one") {
  const std::vector<Chunk> chunks = chunks_of(encode_png(colourful(2, 2), {{"A", "b"}}, 300));
  // 300 / 0.0254 m = 11811.02, twice, then the unit: metres.
  CHECK(chunks[1].type == "pHYs");
  CHECK(chunks[1].data == std::string("\0\0\x2e\x23\0\0\x2e\x23\1", 9));
  CHECK(chunks[1].crc == slow_crc("pHYs" + chunks[1].data));
  CHECK(chunks[2].type == "iTXt");
  CHECK(chunks_of(encode_png(colourful(2, 2)))[1].type == "IDAT");
}

TEST_CASE("a NUL in a PNG text is replaced") {
  const auto chunks = chunks_of(encode_png(colourful(2, 2), {{"T", std::string("a\0b", 3)}}));
  CHECK(chunks[1].data == std::string("T\0\0\0\0\0", 6) + "a\ufffdb");
}

TEST_CASE("the same picture gives the same bytes") {
  const PictureText text = {{"Title", "t"}};
  CHECK(encode_png(colourful(64, 48), text) == encode_png(colourful(64, 48), text));
  CHECK(encode_png(colourful(64, 48), text) != encode_png(colourful(64, 48)));
}

TEST_CASE("PNG texts that the format cannot hold are refused") {
  const Canvas canvas(2, 2, {});
  for (const std::string& keyword :
       {std::string(), std::string(80, 'a'), std::string(" a"), std::string("a "),
        std::string("a  b"), std::string("a\nb"), std::string("a\0b", 3), std::string("\u00e9")}) {
    CAPTURE(keyword);
    CHECK_THROWS_AS(encode_png(canvas, {{keyword, "x"}}), UsageError);
  }
  CHECK_THROWS_AS(encode_png(canvas, {{"a", "\xff"}}), UsageError);
  CHECK_NOTHROW(encode_png(canvas, {{std::string(79, 'a'), "x"}}));
}

TEST_CASE("a PNG text longer than the format can say is refused", "[.][big]") {
  PictureText text;
  text.emplace_back("a", std::string((1U << 29U) + 1, 'x'));
  CHECK_THROWS_WITH(encode_png(Canvas(2, 2, {}), text), "PNG text: value over 2^29 bytes");
}

#ifndef ATTNVIZ_SANITIZED  // their own memory would be refused too
TEST_CASE("a picture that memory does not suffice to encode is refused") {
  const Canvas canvas(5000, 5000, {});
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit before{};
  ::getrlimit(RLIMIT_AS, &before);
  const rlimit tight{pages * static_cast<std::size_t>(::getpagesize()) + (1U << 24U),
                     before.rlim_max};
  REQUIRE(pages > 0);
  std::string message;
  ::setrlimit(RLIMIT_AS, &tight);
  try {
    encode_png(canvas);
  } catch (const LimitError& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_AS, &before);
  CHECK(message == "picture: not enough memory to encode 5000 x 5000 pixels");
}
#endif

}  // namespace
}  // namespace attnviz
