#include "model/checkpoint.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <type_traits>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "formats/json.h"
#include "formats/strict_json.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* format = "attnviz-model";
constexpr const char* version = "1";
constexpr std::size_t max_file = std::size_t{1} << 31U;
constexpr int max_size = 1 << 20;  // of any one dimension

// Keys of the file that do not come from the model's metadata.
constexpr const char* own_keys[] = {"format",         "version",  "config",   "source_symbols",
                                    "target_symbols", "checksum", "checksums"};

template <typename Tensor>
std::vector<std::int64_t> shape_of(const TensorSpec& spec, const Tensor& tensor) {
  if constexpr (std::remove_const_t<Tensor>::IsVectorAtCompileTime) {
    return {tensor.size()};
  } else {
    if (spec.is_embedding()) return {tensor.cols(), tensor.rows()};
    return {tensor.rows(), tensor.cols()};
  }
}

/// Calls f(element, place in the file) for every element of a tensor.
template <typename Tensor, typename F>
void for_each_place(const TensorSpec& spec, Tensor& tensor, F&& f) {
  const bool by_column = spec.is_embedding();
  constexpr Index together = 16;  // columns: their elements stay in the cache from row to row
  for (Index first = 0; first < tensor.cols(); first += together) {
    const Index last = std::min(first + together, tensor.cols());
    for (Index r = 0; r < tensor.rows(); ++r) {
      for (Index c = first; c < last; ++c) {
        const Index place = by_column ? c * tensor.rows() + r : r * tensor.cols() + c;
        f(tensor(r, c), static_cast<std::size_t>(place));
      }
    }
  }
}

std::string text_of(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t size : shape) text += fmt::format("{}{}", text.empty() ? "" : "x", size);
  return text;
}

Json to_json(const ModelConfig& config) {
  Json json = {{"embedding", config.embedding},
               {"hidden", config.hidden},
               {"decoder_hidden", config.decoder_hidden},
               {"attention_units", config.attention_units},
               {"readout_units", config.readout_units},
               {"query", to_string(config.query)},
               {"attention", to_string(config.attention)},
               {"coverage", config.coverage}};
  // Later settings are absent where they are off: other models keep their bytes.
  if (config.hard) json["hard"] = true;
  if (config.cell != Cell::gru) json["cell"] = to_string(config.cell);
  if (config.copy) json["copy"] = true;
  return json;
}

const std::string& text_entry(const TensorFile& file, const std::string& key,
                              const std::string& name) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) throw InputError(name + ": metadata: " + key + " is missing");
  return found->second;
}

/// The JSON in a metadata entry.
Json entry(const TensorFile& file, const std::string& key, const std::string& name) {
  return parse_strict_json<Json>(text_entry(file, key, name), name + ": metadata: " + key);
}

int read_size(const Json& config, const char* key, int least, const std::string& name) {
  const auto found = config.find(key);
  if (found == config.end() || !found->is_number_unsigned() ||
      found->get<std::uint64_t>() > static_cast<std::uint64_t>(max_size) ||
      found->get<int>() < least) {
    throw InputError(
        fmt::format("{}: config: {}: expected an integer in {}..{}", name, key, least, max_size));
  }
  return found->get<int>();
}

ModelConfig read_config(const Json& json, const std::string& name) {
  if (!json.is_object()) throw InputError(name + ": config: expected an object");
  ModelConfig config;
  config.embedding = read_size(json, "embedding", 1, name);
  config.hidden = read_size(json, "hidden", 1, name);
  config.decoder_hidden = read_size(json, "decoder_hidden", 1, name);
  config.attention_units = read_size(json, "attention_units", 1, name);
  config.readout_units = read_size(json, "readout_units", 0, name);
  const Json query = json.value("query", Json());
  const auto known = query.is_string() ? query_from(query.get<std::string>()) : std::nullopt;
  if (!known) {
    throw InputError(name + ": config: query: expected \"previous\" or \"current\", got " +
                     printable(query.dump()));
  }
  config.query = *known;
  const Json attention = json.value("attention", Json("additive"));
  const auto form =
      attention.is_string() ? attention_from(attention.get<std::string>()) : std::nullopt;
  if (!form) {
    throw InputError(name + ": config: attention: expected a form of attention, got " +
                     printable(attention.dump()));
  }
  config.attention = *form;
  const Json coverage = json.value("coverage", Json(false));  // files of before there was any
  if (!coverage.is_boolean() || (coverage.get<bool>() && *form != Attention::additive)) {
    throw InputError(name +
                     ": config: coverage: expected false, or true with the additive form, got " +
                     printable(coverage.dump()));
  }
  config.coverage = coverage.get<bool>();
  const Json hard = json.value("hard", Json(false));  // the same
  const bool can_be = is_learned(*form) && config.query == Query::current;
  if (!hard.is_boolean() || (hard.get<bool>() && !can_be)) {
    throw InputError(name +
                     ": config: hard: expected false, or true with a form that has scores and the "
                     "current query, got " +
                     printable(hard.dump()));
  }
  config.hard = hard.get<bool>();
  const Json cell = json.value("cell", Json("gru"));
  const auto known_cell = cell.is_string() ? cell_from(cell.get<std::string>()) : std::nullopt;
  if (!known_cell) {
    throw InputError(name + ": config: cell: expected \"gru\" or \"lstm\", got " +
                     printable(cell.dump()));
  }
  config.cell = *known_cell;
  const Json copy = json.value("copy", Json(false));
  if (!copy.is_boolean() || (copy.get<bool>() && (*form == Attention::none || config.hard))) {
    throw InputError(name + ": config: copy: expected false, or true with soft attention, got " +
                     printable(copy.dump()));
  }
  config.copy = copy.get<bool>();
  return config;
}

