#include "formats/attention_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "formats/attention_io.h"
#include "formats/file_kind.h"
#include "formats/safetensors.h"

namespace attnviz {
namespace {

using Bytes = std::string_view;
using Map = const AttentionMap&;

constexpr AttentionFormat formats[] = {
    {.name = "json",
     .description = "JSON",
     .magic = "{",
     .has_array_names = true,
     .has_axes = true,
     .read = read_attention_json,
     .write = [](Map map) { return attention_to_json(map) + '\n'; }},
    {.name = "jsonl",
     .description = "JSON lines",
     .magic = "{",
     .has_array_names = true,
     .has_axes = true,
     .read = read_attention_json_lines,
     .write = [](Map map) { return attention_to_json(map) + '\n'; }},
    {.name = "csv",
     .description = "CSV",
     .read = [](Bytes bytes, ChosenMaps& maps) { read_attention_csv(bytes, ',', maps); },
     .write = [](Map map) { return attention_to_csv(map); }},
    {.name = "tsv",
     .description = "TSV",
     .read = [](Bytes bytes, ChosenMaps& maps) { read_attention_csv(bytes, '\t', maps); },
     .write = [](Map map) { return attention_to_csv(map, '\t'); }},
    {.name = "npy",
     .description = "a NumPy array",
     .magic = "\x93NUMPY",
     .has_array_names = true,
     .has_axes = true,
     .is_large = true,
     .read = read_attention_npy,
     .write = attention_to_npy},
    {.name = "npz",
     .description = "a zip archive of NumPy arrays",
     .magic = "PK",
     .has_array_names = true,
     .has_axes = true,
     .is_large = true,
     .read = read_attention_npz,
     .write = attention_to_npz},
    {.name = "safetensors",
     .description = "safetensors",
     .has_array_names = true,
     .has_axes = true,
     .is_large = true,
     .read = read_attention_safetensors},
    {.name = "marian", .description = "Marian's text", .read = read_attention_marian},
    {.name = "nematus", .description = "Nematus' text", .read = read_attention_nematus},
    {.name = "sockeye", .description = "Sockeye's text", .read = read_attention_sockeye},
    {.name = "fairseq", .description = "fairseq's text", .read = read_attention_fairseq},
    {.name = "opennmt", .description = "OpenNMT-py's text", .read = read_attention_opennmt},
    {.name = "pharaoh", .description = "Pharaoh's links", .read = read_attention_pharaoh},
};

/// Files of other kinds that people have, and how their numbers become one of the formats.
constexpr std::pair<std::string_view, std::string_view> conversions[] = {
    {"pt", "PyTorch's pickle: numpy.savez(\"m.npz\", weights=torch.load(file).numpy())"},
    {"pth", "PyTorch's pickle: numpy.savez(\"m.npz\", weights=torch.load(file).numpy())"},
    {"bin", "PyTorch's pickle: numpy.savez(\"m.npz\", weights=torch.load(file).numpy())"},
    {"pkl", "a Python pickle: numpy.savez(\"m.npz\", weights=pickle.load(file))"},
    {"pickle", "a Python pickle: numpy.savez(\"m.npz\", weights=pickle.load(file))"},
    {"mat",
     "MATLAB's: writematrix(A, \"m.csv\") there, or numpy.savez(\"m.npz\", "
     "weights=scipy.io.loadmat(file)[\"A\"])"},
    {"h5", "HDF5: numpy.savez(\"m.npz\", weights=h5py.File(file)[\"name\"][()])"},
    {"hdf5", "HDF5: numpy.savez(\"m.npz\", weights=h5py.File(file)[\"name\"][()])"},
    {"xlsx", "a workbook: save the sheet as CSV there"},
    {"xls", "a workbook: save the sheet as CSV there"},
    {"ods", "a workbook: save the sheet as CSV there"},
    {"rds", "R's: write.csv(A, \"m.csv\") there"},
};

/// The ending of a path in small letters, without the point.
std::string ending_of(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  if (!ending.empty()) ending.erase(0, 1);
  std::ranges::transform(ending, ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return ending;
}

bool has_own_ending(const AttentionFormat& format) {
  return format.write != nullptr || format.name == "safetensors";
}

[[noreturn]] void refuse_ending(const std::string& path, const std::string& name) {
  for (const auto& [ending, conversion] : conversions) {
    if (ending_of(path) == ending) {
      throw InputError(fmt::format("{}: this is {}", name, conversion));
    }
  }
  std::string endings;
  for (const AttentionFormat& format : formats) {
    if (!has_own_ending(format)) continue;
    const bool is_last = format.name == "safetensors";
    endings += (endings.empty() ? "." : is_last ? " or ." : ", .") + std::string(format.name);
  }
  throw UnknownEndingError(fmt::format("{}: expected a file that ends in {}", name, endings));
}

/// Throws when the first bytes are those of another format.
void check_kind(std::string_view bytes, const AttentionFormat& format, const std::string& name) {
  const std::string_view kind = file_kind(bytes);
  const bool may_be_its_own = (!format.magic.empty() && bytes.starts_with(format.magic)) ||
                              (format.name == "safetensors" && kind == "a safetensors model");
  if (bytes.empty() || kind.empty() || may_be_its_own) return;  // the format's reader refuses these
  throw InputError(fmt::format("{}: expected {}, got {}", name, format.description, kind));
}

void check_options(const AttentionFormat& format, const std::string& name,
                   const ReadOptions& options) {
  const ArrayChoice& choice = options.array;
  if (!choice.array.empty() && !format.has_array_names) {
    throw SettingError("array", "expected a file of arrays, got " + name);
  }
  if (!choice.index.empty() && !format.has_axes) {
    throw SettingError("index", "expected a file of arrays, got " + name);
  }
  if (choice.rollout && !format.has_axes) {
    throw SettingError("combine", "expected a file of arrays, got " + name);
  }
  ChosenMaps(name, options);  // refuses a sentence that is none
}

}  // namespace

const AttentionFormat* attention_format(std::string_view name) {
  const auto* const found = std::ranges::find(formats, name, &AttentionFormat::name);
  return found == std::end(formats) ? nullptr : found;
}

const AttentionFormat* format_by_ending(const std::string& path) {
  const AttentionFormat* format = attention_format(ending_of(path));
  return format != nullptr && has_own_ending(*format) ? format : nullptr;
}

const std::vector<std::string>& attention_format_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const AttentionFormat& format : formats) all.emplace_back(format.name);
    return all;
  }();
  return names;
}

