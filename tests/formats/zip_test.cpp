#include "formats/zip.h"

#include "attnviz/error.h"
#include "catch.h"
#include "formats/foreign.h"

namespace attnviz {
namespace {

using namespace std::string_literals;

constexpr std::size_t enough = 1U << 20U;

/// `bytes` with others at a place.
std::string with(std::string bytes, std::size_t place, const std::string& other) {
  return bytes.replace(place, other.size(), other);
}

TEST_CASE("an archive comes back, the same bytes each time") {
  const std::vector<std::pair<std::string, std::string>> members = {
      {"a.npy", "hello"}, {"b", ""}, {"\u0915", std::string(1000, 'x')}};
  const std::string bytes = write_zip(members);
  CHECK(bytes == write_zip(members));
  const auto back = read_zip(bytes, "z");
  REQUIRE(back.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(back[i].name == members[i].first);
    CHECK(extract(back[i], enough, "z") == members[i].second);
  }
  CHECK(read_zip(write_zip({}), "z").empty());
  CHECK(read_zip(with(bytes, bytes.size() - 2, "\x03\0"s) + "PK!", "z").size() == 3);  // a comment
}

TEST_CASE("NumPy's archives are read, stored and compressed") {
  for (const std::string name : {"stored.npz", "deflated.npz"}) {
    INFO(name);
    const std::string bytes = foreign(name);
    const auto members = read_zip(bytes, "z");
    REQUIRE(members.size() == 2);
    CHECK(members[0].name == "attention.npy");
    CHECK(members[1].name == "other.npy");
    CHECK(members[0].deflated == (name == "deflated.npz"));
    CHECK(extract(members[0], enough, "z") == foreign("stacked.npy"));
    CHECK(extract(members[1], enough, "z") == foreign("float64.npy"));
  }
}

TEST_CASE("damaged archives are refused with the place") {
  const std::string good = write_zip({{"a.npy", "hello"}, {"b.npy", "you"}});
  // Two members of 30 + 5 bytes of header, then two entries of 46 + 5.
  const std::size_t directory = 35 + 5 + 35 + 3;
  const std::size_t second = directory + 51;
  const std::size_t end = second + 51;
  REQUIRE(good.size() == end + 22);
  struct {
    std::string bytes, message;
  } cases[] = {
      {"", "z: expected a zip archive, got an empty file"},
      {"{\"format\":1}", "z: expected a zip archive, got JSON"},
      {good.substr(0, good.size() - 1),
       "z: expected a zip archive, got no directory at the end; is the file cut short?"},
      {good + "x",
       "z: expected a zip archive, got no directory at the end; is the file cut short?"},
      {with(good, end + 16, "\xff\xff\xff\xff"),
       "z: expected at most 4096 members and no zip64 directory"},
      {with(good, end + 12, "\xff\xff\xff\xff"),
       "z: expected at most 4096 members and no zip64 directory"},
      {"PK\x05\x06" + std::string(16, '\0') + "\x09\0"s,
       "z: expected a zip archive, got no directory at the end; is the file cut short?"},
      {"PK\x05\x06\0\0"s,
       "z: expected a zip archive, got no directory at the end; is the file cut short?"},
      {good + std::string(70'000, 'x'),
       "z: expected a zip archive, got no directory at the end; is the file cut short?"},
      {with(good, end + 8, "\xff\x7f\xff\x7f"),
       "z: expected at most 4096 members and no zip64 directory"},
      {with(good, end + 4, "\x01"), "z: expected an archive in one part"},
      {with(good, end + 6, "\x01"), "z: expected an archive in one part"},
      {with(good, end + 8, "\x01"), "z: expected an archive in one part"},
      {with(good, end + 16, "\x01"), "z: expected the directory right before its end record"},
      {with(good, end + 16, "\xff\xff"), "z: expected the directory right before its end record"},
      {with(good, end + 8, "\x03\0\x03"s),
       "z: member 3: expected an entry of the directory, got something else"},
      {with(good, end + 8, "\x01\0\x01"s), "z: expected nothing after the last directory entry"},
      {with(good, second, "X"),
       "z: member 2: expected an entry of the directory, got something else"},
      {with(good, second + 28, "\xff"), "z: member 2: cut short by the directory's end"},
      {with(good, second + 46, "a"), "z: a.npy: occurs twice"},
      {with(good, second + 8, "\x01"), "z: b.npy: encrypted"},
      {with(good, second + 10, "\x0e"),
       "z: b.npy: expected compression 0 (none) or 8 (deflate), got 14"},
      {with(good, second + 24, "\xff\xff\xff\xff"), "z: b.npy: expected less than 4 GiB"},
      {with(good, second + 42, "\x01"),
       "z: b.npy: expected its header at byte 1, got something else"},
      {with(good, second + 42, "\x4d"),
       "z: b.npy: expected its header at byte 77, got something else"},
      {with(good, second + 42, "\xff\xff"),
       "z: b.npy: expected its header at byte 65535, got something else"},
      {with(good, second + 42, "\0"s),
       "z: b.npy: expected the same name in its header, got another"},
      {with(good, second + 20, "\x04"),
       "z: b.npy: expected 4 bytes before the directory, got fewer"},
      {with(good, 40 + 28, "\xff"), "z: b.npy: expected 3 bytes before the directory, got fewer"},
  };
  for (const auto& c : cases) {
    INFO(printable(c.bytes, 1000));
    CHECK_THROWS_WITH(read_zip(c.bytes, "z"), c.message);
  }
}

TEST_CASE("members that are not what the directory says are refused") {
  const auto extracted = [](const std::string& bytes, std::size_t limit = enough) {
    return extract(read_zip(bytes, "z").at(0), limit, "z");
  };
  const std::string good = write_zip({{"a.npy", "hello"}});
  const std::size_t directory = 40;
  CHECK(extracted(good) == "hello");
  CHECK_THROWS_WITH(extracted(good, 4), "z: a.npy: expected at most 4 bytes, got 5");
  CHECK_THROWS_WITH(extracted(with(good, 35, "j")),
                    "z: a.npy: the bytes do not match their checksum");
  CHECK_THROWS_WITH(
      extracted(with(good, directory + 24, "\x06")),
      "z: a.npy: expected the directory's 6 bytes, which its 5 in the file cannot be");
  CHECK_THROWS_WITH(
      extracted(with(good, directory + 24, "\x04")),
      "z: a.npy: expected the directory's 4 bytes, which its 5 in the file cannot be");
  // As deflate, five bytes of text are nonsense, and cannot become very many.
  const std::string deflated = with(good, directory + 10, "\x08");
  CHECK_THROWS_WITH(extracted(deflated), "z: a.npy: the compressed data is damaged");
  CHECK_THROWS_WITH(
      extracted(with(deflated, directory + 24, "\xff\xff\xff\x7f"), std::size_t{1} << 40U),
      "z: a.npy: expected the directory's 2147483647 bytes, which its 5 in the file cannot be");
  // "hello" as deflate has it uncompressed: last block of this kind, length, its complement. All of
  // the data has to be used.
  const auto deflate = [&](const std::string& data) {
    const std::string stored = write_zip({{"a.npy", data}});
    const std::size_t entry = 35 + data.size();
    return with(with(with(stored, entry + 10, "\x08"), entry + 16, "\x86\xa6\x10\x36"), entry + 24,
                "\x05");
  };
  CHECK(extracted(deflate("\x01\x05\0\xfa\xffhello"s)) == "hello");
  CHECK_THROWS_WITH(extracted(deflate("\x01\x05\0\xfa\xffhello!"s)),
                    "z: a.npy: the compressed data is damaged");
  const std::string compressed = foreign("deflated.npz");
  for (std::size_t place = 63; place < 200; ++place) {  // after name and extra field
    INFO(place);
    std::string changed = compressed;
    changed[place] = static_cast<char>(changed[place] ^ 0x10);
    CHECK_THROWS_AS(extracted(changed), InputError);
  }
}

}  // namespace
}  // namespace attnviz