Vocabulary read_vocabulary(const TensorFile& file, const std::string& key,
                           const std::string& name) {
  const auto symbols = parse_json_texts(text_entry(file, key, name), name + ": metadata: " + key);
  if (!symbols) throw InputError(name + ": " + key + ": expected a list of strings");
  try {
    return Vocabulary(*symbols);
  } catch (const InputError& error) {
    throw InputError(name + ": " + key + ": " + error.what());
  }
}

}  // namespace

void append_tensors(const Seq2SeqWeights& weights, const std::string& prefix,
                    std::vector<NamedTensor>& tensors) {
  Seq2SeqWeights::table(
      ModelConfig{.cell = weights.cell},
      [&](const TensorSpec& spec, const auto& tensor) {
        if (tensor.size() == 0) return;  // not part of this form of attention
        NamedTensor& out = tensors.emplace_back();
        out.name = prefix + std::string(spec.name);
        out.shape = shape_of(spec, tensor);
        out.values.resize(static_cast<std::size_t>(tensor.size()));
        for_each_place(spec, tensor, [&](Scalar value, std::size_t place) {
          out.values[place] = static_cast<float>(value);
        });
      },
      weights);
}

void extract_tensors(const std::vector<NamedTensor>& tensors, const std::string& prefix,
                     const ModelConfig& config, const std::string& file, Seq2SeqWeights& weights) {
  const auto find = [&](const std::string& tensor) -> const NamedTensor& {
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const NamedTensor& t) { return t.name == tensor; });
    if (found == tensors.end()) throw InputError(file + ": " + tensor + " is missing");
    return *found;
  };
  std::uint64_t available = 0;
  for (const NamedTensor& tensor : tensors) available += tensor.values.size();
  if (count_parameters(config) > available) {  // before anything is allocated by the config's sizes
    throw InputError(fmt::format("{}: config: asks for {} numbers, the file holds {}", file,
                                 count_parameters(config), available));
  }
  weights.resize(config);
  Seq2SeqWeights::table(
      config,
      [&](const TensorSpec& spec, auto& tensor) {
        if (tensor.size() == 0) return;
        const NamedTensor& found = find(prefix + std::string(spec.name));
        const auto expected = shape_of(spec, tensor);
        if (found.shape != expected) {
          throw InputError(file + ": " + found.name + " is " + text_of(found.shape) +
                           ", expected " + text_of(expected));
        }
        for_each_place(spec, tensor, [&](Scalar& value, std::size_t place) {
          value = static_cast<Scalar>(found.values[place]);
        });
      },
      weights);
}

std::map<std::string, std::string> describe(const Model& model) {
  std::map<std::string, std::string> metadata = model.metadata;
  metadata["format"] = format;
  metadata["version"] = version;
  metadata["config"] = to_json(model.config).dump();
  metadata["source_symbols"] = Json(model.source.symbols()).dump();
  metadata["target_symbols"] = Json(model.target.symbols()).dump();
  return metadata;
}

std::string write_model(const Model& model) {
  TensorFile file{describe(model), {}};
  append_tensors(model.weights, "", file.tensors);
  return write_safetensors(file);
}

Model read_description(const TensorFile& file, const std::string& name) {
  const auto value = [&](const char* key) {
    const auto found = file.metadata.find(key);
    return found == file.metadata.end() ? std::string() : found->second;
  };
  if (value("format") != format) {
    throw InputError(name + ": a safetensors file, but not a model of attnviz (metadata: format)");
  }
  if (value("version") != version) {
    const auto got = parse_integer<std::uint64_t>(value("version"));
    throw InputError(fmt::format("{}: version: expected {}, got \"{}\"{}", name, version,
                                 printable(value("version")),
                                 got && *got > 1 ? "; a newer attnviz may read it" : ""));
  }
  Model model{read_config(entry(file, "config", name), name),
              read_vocabulary(file, "source_symbols", name),
              read_vocabulary(file, "target_symbols", name),
              {},
              file.metadata,
              has_checksums(file),
              name};
  if (model.config.copy && file.metadata.contains("task")) {
    throw InputError(name + ": config: copy: expected false in a model of a task, got true");
  }
  for (const char* key : own_keys) model.metadata.erase(key);
  model.config.source_vocabulary = model.source.size();
  model.config.target_vocabulary = model.target.size();
  return model;
}

Model read_model(std::string_view bytes, const std::string& name) {
  const TensorFile file = read_safetensors(bytes, name);
  if (file.metadata.contains("state")) {
    throw InputError(name +
                     ": expected a model, got the state of a run; name the run's folder, or " +
                     "its model.safetensors");
  }
  Model model = read_description(file, name);
  extract_tensors(file.tensors, "", model.config, name, model.weights);

  for (const NamedTensor& tensor : file.tensors) {
    bool expected = false;
    Seq2SeqWeights::visit(
        [&](std::string_view known, const auto& weight) {
          expected = expected || (known == tensor.name && weight.size() > 0);
        },
        model.weights);
    if (!expected) throw InputError(name + ": " + printable(tensor.name) + " does not belong here");
  }
  return model;
}

Model load_model(const std::string& path) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  const std::string file =
      folder ? (std::filesystem::path(path) / "model.safetensors").string() : path;
  const std::string name = printable(file, no_limit);
  const auto check_start = [&](std::string_view start) { check_safetensors_start(start, name); };
  return read_model(read_file(file, max_file, check_start), name);
}

}  // namespace attnviz
