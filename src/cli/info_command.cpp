// `attnviz info`: shows what is in a model file.
#include <algorithm>
#include <memory>

#include "attnviz/error.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "formats/json.h"
#include "formats/strict_json.h"
#include "infer/predict.h"
#include "model/checkpoint.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

struct InfoOptions {
  std::string model;
  bool json = false;
};

/// An entry that holds a table or a list, as such; any other as text.
Json value_of(const std::string& key, const std::string& text) {
  if (!text.starts_with('{') && !text.starts_with('[')) return text;
  try {
    if (const auto texts = parse_json_texts(text, key)) return *texts;
    return parse_strict_json<Json>(text, key);
  } catch (const Error&) {
    return text;
  }
}

/// The metadata, with entries that hold JSON as JSON.
Json describe_as_json(const Model& model) {
  Json result;
  for (const auto& [key, value] : describe(model)) {
    result[key] = value_of(key, value);
  }
  result["parameters"] = count_parameters(model.config);
  return result;
}

/// Symbols one after the other if each is one code point; otherwise with spaces between them, those
/// with spaces or quotes of their own in quotes.
std::string symbols_text(const std::vector<std::string>& symbols) {
  const auto is_single = [](const std::string& s) {
    return first_code_point(s).length == s.size();
  };
  const bool single = std::ranges::all_of(symbols, is_single);
  std::string text;
  for (const std::string& symbol : symbols) {
    if (!single && !text.empty()) text += ' ';
    const bool needs_quotes = !single && symbol.find_first_of(" \"") != std::string::npos;
    text += show_invisible(needs_quotes ? Json(symbol).dump() : symbol);
  }
  return printable(text);
}

std::string value_text(const Json& value) {
  if (value.is_string()) return printable(value.get<std::string>());
  const bool symbols = value.is_array() && std::all_of(value.begin(), value.end(),
                                                       [](const Json& s) { return s.is_string(); });
  return symbols ? symbols_text(value.get<std::vector<std::string>>()) : printable(value.dump());
}

/// One line per value; only --json shows tables within tables.
std::string to_text(const Json& description) {
  std::string text;
  for (const auto& [key, value] : description.items()) {
    text += printable(key) + ':';
    if (!value.is_object()) text += ' ' + value_text(value);
    text += '\n';
    if (!value.is_object()) continue;
    for (const auto& [name, entry] : value.items()) {
      if (!entry.is_structured()) text += "  " + printable(name) + ": " + value_text(entry) + '\n';
    }
  }
  return text;
}

void run_info(const InfoOptions& options) {
  Inputs inputs;
  inputs.add_model("--model", options.model);
  inputs.refuse_output("standard output", "-");
  const Model model = open_model(options.model);
  // Any answer will do: weights that give none are refused here as well.
  static_cast<void>(predict(model, std::vector<std::vector<std::string>>(1)));
  const Json description = describe_as_json(model);
  print(options.json ? description.dump() + "\n" : to_text(description));
}

}  // namespace

void add_info(Program& program) {
  const auto options = std::make_shared<InfoOptions>();
  const Command command = program.add("info", "show what is in a model file",
                                      {"attnviz info", "attnviz info runs/dates --json"});
  add_model_option(command, "model,--model", options->model);
  command.flag("--json", options->json, "print JSON, with all tables");
  command.run([options] { run_info(*options); });
}

}  // namespace attnviz