const std::vector<std::string>& written_format_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> written = attention_format_names();
    std::erase_if(written,
                  [](const auto& name) { return attention_format(name)->write == nullptr; });
    return written;
  }();
  return names;
}

AttentionMaps read_attention_maps(const std::string& path, const ReadOptions& options) {
  const bool is_stream = path == "-";
  const std::string name = is_stream ? "standard input" : printable(path, no_limit);
  const AttentionFormat* format = options.format;
  if (format == nullptr) format = is_stream ? attention_format("json") : format_by_ending(path);
  if (format == nullptr) refuse_ending(path, name);
  check_options(*format, name, options);  // before the file is read
  const std::size_t max_file = std::size_t{1} << (format->is_large ? 30U : 28U);
  const auto check_start = [&](std::string_view start) {
    check_kind(start, *format, name);
    // What these readers say of another file, said before all of it is read.
    if (format->magic.size() > 1 && !start.starts_with(format->magic)) {
      attention_from_bytes(start, *format, name, options);
    }
    if (format->name == "safetensors") check_safetensors_start(start, name);
  };
  return attention_from_bytes(read_file(path, max_file, check_start), *format, name, options);
}

AttentionMap read_attention_file(const std::string& path, const ReadOptions& options) {
  AttentionMaps all = read_attention_maps(path, options);
  if (all.maps.size() == 1) return std::move(all.maps.front());
  throw UsageError(fmt::format("{}: expected one map, {} were chosen", printable(path, no_limit),
                               all.maps.size()));
}

AttentionMaps attention_from_bytes(std::string_view bytes, const AttentionFormat& format,
                                   const std::string& name, const ReadOptions& options) {
  check_options(format, name, options);
  check_kind(bytes, format, name);
  ChosenMaps maps(name, options);
  const bool is_text_of_words = format.write == nullptr && !format.has_axes;
  if (is_text_of_words) maps.labels_may_be_sentences();
  format.read(bytes, maps);
  return maps.take();
}

std::string attention_to_bytes(const AttentionMap& map, const AttentionFormat& format) {
  if (format.write != nullptr) return format.write(map);
  throw OutputError(fmt::format("format: expected one that is written, got {}", format.name));
}

}  // namespace attnviz
