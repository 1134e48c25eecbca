#include "model/checkpoint.h"

#include <cstring>
#include <map>

#include "attnviz/error.h"
#include "catch.h"
#include "infer/small_model.h"

using namespace attnviz;

namespace {

bool same_weights(Seq2SeqWeights& a, Seq2SeqWeights& b) {
  bool same = true;
  Seq2SeqWeights::visit([&](std::string_view, auto& x, auto& y) { same = same && x == y; }, a, b);
  return same;
}

std::string message_of(const std::string& bytes) {
  try {
    read_model(bytes, "m");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a model comes back from its file bit for bit", "[checkpoint]") {
  const Cell cell = GENERATE(Cell::gru, Cell::lstm);
  Model model = small_model("reverse", 3, {.cell = cell, .hard = GENERATE(false, true)});
  const std::string bytes = write_model(model);
  CHECK((bytes.find("cell") != std::string::npos) == (model.config.cell == Cell::lstm));
  Model back = read_model(bytes, "m");
  CHECK(back.config == model.config);
  CHECK(back.source.symbols() == model.source.symbols());
  CHECK(back.target.symbols() == model.target.symbols());
  CHECK(back.metadata == model.metadata);
  CHECK(same_weights(back.weights, model.weights));
  CHECK(write_model(back) == bytes);
}

TEST_CASE("a copy gate is in a file that has one, and in no other", "[checkpoint][copy]") {
  Model model = small_model();
  CHECK(write_model(model).find("copy") == std::string::npos);
  model.config.copy = true;
  model.metadata.erase("task");
  Random random(2);
  initialise(model.config, {}, random, model.weights);
  CHECK(model.weights.decoder.copy.W.cols() == 7 + 12 + 5);
  Model back = read_model(write_model(model), "m");
  CHECK(back.config == model.config);
  CHECK(same_weights(back.weights, model.weights));
  std::vector<NamedTensor> tensors;
  append_tensors(model.weights, "", tensors);
  REQUIRE(tensors.size() == 23);
  CHECK(tensors[21].name == "decoder.copy.weight");
  CHECK(tensors[21].shape == std::vector<std::int64_t>{1, 7 + 12 + 5});
  CHECK(tensors[22].name == "decoder.copy.bias");
  CHECK(tensors[22].shape == std::vector<std::int64_t>{1});
}

TEST_CASE("tensors have PyTorch's names and shapes, row-major", "[checkpoint]") {
  const Model model = small_model();
  std::vector<NamedTensor> tensors;
  append_tensors(model.weights, "", tensors);
  const auto find = [&](const std::string& name) {
    for (const NamedTensor& tensor : tensors) {
      if (tensor.name == name) return tensor;
    }
    FAIL(name << " is missing");
    return NamedTensor{};
  };
  CHECK(tensors.size() == 21);
  CHECK(find("encoder.embedding.weight").shape == std::vector<std::int64_t>{30, 5});
  CHECK(find("encoder.embedding.weight").values[5] == model.weights.encoder.embedding(0, 1));
  CHECK(find("encoder.gru.weight_ih_l0_reverse").shape == std::vector<std::int64_t>{18, 5});
  CHECK(find("decoder.gru.weight_ih").shape == std::vector<std::int64_t>{21, 5 + 12});
  CHECK(find("decoder.gru.weight_ih").values[1] == model.weights.decoder.recurrent.W_ih(0, 1));
  CHECK(find("decoder.readout.weight").shape == std::vector<std::int64_t>{30, 7 + 12 + 5});
  CHECK(find("attention.score.weight").shape == std::vector<std::int64_t>{8});
}

TEST_CASE("with hard attention the decoder's GRU reads no context", "[checkpoint][hard]") {
  const Model model = small_model("reverse", 3, {.hard = true});
  std::vector<NamedTensor> tensors;
  append_tensors(model.weights, "", tensors);
  CHECK(tensors.size() == 21);
  const auto gru = std::ranges::find(tensors, "decoder.gru.weight_ih", &NamedTensor::name);
  REQUIRE(gru != tensors.end());
  CHECK(gru->shape == std::vector<std::int64_t>{21, 5});
  const auto readout = std::ranges::find(tensors, "decoder.readout.weight", &NamedTensor::name);
  REQUIRE(readout != tensors.end());
  CHECK(readout->shape == std::vector<std::int64_t>{30, 7 + 12 + 5});
  CHECK(describe(model).at("config").find("\"hard\":true") != std::string::npos);
  CHECK(describe(small_model()).at("config").find("hard") == std::string::npos);
}

TEST_CASE("an LSTM has the names and the order of PyTorch's", "[checkpoint]") {
  const Model model = small_model("reverse", 3, {.cell = Cell::lstm});
  std::vector<NamedTensor> tensors;
  append_tensors(model.weights, "", tensors);
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const NamedTensor& tensor : tensors) {
    if (tensor.name.find(".lstm.") != std::string::npos) shapes[tensor.name] = tensor.shape;
  }
  const std::map<std::string, std::vector<std::int64_t>> expected = {
      {"encoder.lstm.weight_ih_l0", {24, 5}},
      {"encoder.lstm.weight_hh_l0", {24, 6}},
      {"encoder.lstm.bias_ih_l0", {24}},
      {"encoder.lstm.bias_hh_l0", {24}},
      {"encoder.lstm.weight_ih_l0_reverse", {24, 5}},
      {"encoder.lstm.weight_hh_l0_reverse", {24, 6}},
      {"encoder.lstm.bias_ih_l0_reverse", {24}},
      {"encoder.lstm.bias_hh_l0_reverse", {24}},
      {"decoder.lstm.weight_ih", {28, 5 + 12}},
      {"decoder.lstm.weight_hh", {28, 7}},
      {"decoder.lstm.bias_ih", {28}},
      {"decoder.lstm.bias_hh", {28}}};
  CHECK(shapes == expected);
  CHECK(tensors.size() == 21);
}

TEST_CASE("every truncation of a file is refused", "[checkpoint]") {
  const std::string bytes = write_model(small_model());
  for (std::size_t length = 0; length < bytes.size(); length += length < 4000 ? 1 : 97) {
    CHECK_THROWS_AS(read_model(std::string_view(bytes).substr(0, length), "m"), InputError);
  }
}

TEST_CASE("every changed number is noticed", "[checkpoint]") {
  std::string bytes = write_model(small_model());
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), 8);
  for (std::size_t at = 8 + header; at < bytes.size(); at += 53) {
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    CHECK(message_of(bytes).find("do not match their checksum") != std::string::npos);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
  }
  CHECK(message_of(bytes).empty());
}

