#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"
#include "infer/small_model.h"
#include "json.h"
#include "model/checkpoint.h"

using namespace attnviz;

namespace {

/// A safetensors file without tensors.
std::string model_with(const nlohmann::json& metadata) {
  const std::string header = nlohmann::json{{"__metadata__", metadata}}.dump();
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header;
}

}  // namespace

TEST_CASE("attnviz info: text and JSON say the same, of a folder, a file and the newest run") {
  const auto text = trained_on_sort().run("info");
  CHECK(text.exit_code == 0);
  for (const char* line :
       {"config:\n  embedding: 8\n  hidden: 8\n", "\nsource_symbols: 0123456789\n",
        "\n  name: sort\n", "\nparameters: ", "\n  seed: 1\n", "\n  steps: 30\n"}) {
    INFO(text.out << "\nexpected: " << line);
    CHECK(text.out.find(line) != std::string::npos);
  }
  CHECK(text.out.find(" \n") == std::string::npos);
  CHECK(text.out.find('{') == std::string::npos);
  for (const char* name : {"runs/sort", "runs/sort/model.safetensors", "--model runs/sort"}) {
    CHECK(trained_on_sort().run(std::string("info ") + name).out == text.out);
  }
  const auto json = nlohmann::json::parse(trained_on_sort().run("info --json").out);
  CHECK(json.at("config").at("hidden") == 8);
  CHECK(json.at("task").at("name") == "sort");
  CHECK(json.at("source_symbols").size() == 10);
  CHECK(json.at("scores").at("examples") == 2000);
  CHECK(json.at("parameters").get<int>() > 1000);
}

TEST_CASE("attnviz info: symbols can be told apart") {
  Model model = small_model();
  std::vector<std::string> words = model.source.symbols();
  words[0] = "one";
  words[1] = "two three";
  words[2] = "\"quoted\"";
  words[3] = "ca\u200bt";
  model.source = Vocabulary(words);
  const WorkFolder folder;
  folder.write("m", write_model(model));
  const std::string text = folder.run("info m").out;
  CHECK(text.find("\nsource_symbols: one \"two three\" \"\\\"quoted\\\"\" ca\\u200bt e f g h ") !=
        std::string::npos);
  CHECK(text.find("\ntarget_symbols: abcdefghijklmnopqrstuvwxyz\n") != std::string::npos);
}

TEST_CASE("attnviz info: files that are no model") {
  const WorkFolder folder;
  std::filesystem::create_directory(folder.work() / "empty");
  const std::vector<std::pair<std::string, std::string>> files{
      {std::string("PK\3\4 and so on, for a while"), "this is a zip archive"},
      {std::string("\x80\2}q\1X and so on, for a while"), "this is a Python pickle"},
      {"GGUF and so on, for a while", "this is a GGUF file"},
      {"\x89PNG\r\n\x1a\n and so on, for a while", "this is a PNG picture"},
      {R"({"format":"attnviz-attention","version":1})", "this is JSON"},
      {"", "expected a safetensors model, got 0 bytes"},
      {"\1", "expected a safetensors model, got 1 bytes"},
      {std::string(8, '\0'), "got 8 bytes"},
      {std::string(8, '\0') + "{}", "header length: expected 2..67108864 bytes, got 0"},
      {std::string(8, '\xff') + "{}", "header length"},
      {model_with({{"format", "pt"}}), "not a model of attnviz"},
      {model_with({{"format", "attnviz-model"}, {"version", "2"}}), "a newer attnviz may read it"},
      {model_with({{"format", "attnviz-model"}, {"version", "0"}}),
       "version: expected 1, got \"0\"\n"},
      {model_with({{"format", "attnviz-model"}, {"version", "1"}}), "config is missing"},
  };
  for (const auto& [bytes, message] : files) {
    folder.write("file", bytes);
    const auto result = folder.run("info file");
    check_refused(result, 3, message);
    CHECK(result.err.starts_with("attnviz: error: file: "));
  }
  check_refused(folder.run("info nowhere"), 3, "nowhere: cannot read: No such file or directory");
  check_refused(folder.run("info empty"), 3, "empty/model.safetensors: cannot read");
  check_refused(folder.run("info \"$(printf 'a\\033[31m\\nb')\""), 3,
                "a\\x1b[31m\\nb: cannot read");
}

// Brackets within a text, then more of them than a stack could hold; the same key in other words.
TEST_CASE("attnviz info: an entry that is no proper JSON is text") {
  const WorkFolder folder;
  Model model = small_model();
  const std::string deep = "[\"" + std::string(100'000, ']') + "\"," + std::string(100'000, '[') +
                           std::string(100'000, ']') + ']';
  model.metadata["training"] = deep;
  model.metadata["notes"] = R"({"a":1,"\u0061":2})";
  folder.write("model", write_model(model));
  const auto json = nlohmann::json::parse(folder.run("info --json model").out);
  CHECK(json.at("training") == deep);
  CHECK(json.at("notes") == model.metadata["notes"]);
  const auto text = folder.run("info model");
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("\ntraining: [\"]]]]") != std::string::npos);
}

TEST_CASE("attnviz info: a model cut short or changed is refused at every place") {
  const std::string whole = trained_on_sort().read("runs/sort/model.safetensors");
  const WorkFolder folder;
  for (std::size_t i = 0; i < 12; ++i) {
    const std::size_t at = i * (whole.size() - 1) / 11;
    INFO("byte " << at);
    folder.write("model", whole.substr(0, at));
    check_refused(folder.run("info model"), 3, "model: ");
  }
  // the numbers have checksums; a changed letter of the metadata may go unnoticed
  std::size_t header = 0;
  for (std::size_t i = 8; i-- > 0;) header = header * 256 + static_cast<unsigned char>(whole[i]);
  for (const std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{8}, header + 8,
                               (header + whole.size()) / 2, whole.size() - 1}) {
    INFO("byte " << at);
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    folder.write("model", changed);
    check_refused(folder.run("info model"), 3, "model: ");
  }
  folder.write("model", whole + "x");
  check_refused(folder.run("info model"), 3, "model: ");
}
