#include "formats/npy.h"

#include <cstring>
#include <limits>

#include "attnviz/error.h"
#include "catch.h"
#include "formats/foreign.h"
#include "formats/read_map.h"

namespace attnviz {
namespace {

using namespace std::string_literals;

AttentionMap matrix_of(const std::string& bytes, const std::string& index = "") {
  ReadOptions options;
  if (!index.empty()) options.array.index = {index};
  return read_map(bytes, "npy", options, "m.npy");
}

/// A file of version 1 with that header, unpadded.
std::string file_of(const std::string& header, const std::string& items = "") {
  std::string bytes = "\x93NUMPY\x01\0"s;
  bytes += static_cast<char>(header.size() & 0xffU);
  bytes += static_cast<char>(header.size() >> 8U);
  return bytes + header + items;
}

std::string header_of(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
}

TEST_CASE("NumPy's arrays of every type are read") {
  const std::vector<float> sixteenths = {0.5F, 0.25F, 0.25F, 0.0625F, 0.9375F, 0.0F};
  struct {
    std::string name;
    std::vector<float> values;
  } cases[] = {
      {"float16", sixteenths},
      {"float32", sixteenths},
      {"float64", sixteenths},
      {"big_endian", sixteenths},
      {"fortran", sixteenths},
      {"fortran_big_endian", sixteenths},
      {"version2", sixteenths},
      {"version3", sixteenths},
      {"bool", {1, 0, 0, 0, 0, 1}},
      {"int8", {-2, 0, 0, 0, 0, -2}},
      {"int16", {-2, 0, 0, 0, 0, -2}},
      {"int32", {-2, 0, 0, 0, 0, -2}},
      {"int64", {-2, 0, 0, 0, 0, -2}},
      {"uint8", {255, 0, 0, 0, 0, 255}},
      {"uint16", {65535, 0, 0, 0, 0, 65535}},
      {"uint32", {0x1p32F, 0, 0, 0, 0, 0x1p32F}},  // rounded
      {"uint64", {0x1p64F, 0, 0, 0, 0, 0x1p64F}},
      {"big_endian_int", {-300, 0, 0, 0, 0, -300}},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    const AttentionMap matrix = matrix_of(foreign(c.name + ".npy"));
    CHECK(matrix.rows() == 2);
    CHECK(matrix.columns() == 3);
    CHECK(matrix.weights == c.values);
  }
}

TEST_CASE("every float16 has its value") {
  std::string items;
  for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {  // the finite positive ones
    items += {static_cast<char>(bits & 0xffU), static_cast<char>(bits >> 8U)};
  }
  const auto values = matrix_of(file_of(header_of("<f2", "(1, 31744)"), items)).weights;
  CHECK(values[0] == 0.0F);
  CHECK(values[1] == 0x1p-24F);
  CHECK(values[0x3ff] == 1023 * 0x1p-24F);
  CHECK(values[0x400] == 0x1p-14F);
  CHECK(values[0x3c00] == 1.0F);
  CHECK(values[0x7bff] == 65504.0F);
  // Neighbours are apart by the last digit of their power of two.
  for (std::size_t i = 1; i < values.size(); ++i) {
    const auto exponent = std::max<int>(static_cast<int>((i - 1) >> 10U), 1);
    REQUIRE(values[i] - values[i - 1] == std::ldexp(1.0F, exponent - 25));
  }
  CHECK(matrix_of(file_of(header_of("<f2", "(1, 1)"), "\x00\xbc"s)).weights[0] == -1.0F);
}

TEST_CASE("the lowest float16 and its neighbours are masks, as the lowest float is") {
  const std::string lowest = "\xff\xfb\xf0\xfb\xef\xfb\x00\x38"s;
  const AttentionMaps maps = read_maps(file_of(header_of("<f2", "(1, 4)"), lowest), "npy");
  CHECK(same_weights(maps.maps[0].weights, {std::nanf(""), std::nanf(""), -64992.0F, 0.5F}));
  CHECK(notes_of(maps) == "2 weights of -1e9 or so are taken for masked\n");
}

TEST_CASE("numbers are read as doubles without a loss") {
  const auto number = [](const std::string& type, const std::string& item) {
    const std::string bytes = file_of(header_of(type, "(1,)"), item);
    return npy_double(read_npy(bytes, "m.npy"), 0);
  };
  CHECK(number("<f8", "\x9a\x99\x99\x99\x99\x99\xb9\x3f"s) == 0.1);
  CHECK(number(">f8", "\x3f\xb9\x99\x99\x99\x99\x99\x9a"s) == 0.1);
  CHECK(number("<f4", "\xcd\xcc\xcc\x3d"s) == 0.1F);
  CHECK(number("<f2", "\xff\xfb"s) == -65504.0);  // a number, not a mask
  CHECK(number("<V2", "\x80\x3f"s) == 1.0);
  CHECK(number("<i4", "\x01\x00\x00\xff"s) == -16777215.0);
  CHECK(number("<u4", "\x01\x00\x00\x01"s) == 16777217.0);
  CHECK(number("|b1", "\x01"s) == 1.0);
}

TEST_CASE("a matrix is taken out of a stack by its index, in either order") {
  for (const std::string name : {"stacked.npy", "stacked_fortran.npy"}) {
    INFO(name);
    const std::string bytes = foreign(name);  // item = 1000 layer + 100 head + 10 row + column
    for (std::size_t layer = 0; layer < 2; ++layer) {
      for (std::size_t head = 0; head < 3; ++head) {
        const AttentionMap matrix =
            matrix_of(bytes, std::to_string(layer) + "," + std::to_string(head));
        REQUIRE(matrix.weights.size() == 16);
        for (std::size_t i = 0; i < 16; ++i) {
          CHECK(matrix.weights[i] ==
                static_cast<float>(1000 * layer + 100 * head + 10 * (i / 4) + i % 4));
        }
      }
    }
  }
  const std::string bytes = foreign("stacked.npy");
  struct {
    std::string index, message;
  } cases[] = {
      {"1", "index: expected 2 numbers for m.npy of shape (2, 3, 4, 4), got \"1\""},
      {"0,0,0", "index: expected 2 numbers for m.npy of shape (2, 3, 4, 4), got \"0,0,0\""},
      {"0,3",
       "index: expected a number below 3 at place 2 for m.npy of shape (2, 3, 4, 4), got \"0,3\""},
      {"2,0",
       "index: expected a number below 2 at place 1 for m.npy of shape (2, 3, 4, 4), got \"2,0\""},
  };
  for (const auto& c : cases) {
    CHECK_THROWS_WITH(matrix_of(bytes, c.index), c.message);
    CHECK_THROWS_AS(matrix_of(bytes, c.index), UsageError);
  }
}

TEST_CASE("headers in Python's other spellings") {
  const std::string items(16, '\0');
  for (const std::string header :
       {R"({"shape":(2L,2L),"fortran_order":True,"descr":"<f4"})",
        "{'descr':'<f4','fortran_order':False,'shape':(2,2),}   \n",
        " { 'descr' : '>f4' , 'fortran_order' : False , 'shape' : ( 2 , 2 ) }"}) {
    INFO(header);
    CHECK(matrix_of(file_of(header, items)).weights == std::vector<float>(4, 0.0F));
  }
}

TEST_CASE("arrays that are none, or of something else, are refused") {
  const std::string good = foreign("float32.npy");
  struct {
    std::string bytes, message;
  } cases[] = {
      {"", "m.npy: expected a NumPy array, got an empty file"},
      {"\x89PNG\r\n\x1a\n", "m.npy: expected a NumPy array, got a PNG picture"},
      {foreign("stored.npz"),
       "m.npy: expected a NumPy array, got a zip archive, such as PyTorch or npz files are"},
      {"hello", "m.npy: expected a NumPy array, got something else"},
      {good.substr(0, 6), "m.npy: header: cut short"},
      {good.substr(0, 9), "m.npy: header: cut short"},
      {"\x93NUMPY\x04\0\x10\0"s, "m.npy: header: expected version 1.0, 2.0 or 3.0, got 4.0"},
      {good.substr(0, 50), "m.npy: header: expected 118 bytes, got 40"},
      {good.substr(0, 130), "m.npy: shape (2, 3): expected 24 bytes after the header, got 2"},
      {good + "x", "m.npy: shape (2, 3): expected 24 bytes after the header, got 25"},
      {file_of(std::string(10'001, ' ')), "m.npy: header: expected at most 10000 bytes, got 10001"},
      {"\x93NUMPY\x02\0\xff\xff\xff\xff"s,
       "m.npy: header: expected at most 10000 bytes, got 4294967295"},
      {file_of(header_of("<f4", "(100000, 100000)")),
       "m.npy: shape (100000, 100000): expected 40000000000 bytes after the header, got 0"},
      {file_of(header_of("<f4", "(4294967296, 4294967296)")),
       "m.npy: shape (4294967296, 4294967296): larger than the file"},
      {file_of(header_of("<f4", "(99999999999999999999, 1)")),
       "m.npy: header: expected a size in shape, got \"99999999999999999999, 1), }\""},
      {file_of(header_of("<f4", "(-1, 1)")),
       "m.npy: header: expected a size in shape, got \"-1, 1), }\""},
      {file_of(header_of(
           "<f4", "(" +
                      [] {
                        std::string ones;
                        for (int i = 0; i < 33; ++i) ones += "1,";
                        return ones;
                      }() +
                      ")")),
       "m.npy: header: expected at most 32 sizes in shape, got \",), }\""},
      {file_of(header_of("=f4", "(1, 1)")),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"=f4\""},
      {file_of(header_of("|f4", "(1, 1)")),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"|f4\""},
      {file_of(header_of("<f16", "(1, 1)")),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"<f16\""},
      {file_of(header_of("<U0", "(9, 9)")),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"<U0\""},
      {file_of(header_of("<M8[D]", "(1, 1)")),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"<M8[D]\""},
      {foreign("complex.npy"),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"<c8\""},
      {foreign("object.npy"),
       "m.npy: header: expected numbers, got |O, a pickle of Python objects; save numbers with "
       "numpy.savez(file, weights=numpy.array(a, dtype=float)), maps of unequal sizes each under a "
       "name, and labels with dtype=str"},
      {foreign("record.npy"),
       "m.npy: header: expected numbers of one type, not records, got \"[('x', '<f4'), ('y', "
       "'<f4')], 'fortran_o...\""},
      {file_of("{'descr': '<f4'}"), "m.npy: header: expected descr, fortran_order and shape"},
      {file_of("{'descr': '<f4', 'descr': '<f4'}"),
       "m.npy: header: expected descr, fortran_order and shape once each, got \"descr\""},
      {file_of("{'fortran_order': True, 'fortran_order': True}"),
       "m.npy: header: expected descr, fortran_order and shape once each, got \"fortran_order\""},
      {file_of("{'shape': (1,), 'shape': (1,)}"),
       "m.npy: header: expected descr, fortran_order and shape once each, got \"shape\""},
      {file_of("{'fortran_order': True, 'shape': (1,)}"),
       "m.npy: header: expected descr, fortran_order and shape"},
      {file_of("{'descr': '<f4', 'fortran_order': True}"),
       "m.npy: header: expected descr, fortran_order and shape"},
      {file_of("{'descr': '<f4', 'shape': (1,)}"),
       "m.npy: header: expected descr, fortran_order and shape"},
      {file_of("{'descr': ''}"),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"\""},
      {file_of("{'descr': '<'}"),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"<\""},
      {file_of("{'descr': '|i3'}"),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"|i3\""},
      {file_of("{'descr': '|b2'}"),
       "m.npy: header: expected float16 to float64, bfloat16, integers, bool or text as descr, got "
       "\"|b2\""},
      {file_of("{'descr': '<U99999999'}"),
       "m.npy: header: expected shorter texts, got \"<U99999999\""},
      {file_of("{'descr': "), "m.npy: header: expected a text in quotes, got \"\""},
      {"\x93NUMPY\x00\0\x10\0"s, "m.npy: header: expected version 1.0, 2.0 or 3.0, got 0.0"},
      {"\x93NUMPY\x01\x01\x10\0"s, "m.npy: header: expected version 1.0, 2.0 or 3.0, got 1.1"},
      {file_of("{'extra': 1}"),
       "m.npy: header: expected descr, fortran_order and shape once each, got \"extra\""},
      {file_of("{'descr': '<f4"), "m.npy: header: expected a text in quotes, got \"'<f4\""},
      {file_of("{'fortran_order': 1}"), "m.npy: header: expected True or False, got \"1}\""},
      {file_of("__import__('os')"), "m.npy: header: expected {, got \"__import__('os')\""},
      {file_of(header_of("<f4", "(0, 3)") + "x"),
       "m.npy: header: expected nothing after it, got \"x\""},
      {foreign("text.npy"), "m.npy: expected an array of numbers, got text"},
      {foreign("vector.npy"), "m.npy: expected an array of two dimensions or more, got shape (2,)"},
      {file_of(header_of("<f4", "()"), "0123"),
       "m.npy: expected an array of two dimensions or more, got shape ()"},
      {foreign("empty.npy"), "m.npy: expected at least one row and one column, got shape (0, 3)"},
      {foreign("beyond_float.npy"),
       "m.npy: row 1, column 2: expected a finite number in the range of float, got inf"},
      {file_of(header_of("|u1", "(8193, 8192)"), std::string(8193 * 8192, '\0')),
       "m.npy: expected at most 67108864 weights, got 8193 x 8192"},
      {file_of(header_of("<f2", "(1, 1)"), "\x00\x7c"s),
       "m.npy: row 1, column 1: expected a finite number in the range of float, got inf"},
  };
  for (const auto& c : cases) {
    INFO(printable(c.bytes.substr(0, 1000)));
    CHECK_THROWS_WITH(matrix_of(c.bytes), c.message);
  }
  CHECK_THROWS_AS(matrix_of(foreign("object.npy")), InputError);
  CHECK_THROWS_AS(matrix_of(file_of(std::string(10'001, ' '))), LimitError);
  CHECK_NOTHROW(matrix_of(file_of(header_of("<f4", "(1, 1)") + std::string(9'900, ' '), "0123")));
}

TEST_CASE("an array cut short anywhere, or with any byte changed, never comes through unnoticed") {
  const std::string good = foreign("float32.npy");
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK_THROWS_AS(matrix_of(good.substr(0, length)), InputError);
  }
  for (std::size_t place = 0; place < 128; ++place) {  // of the header
    std::string changed = good;
    changed[place] = static_cast<char>(changed[place] ^ 0x11);
    INFO(place);
    std::size_t count = 6;
    try {
      count = matrix_of(changed).weights.size();  // a blank, or another byte order
    } catch (const Error&) {
    }
    CHECK(count == 6);
  }
}

TEST_CASE("what is written is NumPy's, to the byte") {
  const std::string padding(128 - 10 - 60, ' ');
  CHECK(npy_of_floats({1.0F, -0.5F}, {1, 2}) ==
        "\x93NUMPY\x01\0v\0"s + "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }" +
            padding.substr(1) + " \n" + "\0\0\x80\x3f\0\0\0\xbf"s);
  CHECK(npy_of_floats({0.5F, 0.25F, 0.25F, 0.0625F, 0.9375F, 0.0F}, {2, 3}) ==
        foreign("float32.npy"));
  CHECK(npy_of_bools({true, false, false, false, false, true}, {2, 3}) == foreign("bool.npy"));
  CHECK(npy_of_texts({"a", "b"}, {1, 2}) == foreign("text.npy"));
}

TEST_CASE("texts come back from an array") {
  const std::vector<std::string> texts = {"a",          "",  "\u0915\u094d\u0937",
                                          "\U0001f468", " ", "in\0side"s};
  const std::string bytes = npy_of_texts(texts, {6});
  CHECK(npy_texts(read_npy(bytes, "t"), "t", 9) == texts);
  CHECK(npy_texts(read_npy(npy_of_texts({}, {0}), "t"), "t", 9).empty());
  CHECK_THROWS_WITH(
      npy_texts(read_npy(file_of(header_of("<U1", "(1,)"), "\0\xd8\0\0"s), "t"), "t", 9),
      "t: text 1: expected Unicode, got 55296");
  CHECK_THROWS_WITH(
      npy_texts(read_npy(file_of(header_of("<U1", "(1,)"), "\0\0\x11\0"s), "t"), "t", 9),
      "t: text 1: expected Unicode, got 1114112");
  CHECK(npy_texts(read_npy(file_of(header_of(">U1", "(1,)"), "\0\0\0a"s), "t"), "t", 9) ==
        std::vector<std::string>{"a"});
  CHECK_THROWS_WITH(npy_texts(read_npy(foreign("bool.npy"), "t"), "t", 9),
                    "t: expected an array of text");
  std::vector<std::string> unequal(40'000);
  unequal[0] = std::string(2'000, 'a');
  CHECK_THROWS_AS(npy_of_texts(unequal, {40'000}), LimitError);
}

}  // namespace
}  // namespace attnviz