TEST_CASE("files that contradict themselves are refused with the reason", "[checkpoint]") {
  const Model model = small_model();
  const auto with = [&](auto&& change) {
    TensorFile file{describe(model), {}};
    append_tensors(model.weights, "", file.tensors);
    change(file);
    return message_of(write_safetensors(file));
  };
  const auto contains = [](const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
  };
  contains(with([](TensorFile& f) { f.tensors[1].name = "x"; }),
           "encoder.gru.weight_ih_l0 is missing");
  contains(with([](TensorFile& f) {
             f.tensors.push_back({"extra", {1}, {0.0F}});
           }),
           "extra does not belong here");
  contains(with([](TensorFile& f) {
             f.tensors[0].shape = {5, 30};
           }),
           "encoder.embedding.weight is 5x30, expected 30x5");
  contains(with([](TensorFile& f) { f.metadata["config"] = R"({"embedding":5})"; }),
           "config: hidden: expected an integer in 1..");
  contains(
      with([](TensorFile& f) {
        f.metadata["config"] =
            R"({"embedding":1000000,"hidden":1000000,"decoder_hidden":7,"attention_units":8,"readout_units":0,"query":"current"})";
      }),
      "config: asks for");
  contains(with([](TensorFile& f) { f.metadata["version"] = "2"; }),
           "version: expected 1, got \"2\"");
  contains(with([](TensorFile& f) { f.metadata.erase("format"); }), "not a model of attnviz");
  contains(with([](TensorFile& f) { f.metadata["source_symbols"] = R"(["a","a"])"; }),
           "source_symbols: vocabulary: \"a\" occurs twice");
  contains(with([](TensorFile& f) { f.metadata["source_symbols"] = R"(["a"])"; }),
           "encoder.embedding.weight is 30x5, expected 5x5");
  contains(with([](TensorFile& f) { f.metadata.erase("target_symbols"); }),
           "target_symbols is missing");
}
