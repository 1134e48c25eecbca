#include "train/run_record.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "formats/json.h"
#include "infer/model_text.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// What identifies the data of a run. For pairs that is their checksum and how they are read, but
/// not where.
Json identity_of(const TrainingData& data) {
  const auto metadata = data.metadata();
  if (const auto task = metadata.find("task"); task != metadata.end()) {
    return Json::parse(task->second);
  }
  Json identity = Json::object();
  const auto pairs = metadata.find("data");
  if (pairs == metadata.end()) return identity;
  const Json all = Json::parse(pairs->second);
  for (const char* key :
       {"checksum", "pairs", "source", "target", "min_count", "max_vocabulary", "max_length"}) {
    if (all.contains(key)) identity[key] = all[key];
  }
  return identity;
}

std::string bytes_of(const Seq2SeqWeights& weights) {
  std::string bytes;
  Seq2SeqWeights::visit(
      [&](std::string_view, const auto& tensor) {
        bytes.append(reinterpret_cast<const char*>(tensor.data()),
                     static_cast<std::size_t>(tensor.size()) * sizeof(Scalar));
      },
      weights);
  return bytes;
}

/// Up to `most` bytes from the start of a regular file, "" if there is none.
std::string head(const std::string& path, std::size_t most) {
  std::error_code unknown;
  if (!fs::is_regular_file(path, unknown)) return "";
  const std::uintmax_t size = fs::file_size(path, unknown);
  if (unknown) return "";
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::min<std::uintmax_t>(size, most), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

constexpr std::size_t max_lines = std::size_t{1} << 32U;
constexpr std::size_t max_head = std::size_t{1} << 26U;  // as of the headers of model files

/// The JSON at the start of a safetensors file, after its length in eight bytes.
std::string header(const std::string& path) {
  constexpr std::size_t width = 8;
  const std::string length = head(path, width);
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < length.size(); ++i) {
    size |= std::uint64_t{static_cast<unsigned char>(length[i])} << (8 * i);
  }
  if (length.size() < width || size > max_head) return "";
  const std::string all = head(path, width + static_cast<std::size_t>(size));
  return all.size() < width ? "" : all.substr(width);
}

std::string first_line(const std::string& path) {
  constexpr std::size_t longest = std::size_t{1} << 20U;
  const std::string text = head(path, longest);
  return text.substr(0, text.find('\n'));
}

/// The run that a piece of JSON names, "" if it names none.
std::string run_in(const Json& json) {
  const bool names_run = json.is_object() && json.contains(run_key) && json[run_key].is_string();
  return names_run ? json[run_key].get<std::string>() : "";
}

Json lenient(const std::string& text) {
  return Json::parse(text, nullptr, false);
}

/// The metadata of a map.
Json facts(const Json& map) {
  return map.is_object() ? map.value("facts", Json()) : Json();
}

}  // namespace

std::string run_name(const TrainingData& data, const Recipe& recipe, std::uint64_t seed,
                     const std::optional<InitialWeights>& initial) {
  const Json identity = identity_of(data);
  Json all{{"data", identity}, {"recipe", Json::parse(to_json(recipe))}, {"seed", seed}};
  if (initial) all["initial"] = fnv1a_hex(bytes_of(initial->weights));
  return fmt::format("{}-{}-{}", identity.value("name", "pairs"), seed,
                     fnv1a_hex(all.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

bool are_scores(const std::string& text) {
  const Json json = lenient(text);
  const auto is_number = [&](const char* key) {
    return json.contains(key) && json[key].is_number();
  };
  if (!json.is_object() || !json.contains("offsets")) return false;
  const bool has_gold = !json["offsets"].empty();
  return is_number("examples") && is_number("exact_match") && is_number("token_accuracy") &&
         (!has_gold || (is_number("gold_mass") && is_number("hit_rate")));
}

std::string training_json(const TrainingPosition& position) {
  Json json{{"seed", position.seed}, {"steps", position.best_step}, {"gold_alignment_used", false}};
  if (!position.init_from.empty()) json["init_from"] = position.init_from;
  return json.dump();
}

std::string config_json(const TrainingData& data, const Recipe& recipe, std::uint64_t seed,
                        const std::string& program, const std::string& name) {
  Json json{{"program", program}};
  if (!name.empty()) json[run_key] = name;
  for (const auto& [key, entry] : data.metadata()) {
    if (key != source_counts_key) json[key] = Json::parse(entry);  // as long as the vocabulary
  }
  json["seed"] = seed;
  json["recipe"] = Json::parse(to_json(recipe));
  return json.dump(2) + '\n';
}

std::string metrics_line(const Progress& progress, const std::string& name) {
  Json line;
  if (!name.empty()) line[run_key] = name;
  line["step"] = progress.step;
  line["loss"] = progress.loss;
  line["learning_rate"] = progress.rate;
  line["validation_loss"] = progress.validation.loss;
  line.update(Json::parse(to_json(progress.validation)));
  line["new_best"] = progress.new_best;
  return line.dump();
}

std::uint64_t cut_lines(const std::string& path, std::uint64_t size, int step,
                        const std::function<void(const std::string&)>& note) {
  const std::string name = fs::path(path).filename();
  std::error_code unknown;  // then read_file() reports why, instead of taking it for missing
  std::string text;
  if (fs::exists(path, unknown) || unknown) text = read_file(path, max_lines);
  if (text.size() < size) {
    note(fmt::format("{} lacks lines from before step {}", name, step + 1));
    size = text.rfind('\n') + 1;  // 0 if there is none
  }
  const std::string_view late = std::string_view(text).substr(size);
  if (!late.empty() && late.back() != '\n') note(name + ": cut a torn last line");
  if (const auto lines = std::count(late.begin(), late.end(), '\n'); lines > 0) {
    note(fmt::format("{}: cut {} line{} later than the last save", name, lines,
                     lines == 1 ? "" : "s"));
  }
  write_file(path, std::string_view(text).substr(0, size));
  return size;
}

std::string mixed_runs(const RunFolder& folder) {
  const auto in_model = [](const std::string& path) {
    const Json json = lenient(header(path));
    return json.is_object() ? run_in(json.value("__metadata__", Json())) : "";
  };
  const std::pair<const char*, std::string> names[] = {
      {"last.safetensors", in_model(folder.last())},
      {"model.safetensors", in_model(folder.model())},
      {"config.json", run_in(lenient(head(folder.config(), max_head)))},
      {"metrics.jsonl", run_in(lenient(first_line(folder.metrics())))},
      {"maps.jsonl", run_in(facts(lenient(first_line(folder.maps()))))}};
  const std::pair<const char*, std::string>* first = nullptr;
  std::string others;
  for (const auto& named : names) {
    if (named.second.empty()) continue;
    if (first == nullptr) first = &named;
    if (named.second == first->second) continue;
    others += fmt::format(", {} of {}", named.first, printable(named.second));
  }
  if (others.empty()) return "";
  return fmt::format("{} is of the run {}{}", first->first, printable(first->second), others);
}

}  // namespace attnviz
