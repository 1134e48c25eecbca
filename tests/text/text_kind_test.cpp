#include "text/text_kind.h"

#include "catch.h"

using namespace attnviz;
using namespace std::string_view_literals;

TEST_CASE("files that are no UTF-8 are named, with what converts them") {
  CHECK(no_utf8_text("\x1f\x8b\x08\x00"sv) == "a gzip file; unpack it with `gunzip -c`");
  CHECK(no_utf8_text("PK\x03\x04rest"sv) == "a zip archive; unpack it with `unzip -p`");
  CHECK(no_utf8_text("\xfd\x37zXZ\x00"sv) == "an xz file; unpack it with `xz -dc`");
  CHECK(no_utf8_text("BZh91AY&SY\x01"sv) == "a bzip2 file; unpack it with `bzip2 -dc`");
  CHECK(no_utf8_text("\x28\xb5\x2f\xfd\x24"sv) == "a zstd file; unpack it with `zstd -dc`");
  const std::string utf16 = "text in UTF-16; convert it with `iconv -f UTF-16";
  CHECK(no_utf8_text("\xff\xfe"
                     "a\0"sv) == utf16 + " -t UTF-8`");
  CHECK(no_utf8_text("\xfe\xff\0a"sv) == utf16 + " -t UTF-8`");
  CHECK(no_utf8_text("\xff\xfe\0\0"sv) ==
        "text in UTF-32; convert it with `iconv -f UTF-32 -t UTF-8`");
  CHECK(no_utf8_text("a\0b\0"sv) == utf16 + "LE -t UTF-8`");
  CHECK(no_utf8_text("\0a\0b"sv) == utf16 + "BE -t UTF-8`");
  CHECK(no_utf8_text("\x89PNG\r"sv) == "a PNG picture");
  for (const auto text : {""sv, "a\tb"sv, "BZh"sv, "BZh is a word\tb"sv, "PK\tb"sv,
                          "\xef\xbb\xbf"
                          "a\tb"sv,
                          "a\0bc"sv, "\0\0\0\0"sv}) {
    CHECK(no_utf8_text(text).empty());
  }
}
