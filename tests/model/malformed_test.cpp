// Model files that are not what they should be: each kind with its message.
#include <cmath>
#include <cstring>
#include <functional>
#include <set>

#include "attnviz/error.h"
#include "catch.h"
#include "infer/small_model.h"
#include "json.h"
#include "model/checkpoint.h"

using namespace attnviz;

namespace {

using Json = nlohmann::ordered_json;

/// The smallest model there is, so that every one of its bytes can be tried.
Model least_model() {
  Model model;
  model.source = Vocabulary({"a"});
  model.target = Vocabulary({"b"});
  model.config = {.source_vocabulary = 5,
                  .target_vocabulary = 5,
                  .embedding = 1,
                  .hidden = 1,
                  .decoder_hidden = 2,
                  .attention_units = 1};
  Random random(1);
  initialise(model.config, {}, random, model.weights);
  model.metadata["task"] = R"({"name":"none \"quoted\""})";
  return model;
}

std::string message_of(std::string_view bytes) {
  try {
    read_model(bytes, "m");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

/// The parts of a file, to be changed and put together again without new checksums.
struct Parts {
  std::string header;
  std::string data;

  Parts() {
    const std::string bytes = write_model(least_model());
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    header = bytes.substr(8, length);
    data = bytes.substr(8 + length);
  }
  std::string bytes() const {
    const auto length = static_cast<std::uint64_t>(header.size());
    return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
  }
};

std::string bytes_with(const std::function<void(Parts&)>& change) {
  Parts parts;
  change(parts);
  return parts.bytes();
}

std::string with_header(const std::function<void(Json&)>& change) {
  return bytes_with([&](Parts& parts) {
    Json header = Json::parse(parts.header);
    change(header);
    parts.header = header.dump();
  });
}

/// A complete file whose header is what `change` makes of it.
std::string with_content(const std::function<void(TensorFile&)>& change) {
  const Model model = least_model();
  TensorFile file{describe(model), {}};
  append_tensors(model.weights, "", file.tensors);
  change(file);
  return write_safetensors(file);
}

std::string with_metadata(const std::string& key, const std::string& value) {
  return with_content([&](TensorFile& file) { file.metadata[key] = value; });
}

std::string with_length(std::uint64_t length) {
  std::string bytes = write_model(least_model());
  std::memcpy(bytes.data(), &length, 8);
  return bytes;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  text.replace(text.find(from), from.size(), to);
}

struct Case {
  const char* what;
  std::string bytes;
  std::string message;
};

constexpr const char* first = "encoder.embedding.weight";

std::vector<Case> broken_containers() {
  const std::string good = write_model(least_model());
  return {
      {"an empty file", "", "m: expected a safetensors model, got 0 bytes"},
      {"seven bytes", "1234567", "m: expected a safetensors model, got 7 bytes"},
      {"a zip archive", std::string("PK\x03\x04", 4) + good,
       "m: expected a safetensors model (this is a zip archive, such as PyTorch or npz files are): "
       "header: expected { at byte 8"},
      {"a pickle", "\x80\x04" + good,
       "m: expected a safetensors model (this is a Python pickle): header: expected { at byte 8"},
      {"a GGUF file", "GGUF" + good,
       "m: expected a safetensors model (this is a GGUF file): header: expected { at byte 8"},
      {"a PNG picture", "\x89PNG\r\n\x1a\n" + good,
       "m: expected a safetensors model (this is a PNG picture): header: expected { at byte 8"},
      {"a NumPy array", "\x93NUMPY" + good,
       "m: expected a safetensors model (this is a NumPy array): header: expected { at byte 8"},
      {"JSON", std::string("{\"a\": 1}"),
       "m: expected a safetensors model (this is JSON), got 8 bytes"},
      {"a header of no bytes", with_length(0),
       "m: expected a safetensors model: header length: expected 2..67108864 bytes, got 0"},
      {"a header of one byte", with_length(1),
       "m: expected a safetensors model: header length: expected 2..67108864 bytes, got 1"},
      {"a header longer than the file", with_length(good.size()),
       "m: cut short: header length: expected at most the " + std::to_string(good.size() - 8) +
           " bytes that follow, got " + std::to_string(good.size())},
      {"a header of 2^63 bytes", with_length(std::uint64_t{1} << 63U),
       "m: expected a safetensors model: header length: expected 2..67108864 bytes, got "
       "9223372036854775808"},
      {"a header over the limit",
       bytes_with([](Parts& p) { p.header = "{" + std::string(1U << 26U, ' ') + "}"; }),
       "m: header length: expected at most 67108864 bytes, got 67108866"},
      {"a header that is a list", bytes_with([](Parts& p) { p.header = "[]"; }),
       "m: expected a safetensors model: header: expected { at byte 8"},
      {"a header cut short", bytes_with([](Parts& p) { p.header = R"({"a":{})"; }),
       "m: header: not valid JSON: it ends too early"},
      {"text after the header", bytes_with([](Parts& p) { p.header = "{}}"; }),
       "m: header: column 3: expected nothing after the JSON document, got \"}\""},
      {"a header padded with line ends", bytes_with([](Parts& p) { p.header = "{}\n"; }),
       "m: header: expected an object padded with spaces, got \"\\n\" at byte 10"},
      {"invalid UTF-8 in the header", bytes_with([](Parts& p) { p.header = "{\"\xff\":1}"; }),
       "m: header: column 3: expected UTF-8, got the byte \\xff"},
      {"a zero byte in the header",
       bytes_with([](Parts& p) { p.header = std::string("{\"\0\":1}", 7); }),
       "m: header: column 3: not valid JSON at \"\\x00\""},
      {"a tensor given twice", bytes_with([](Parts& p) {
         replace(p.header, "encoder.gru.bias_ih_l0\"", "encoder.gru.bias_hh_l0\"");
       }),
       "m: header: the key \"encoder.gru.bias_hh_l0\" occurs twice"},
      {"a header nested too deeply", bytes_with([](Parts& p) {
         p.header = "{\"x\":" + std::string(100, '[') + std::string(100, ']') + "}";
       }),
       "m: header: expected at most 64 levels of nesting, got more"},
      {"too many tensors", with_header([](Json& h) {
         h.clear();
         for (int i = 0; i < 4097; ++i) h[std::to_string(i)] = 0;
       }),
       "m: 0: expected dtype, shape and data_offsets"},
      {"metadata that is a list", with_header([](Json& h) { h["__metadata__"] = Json::array(); }),
       "m: __metadata__: expected an object"},
      {"metadata that is a number", with_header([](Json& h) { h["__metadata__"]["version"] = 1; }),
       "m: __metadata__: version: expected a string"},
      {"a tensor that is a number", with_header([](Json& h) { h[first] = 1; }),
       "m: encoder.embedding.weight: expected dtype, shape and data_offsets"},
      {"a tensor without a type", with_header([](Json& h) { h[first].erase("dtype"); }),
       "m: encoder.embedding.weight: expected dtype, shape and data_offsets"},
      {"a tensor with a field too many", with_header([](Json& h) { h[first]["more"] = 1; }),
       "m: encoder.embedding.weight: expected dtype, shape and data_offsets"},
      {"half precision", with_header([](Json& h) { h[first]["dtype"] = "F16"; }),
       "m: encoder.embedding.weight: dtype: expected F32, got \"F16\""},
      {"a shape that is no list", with_header([](Json& h) { h[first]["shape"] = 5; }),
       "m: encoder.embedding.weight: shape: expected a list of sizes"},
      {"a negative size", with_header([](Json& h) {
         h[first]["shape"] = {-5, 1};
       }),
       "m: encoder.embedding.weight: shape: expected sizes"},
      {"a size that is no integer", with_header([](Json& h) {
         h[first]["shape"] = {5.0, 1};
       }),
       "m: encoder.embedding.weight: shape: expected sizes"},
      {"sizes whose product overflows", with_header([](Json& h) {
         h[first]["shape"] = {std::uint64_t{1} << 32U, std::uint64_t{1} << 32U};
       }),
       "m: encoder.embedding.weight: shape: larger than the file"},
      {"no numbers in one size, too many in another", with_header([](Json& h) {
         h[first]["shape"] = {0, UINT64_MAX};
       }),
       "m: encoder.embedding.weight: shape: larger than the file"},
      {"a shape that does not fit its bytes", with_header([](Json& h) {
         h[first]["shape"] = {4, 1};
       }),
       "m: encoder.embedding.weight: expected 16 bytes for its shape, got 20"},
      {"one offset", with_header([](Json& h) { h[first]["data_offsets"] = {0}; }),
       "m: encoder.embedding.weight: data_offsets: expected a range within the 460 bytes of data; "
       "is the file cut short?"},
      {"offsets that run backwards", with_header([](Json& h) {
         h[first]["data_offsets"] = {20, 0};
       }),
       "m: encoder.embedding.weight: data_offsets: expected a range within the 460 bytes of data; "
       "is the file cut short?"},
      {"offsets past the file", with_header([](Json& h) {
         h[first]["data_offsets"] = {0, 4000};
       }),
       "m: encoder.embedding.weight: data_offsets: expected a range within the 460 bytes of data; "
       "is the file cut short?"},
      {"a hole", bytes_with([](Parts& p) {
         p.data.insert(0, 4, 'x');
         Json h = Json::parse(p.header);
         for (auto& [name, entry] : h.items()) {
           if (name == "__metadata__") continue;
           for (auto& at : entry["data_offsets"]) at = at.get<int>() + 4;
         }
         p.header = h.dump();
       }),
       "m: encoder.embedding.weight: data_offsets: expected to start at 0, got 4"},
      {"an overlap", with_header([](Json& h) {
         h["decoder.embedding.weight"]["data_offsets"] = h[first]["data_offsets"];
       }),
       "m: encoder.embedding.weight: data_offsets: expected to start at 20, got 0"},
      {"bytes after the last tensor", good + "x",
       "m: expected the file to end after the last tensor, got 1 more bytes"},
      {"a file cut short", good.substr(0, good.size() - 4),
       "m: decoder.readout.bias: data_offsets: expected a range within the 456 bytes of data; is "
       "the file cut short?"},
      {"NaN", with_content([](TensorFile& f) { f.tensors[2].values[1] = std::nanf(""); }),
       "m: encoder.gru.weight_hh_l0: number 1 is not finite"},
      {"infinity", with_content([](TensorFile& f) { f.tensors[0].values[0] = -INFINITY; }),
       "m: encoder.embedding.weight: number 0 is not finite"},
      {"a changed number", bytes_with([](Parts& p) { p.data[1] ^= 1; }),
       "m: encoder.embedding.weight: the numbers do not match their checksum"},
      {"a changed text", bytes_with([](Parts& p) { replace(p.header, "none", "some"); }),
       "m: __metadata__: the text does not match its checksum"},
      {"a changed checksum",
       bytes_with([](Parts& p) { replace(p.header, "\"checksum\":\"", "\"checksum\":\"0"); }),
       "m: __metadata__: the text does not match its checksum"},
      {"a tensor without a checksum", with_header([](Json& h) {
         h["extra"] = {{"dtype", "F32"}, {"shape", {0}}, {"data_offsets", {460, 460}}};
       }),
       "m: __metadata__: checksums: extra is missing"}};
}

std::vector<Case> broken_contents() {
  return {
      {"another program's file", with_content([](TensorFile& f) { f.metadata.clear(); }),
       "m: a safetensors file, but not a model of attnviz (metadata: format)"},
      {"another format", with_metadata("format", "other"),
       "m: a safetensors file, but not a model of attnviz (metadata: format)"},
      {"a later version", with_metadata("version", "2"),
       "m: version: expected 1, got \"2\"; a newer attnviz may read it"},
      {"no version", with_content([](TensorFile& f) { f.metadata.erase("version"); }),
       "m: version: expected 1, got \"\""},
      {"no config", with_content([](TensorFile& f) { f.metadata.erase("config"); }),
       "m: metadata: config is missing"},
      {"a config that is no JSON", with_metadata("config", "{"),
       "m: metadata: config: not valid JSON: it ends too early"},
      {"a config with text after it", with_metadata("config", "{} {}"),
       "m: metadata: config: column 4: expected nothing after the JSON document, got \"{}\""},
      {"a config that is a list", with_metadata("config", "[]"), "m: config: expected an object"},
      {"a config nested too deeply", with_metadata("config", std::string(100'000, '[')),
       "m: metadata: config: expected at most 64 levels of nesting, got more"},
      {"a config that says something twice", with_metadata("config", R"({"hidden":1,"hidden":2})"),
       "m: metadata: config: the key \"hidden\" occurs twice"},
      {"a config without a size", with_metadata("config", R"({"embedding":1})"),
       "m: config: hidden: expected an integer in 1..1048576"},
      {"a size of nothing", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"hidden\":1", "\"hidden\":0");
       }),
       "m: config: hidden: expected an integer in 1..1048576"},
      {"a size that is text", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"hidden\":1", "\"hidden\":\"1\"");
       }),
       "m: config: hidden: expected an integer in 1..1048576"},
      {"a size over the limit", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"hidden\":1", "\"hidden\":1048577");
       }),
       "m: config: hidden: expected an integer in 1..1048576"},
      {"sizes that ask for more than the file has", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"hidden\":1", "\"hidden\":1048576");
       }),
       "m: config: asks for 6597115904065 numbers, the file holds 115"},
      {"a query that is a number",
       with_content([](TensorFile& f) { replace(f.metadata["config"], "\"current\"", "5"); }),
       "m: config: query: expected \"previous\" or \"current\", got 5"},
      {"a form of attention that is a number",
       with_content([](TensorFile& f) { replace(f.metadata["config"], "\"additive\"", "5"); }),
       "m: config: attention: expected a form of attention, got 5"},
      {"a cell that is a number", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"query\"", "\"cell\":5,\"query\"");
       }),
       "m: config: cell: expected \"gru\" or \"lstm\", got 5"},
      {"an unknown cell", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"query\"", "\"cell\":\"rnn\",\"query\"");
       }),
       "m: config: cell: expected \"gru\" or \"lstm\", got \"rnn\""},
      {"a cell that its tensors are not of", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"query\"", "\"cell\":\"lstm\",\"query\"");
       }),
       "m: config: asks for 137 numbers, the file holds 115"},
      {"an unknown query",
       with_content([](TensorFile& f) { replace(f.metadata["config"], "current", "next"); }),
       "m: config: query: expected \"previous\" or \"current\", got \"next\""},
      {"an unknown form of attention",
       with_content([](TensorFile& f) { replace(f.metadata["config"], "additive", "hard"); }),
       "m: config: attention: expected a form of attention, got \"hard\""},
      {"hard attention that is a number", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"coverage\":false", "\"coverage\":false,\"hard\":1");
       }),
       "m: config: hard: expected false, or true with a form that has scores and the current "
       "query, "
       "got 1"},
      {"hard attention of tensors that are soft", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"coverage\":false", "\"coverage\":false,\"hard\":true");
       }),
       "m: decoder.gru.weight_ih is 6x3, expected 6x1"},
      {"hard attention without scores", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"coverage\":false", "\"coverage\":false,\"hard\":true");
         replace(f.metadata["config"], "additive", "uniform");
       }),
       "m: config: hard: expected false, or true with a form that has scores and the current "
       "query, "
       "got true"},
      {"a copy gate that is a number", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"coverage\":false", "\"copy\":1");
       }),
       "m: config: copy: expected false, or true with soft attention, got 1"},
      {"a copy gate without attention", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"coverage\":false", "\"copy\":true");
         replace(f.metadata["config"], "additive", "none");
       }),
       "m: config: copy: expected false, or true with soft attention, got true"},
      {"a copy gate in a model of a task", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"coverage\":false", "\"copy\":true");
       }),
       "m: config: copy: expected false in a model of a task, got true"},
      {"a copy gate that is missing", with_content([](TensorFile& f) {
         replace(f.metadata["config"], "\"coverage\":false", "\"copy\":true");
         f.metadata.erase("task");
       }),
       "m: config: asks for 121 numbers, the file holds 115"},
      {"no source symbols", with_content([](TensorFile& f) { f.metadata.erase("source_symbols"); }),
       "m: metadata: source_symbols is missing"},
      {"symbols that are an object", with_metadata("source_symbols", "{}"),
       "m: source_symbols: expected a list of strings"},
      {"a symbol that is a number", with_metadata("target_symbols", "[1]"),
       "m: target_symbols: expected a list of strings"},
      {"a symbol given twice", with_metadata("source_symbols", R"(["a","a"])"),
       "m: source_symbols: vocabulary: \"a\" occurs twice or is reserved"},
      {"an empty symbol", with_metadata("source_symbols", R"([""])"),
       "m: source_symbols: vocabulary: a symbol is empty"},
      {"a symbol that is invalid UTF-8", with_metadata("source_symbols", R"(["\ud800"])"),
       "m: metadata: source_symbols: column 9: not valid JSON at \"\"]\""},
      {"a reserved symbol", with_metadata("target_symbols", R"(["</s>"])"),
       "m: target_symbols: vocabulary: \"</s>\" occurs twice or is reserved"},
      {"too few symbols", with_metadata("source_symbols", "[]"),
       "m: encoder.embedding.weight is 5x1, expected 4x1"},
      {"too many symbols", with_metadata("target_symbols", R"(["b","c"])"),
       "m: config: asks for 122 numbers, the file holds 115"},
      {"a missing tensor", with_content([](TensorFile& f) {
         f.tensors.pop_back();
         f.metadata["extra"] = "1";
       }),
       "m: config: asks for 115 numbers, the file holds 110"},
      {"a tensor of another name", with_content([](TensorFile& f) { f.tensors[1].name = "x"; }),
       "m: encoder.gru.weight_ih_l0 is missing"},
      {"a tensor too many", with_content([](TensorFile& f) {
         f.tensors.push_back({"extra", {1}, {0.0F}});
       }),
       "m: extra does not belong here"},
      {"a shape turned round", with_content([](TensorFile& f) {
         f.tensors[0].shape = {1, 5};
       }),
       "m: encoder.embedding.weight is 1x5, expected 5x1"},
      {"a shape of three sizes", with_content([](TensorFile& f) {
         f.tensors[0].shape = {5, 1, 1};
       }),
       "m: encoder.embedding.weight is 5x1x1, expected 5x1"}};
}

}  // namespace

