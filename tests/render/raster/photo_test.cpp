#include "render/raster/photo.h"

#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "attnviz/error.h"
#include "attnviz/png.h"
#include "catch.h"

namespace attnviz {
namespace {

// 16 x 16, a quarter each red, green, blue and nearly white.
std::string photo_file(const std::string& name) {
  const auto path = std::filesystem::path(ATTNVIZ_SOURCE_DIR) / "tests/data/photos" / name;
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_near(Color a, Color b, int distance) {
  return std::abs(a.red - b.red) <= distance && std::abs(a.green - b.green) <= distance &&
         std::abs(a.blue - b.blue) <= distance;
}

std::string chunk(const std::string& checked) {
  std::string bytes;
  const auto add = [&](std::size_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xff);
  };
  add(checked.size() - 4);
  bytes += checked;
  add(crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size())));
  return bytes;
}

TEST_CASE("PNG pictures are read pixel by pixel") {
  Canvas canvas(3, 2, {10, 20, 30});
  canvas.fill({1, 0, 1, 2}, {200, 100, 0});
  const Canvas read = decode_photo(encode_png(canvas), "p");
  CHECK(read.width() == 3);
  CHECK(read.bytes() == canvas.bytes());
  CHECK(decode_photo(photo_file("palette.png"), "p").at(0, 0) == Color{200, 40, 40});
  CHECK(is_near(decode_photo(photo_file("grey16.png"), "p").at(15, 15), {220, 220, 220}, 1));
}

TEST_CASE("what is transparent stands on white") {
  CHECK(is_near(decode_photo(photo_file("half.png"), "p").at(0, 0), {227, 147, 147}, 1));
  const Canvas clear(2, 2);
  CHECK(decode_photo(encode_png(clear), "p").at(1, 1) == Color{255, 255, 255});
}

TEST_CASE("JPEG pictures are read, baseline, progressive, grey and for printers") {
  for (const char* name : {"baseline.jpg", "progressive.jpg", "cmyk.jpg"}) {
    CAPTURE(name);
    const Canvas photo = decode_photo(photo_file(name), name);
    CHECK(photo.width() == 16);
    CHECK(photo.height() == 16);
    const int distance = std::string(name) == "cmyk.jpg" ? 60 : 12;
    CHECK(is_near(photo.at(2, 2), {200, 40, 40}, distance));
    CHECK(is_near(photo.at(13, 2), {40, 200, 40}, distance));
    CHECK(is_near(photo.at(2, 13), {40, 40, 200}, distance));
    CHECK(is_near(photo.at(13, 13), {220, 220, 220}, distance));
  }
  CHECK(is_near(decode_photo(photo_file("grey.jpg"), "p").at(13, 13), {220, 220, 220}, 8));
}

TEST_CASE("a picture that is cut off is refused, wherever") {
  for (const char* name : {"palette.png", "baseline.jpg", "progressive.jpg", "grey.jpg"}) {
    CAPTURE(name);
    const std::string whole = photo_file(name);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      CHECK_THROWS_AS(decode_photo(whole.substr(0, length), name), InputError);
    }
  }
}

TEST_CASE("a JPEG picture that the decoder would not survive is refused") {
  const std::string whole = photo_file("baseline.jpg");
  const std::size_t codes = whole.find("\xff\xc4");
  REQUIRE(codes < whole.size());
  // A table of 510 codes of 15 and 16 bits, all of them there.
  const std::string lengths = std::string(14, '\0') + "\xff\xff";
  std::string changed = whole;
  changed.insert(codes,
                 "\xff\xc4" + std::string("\x02\x11\x13", 3) + lengths + std::string(510, 'a'));
  CHECK_THROWS_WITH(decode_photo(changed, "p"), Catch::Contains("damaged"));
  // More of them than the segment holds, so that it would be read beyond its end.
  changed = whole;
  changed[codes + 2] = 0;
  changed[codes + 3] = 9;
  CHECK_THROWS_AS(decode_photo(changed, "p"), InputError);
  // Scan after scan.
  const std::size_t scan = whole.find("\xff\xda");
  const std::string one = whole.substr(scan, whole.size() - 2 - scan);
  changed = whole.substr(0, scan);
  for (int i = 0; i < 300; ++i) changed += one;
  CHECK_THROWS_AS(decode_photo(changed + "\xff\xd9", "p"), InputError);
  // What some cameras put behind the end is no fault.
  CHECK(decode_photo(whole + "more", "p").width() == 16);
}

