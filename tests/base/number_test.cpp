#include "base/number.h"

#include <clocale>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/random.h"
#include "catch.h"
#include "formats/attention_io.h"
#include "formats/read_map.h"

namespace attnviz {
namespace {

TEST_CASE("integers are decimal, whole and in range") {
  CHECK(parse_integer<int>("0") == 0);
  CHECK(parse_integer<int>("010") == 10);
  CHECK(parse_integer<int>("-3") == -3);
  CHECK(parse_integer<int>("2147483647") == 2147483647);
  CHECK(parse_integer<std::uint64_t>("18446744073709551615") == 18446744073709551615U);
  for (const char* text : {"", " 1", "1 ", "+1", "1.0", "1e3", "0x10", "2147483648", "-", "one"}) {
    INFO('"' << text << '"');
    CHECK_FALSE(parse_integer<int>(text));
  }
  CHECK_FALSE(parse_integer<std::uint64_t>("18446744073709551616"));
  CHECK_FALSE(parse_integer<std::uint64_t>("-1"));
}

TEST_CASE("numbers are decimal, whole and finite") {
  CHECK(parse_number("0.25") == 0.25);
  CHECK(parse_number("-1e-3") == -0.001);
  CHECK(parse_number("010") == 10.0);
  CHECK(parse_number("1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(parse_float("0.1") == 0.1F);
  CHECK(parse_float("3.4028235e38") == std::numeric_limits<float>::max());
  for (const char* text : {"", " 1", "1 ", "+1", "1,5", "nan", "inf", "-inf", "infinity", "0x1p3",
                           "1e999", "1.2.3", "1e", ".", "-"}) {
    INFO('"' << text << '"');
    CHECK_FALSE(parse_number(text));
    CHECK_FALSE(parse_float(text));
  }
  CHECK(parse_number("1e39") == 1e39);
  CHECK_FALSE(parse_float("1e39"));
  CHECK_FALSE(parse_number(std::string_view("1\0", 2)));
}

// Just above the middle of two floats: by way of double it would come out as the middle, and from
// there as the lower one.
TEST_CASE("floats are rounded once") {
  CHECK(parse_float("1.00000005960464477539062500000001") == std::nextafter(1.0F, 2.0F));
}

TEST_CASE("the shortest text reads back to the same number") {
  CHECK(format_shortest(0.1F) == "0.1");
  CHECK(format_shortest(0.1) == "0.1");
  CHECK(format_shortest(1.0F) == "1");
  CHECK(format_shortest(16777216.0F) == "16777216");
  CHECK(format_shortest(1.0 / 3.0) == "0.3333333333333333");
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto bits = static_cast<std::uint32_t>(random.bits());
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    INFO(format_shortest(value));
    REQUIRE(parse_float(format_shortest(value)) == value);
    REQUIRE(parse_number(format_shortest(double{value} / 3)) == double{value} / 3);
  }
}

TEST_CASE("fixed decimals are rounded") {
  struct {
    double value;
    int decimals;
    std::string expected;
  } cases[] = {
      {0.996, 2, "1.00"},      {0.5, 1, "0.5"},        {0.25, 1, "0.2"},
      {2.0 / 3.0, 3, "0.667"}, {1234.5678, 0, "1235"}, {-1.25, 2, "-1.25"},
      {-0.04, 1, "0.0"},       {-0.06, 1, "-0.1"},     {1e21, 1, "1000000000000000000000.0"},
      {5.5, -3, "6"}};
  for (const auto& c : cases) CHECK(format_fixed(c.value, c.decimals) == c.expected);
  const double most = std::numeric_limits<double>::max();
  CHECK(format_fixed(-most, 1000000).size() == 1 + 309 + 1 + 1100);
  CHECK(format_fixed(std::nan(""), 2) == "nan");
}

TEST_CASE("the locale changes nothing") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  bool comma = false;
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ru_RU.UTF-8"}) {
    comma = comma || std::setlocale(LC_ALL, name) != nullptr;
  }
  if (!comma) WARN("no locale with a decimal comma is installed");
  CHECK(parse_number("1.5") == 1.5);
  CHECK_FALSE(parse_number("1,5"));
  CHECK(format_shortest(1.5) == "1.5");
  CHECK(format_fixed(1500.5, 1) == "1500.5");
  const AttentionMap map{{"a"}, {"b"}, {0.5F}, {}, {}, {}};
  CHECK(read_map(attention_to_json(map), "json").weights == map.weights);
  CHECK(read_map(attention_to_csv(map), "csv").weights == map.weights);
  std::setlocale(LC_ALL, before.c_str());
}

}  // namespace
}  // namespace attnviz