TEST_CASE("each kind of malformed model is refused with its message", "[malformed]") {
  std::set<std::string> kinds;
  for (const auto& cases : {broken_containers(), broken_contents()}) {
    for (const Case& c : cases) {
      INFO(c.what);
      CHECK(message_of(c.bytes) == c.message);
      kinds.insert(c.what);
    }
  }
  CHECK(kinds.size() >= 45);
}

TEST_CASE("every truncation of a model is refused", "[malformed]") {
  const std::string bytes = write_model(least_model());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const std::string message = message_of(std::string_view(bytes).substr(0, length));
    INFO(length << ": " << message);
    REQUIRE(message.starts_with("m: "));
  }
  CHECK(message_of(bytes) == "accepted");
}

TEST_CASE("every changed byte of a model is noticed, and the place named", "[malformed]") {
  std::string bytes = write_model(least_model());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char before = bytes[at];
    // A bit, the case of a letter, the sign; and what JSON might take for the same: white space.
    for (const int mask : {1, 0x20, 0x80, before ^ ' ', before ^ '\n'}) {
      if (mask == 0) continue;
      bytes[at] = static_cast<char>(before ^ mask);
      const std::string message = message_of(bytes);
      INFO("byte " << at << " ^ " << mask << ": " << message);
      REQUIRE(message.starts_with("m: "));
    }
    bytes[at] = before;
  }
}

TEST_CASE("a model without checksums, made elsewhere, is read and marked", "[malformed]") {
  const auto without = [](const std::vector<const char*>& keys) {
    return with_header([&](Json& header) {
      for (const char* key : keys) header["__metadata__"].erase(key);
    });
  };
  CHECK(read_model(write_model(least_model()), "m").checked);
  CHECK(!read_model(without({"checksum", "checksums"}), "m").checked);
  CHECK(message_of(without({"checksum"})) == "m: __metadata__: checksum is missing");
  CHECK(message_of(without({"checksums"})) == "m: __metadata__: checksums is missing");
}