TEST_CASE("a JPEG picture with too little data is refused") {
  for (const char* name : {"baseline.jpg", "progressive.jpg", "grey.jpg"}) {
    CAPTURE(name);
    const std::string whole = photo_file(name);
    const std::size_t scan = whole.find("\xff\xda");
    const std::size_t start = scan + 2 + static_cast<unsigned char>(whole[scan + 3]);
    const std::size_t end = whole.find("\xff", start);
    for (std::size_t length = 0; start + length < end; ++length) {
      CAPTURE(length);
      CHECK_THROWS_WITH(decode_photo(whole.substr(0, start + length) + whole.substr(end), name),
                        Catch::Contains("cut off or damaged"));
    }
    std::string larger = whole;  // 4112 x 16 pixels
    larger[larger.find(std::string("\0\x10\0\x10", 4), larger.find("\x08\0\x10")) + 2] = 16;
    CHECK_THROWS_WITH(decode_photo(larger, name), Catch::Contains("cut off or damaged"));
  }
}

TEST_CASE("a kind of JPEG picture that is not read is named") {
  const std::string whole = photo_file("baseline.jpg");
  const std::size_t frame = whole.find("\xff\xc0");
  const auto with = [&](std::size_t place, char byte) {
    std::string changed = whole;
    changed[frame + place] = byte;
    return changed;
  };
  const std::string expected =
      "p: expected a JPEG picture that is baseline or progressive, of 8 bits, got one ";
  CHECK_THROWS_WITH(decode_photo(with(1, '\xc9'), "p"), expected + "with arithmetic codes");
  CHECK_THROWS_WITH(decode_photo(with(1, '\xc3'), "p"), expected + "that is lossless");
  CHECK_THROWS_WITH(decode_photo(with(1, '\xc5'), "p"), expected + "that is hierarchical");
  CHECK_THROWS_WITH(decode_photo(with(4, 12), "p"), expected + "with samples of more than 8 bits");
}

TEST_CASE("a PNG picture with any byte changed is refused") {
  const std::string whole = photo_file("half.png");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    CHECK_THROWS_AS(decode_photo(changed, "p"), InputError);
  }
  // What follows the end is no fault.
  CHECK(decode_photo(whole + "\n", "p").width() == 16);
}

TEST_CASE("a picture is measured before it is decoded") {
  const std::string start = "\x89PNG\r\n\x1a\n";
  const auto png = [&](const std::string& size) {
    return start + chunk("IHDR" + size + std::string("\x08\x02\0\0\0", 5)) + chunk("IDATx") +
           chunk("IEND");
  };
  CHECK_THROWS_AS(decode_photo(png(std::string("\0\0\x40\0\0\0\x40\0", 8)), "p"), LimitError);
  CHECK_THROWS_WITH(decode_photo(png("\x7f\xff\xff\xff\x7f\xff\xff\xff"), "p"),
                    Catch::Contains("got 2147483647 x 2147483647"));
  CHECK_THROWS_AS(decode_photo(png(std::string("\0\0\0\x04\0\0\0\x04", 8)), "p"), InputError);
  CHECK_THROWS_AS(decode_photo(png(std::string("\0\0\0\0\0\0\0\x04", 8)), "p"), InputError);
}

TEST_CASE("other files are named") {
  const auto message = [](const std::string& bytes) -> std::string {
    try {
      decode_photo(bytes, "a.gif");
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  const std::string expected = "a.gif: expected a PNG or JPEG picture, got ";
  CHECK(message("GIF89a...") == expected + "a GIF picture");
  CHECK(message(std::string("RIFF\0\0\0\0WEBPVP8 ", 16)) == expected + "a WebP picture");
  CHECK(message("") == expected + "an empty file");
  CHECK(message("BM......") == expected + "a BMP picture");
  CHECK(message("8BPS") == expected + "a Photoshop document");
  CHECK(message(std::string("\0\0\0\x0cjP  \r\n", 10)) == expected + "a JPEG 2000 picture");
  CHECK(message("text") == expected + "another file");
}

TEST_CASE("a pixel of a smaller picture is the mean of those it covers") {
  Canvas canvas(4, 2, {0, 0, 0});
  canvas.fill({1, 0, 1, 1}, {100, 200, 40});
  canvas.fill({2, 0, 2, 2}, {10, 20, 30});
  const Canvas half = resize(canvas, 2, 1);
  CHECK(half.at(0, 0) == Color{25, 50, 10});
  CHECK(half.at(1, 0) == Color{10, 20, 30});
  const Canvas larger = resize(canvas, 8, 2);
  CHECK(larger.at(2, 0) == Color{100, 200, 40});
  CHECK(larger.at(3, 0) == Color{100, 200, 40});
  CHECK(larger.at(4, 0) == Color{10, 20, 30});
}

}  // namespace
}  // namespace attnviz
