#include "formats/safetensors.h"

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <limits>
#include <sstream>

#include "attnviz/error.h"
#include "base/hash.h"
#include "catch.h"

using namespace attnviz;

namespace {

/// A file with this header and so many zero bytes of data.
std::string file_with(const std::string& header, std::size_t data = 0) {
  const auto length = static_cast<std::uint64_t>(header.size());
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(data, '\0');
}

std::string message_of(const std::string& bytes) {
  try {
    read_safetensors(bytes, "f");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string with_length(std::uint64_t length) {
  std::string bytes = file_with("{}");
  std::memcpy(bytes.data(), &length, 8);
  return bytes;
}

}  // namespace

TEST_CASE("tensors and metadata come back as they were", "[safetensors]") {
  const TensorFile file{
      {{"a", "1"}, {"b", "ä\n\"x\""}},
      {{"first", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"empty", {0, 4}, {}}, {"scalar", {}, {0.1F}}}};
  const TensorFile back = read_safetensors(write_safetensors(file), "f");
  REQUIRE(back.tensors.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto same = [&](const NamedTensor& t) { return t.name == file.tensors[i].name; };
    const auto found = std::find_if(back.tensors.begin(), back.tensors.end(), same);
    REQUIRE(found != back.tensors.end());
    CHECK(found->shape == file.tensors[i].shape);
    CHECK(found->values == file.tensors[i].values);
  }
  CHECK(back.metadata.at("b") == "ä\n\"x\"");
}

TEST_CASE("numbers start at a multiple of eight bytes", "[safetensors]") {
  const std::string bytes = write_safetensors({{}, {{"t", {1}, {1.0F}}}});
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  CHECK(bytes.size() == 8 + length + 4);
}

TEST_CASE("files that are not whole or not safetensors are refused, the place named",
          "[safetensors]") {
  struct Case {
    std::string bytes;
    std::string message;
  };
  const std::string entry = R"("t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  const Case cases[] = {
      {"", "expected a safetensors model, got 0 bytes"},
      {"abc", "expected a safetensors model, got 3 bytes"},
      {"PK\x03\x04 and much more", "zip archive"},
      {"\x80\x02}q and much more", "Python pickle"},
      {"GGUF and much more", "GGUF"},
      {"\x89PNG\r\n\x1a\n and more", "PNG"},
      {"{\"a\": 1, \"b\": 2}", "this is JSON"},
      {with_length(0), "header length"},
      {with_length(3), "header length: expected at most the 2 bytes that follow, got 3"},
      {with_length(std::uint64_t{1} << 63U), "header length"},
      {with_length(std::numeric_limits<std::uint64_t>::max()), "header length"},
      {file_with("{\"t\":}"), "f: header"},
      {file_with("{} x"), "f: header"},
      {file_with("{" + entry + "," + entry + "}", 4), "f: header"},
      {file_with("{" + entry + "}"), "f: t: data_offsets"},
      {file_with("{" + entry + "}", 5), "1 more bytes"},
      {file_with(R"({"t":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", 8), "F64"},
      {file_with(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4), "f: t:"},
      {file_with(R"({"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4), "f: t: shape"},
      {file_with(R"({"t":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}})", 4),
       "f: t: shape"},
      {file_with(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4), "data_offsets"},
      {file_with(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8), "to start at 0"},
      {file_with("{" + entry + R"(,"u":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4),
       "f: u: data_offsets"},
      {file_with(R"({"t":{"shape":[1],"data_offsets":[0,4]}})", 4), "expected dtype"},
      {file_with(R"({"t":7})", 4), "f: t:"},
      {file_with(R"({"__metadata__":[]})"), "__metadata__"},
      {file_with(R"({"__metadata__":{"a":1}})"), "__metadata__: a"},
  };
  for (const Case& c : cases) {
    const std::string message = message_of(c.bytes);
    INFO(message << " / expected: " << c.message);
    CHECK(message.find(c.message) != std::string::npos);
    CHECK(message.starts_with("f: "));
  }
}

TEST_CASE("numbers that are not finite are refused", "[safetensors]") {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    const std::string bytes = write_safetensors({{}, {{"t", {3}, {0.0F, bad, 0.0F}}}});
    CHECK(message_of(bytes) == "f: t: number 1 is not finite");
  }
}

TEST_CASE("a changed number is noticed; a file without checksums is taken", "[safetensors]") {
  std::string bytes = write_safetensors({{}, {{"t", {2}, {1.0F, 2.0F}}}});
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  CHECK(message_of(bytes) == "f: t: the numbers do not match their checksum");
  CHECK(message_of(file_with(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4)) ==
        "accepted");
}

TEST_CASE("a changed text in the metadata is noticed", "[safetensors]") {
  std::string bytes = write_safetensors({{{"task", "reverse"}}, {{"t", {1}, {1.0F}}}});
  bytes[bytes.find("reverse")] = 'R';
  CHECK(message_of(bytes) == "f: __metadata__: the text does not match its checksum");
}

TEST_CASE("checksums that are no list by name are refused", "[safetensors]") {
  // A deliberate change can include the checksums.
  std::ostringstream sum;
  sum << std::hex << std::setw(16) << std::setfill('0') << fnv1a("checksums\n[]\n");
  CHECK(message_of(file_with("{\"__metadata__\":{\"checksum\":\"" + sum.str() +
                             "\",\"checksums\":\"[]\"}}")) ==
        "f: __metadata__: checksums: expected an object");
}

TEST_CASE("sizes above the limits are refused before anything is read", "[safetensors]") {
  std::string header = "{\"a\":\"";
  header += std::string(1U << 26U, 'x') + "\"}";
  CHECK_THROWS_AS(read_safetensors(file_with(header), "f"), LimitError);
  // What could not be read is not written.
  TensorFile large;
  large.metadata["vocabulary"] = std::string(1U << 26U, 'x');
  CHECK_THROWS_AS(write_safetensors(large), LimitError);
  std::string many = "{";
  for (int i = 0; i < 4100; ++i) {
    many += (i > 0 ? ",\"" : "\"") + std::to_string(i) +
            R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  }
  CHECK_THROWS_AS(read_safetensors(file_with(many + "}"), "f"), LimitError);
}
