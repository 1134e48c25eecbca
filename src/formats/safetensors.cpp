#include "formats/safetensors.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "attnviz/error.h"
#include "base/hash.h"
#include "formats/file_kind.h"
#include "formats/strict_json.h"

namespace attnviz {
namespace {

using Json = FloatJson;

static_assert(std::endian::native == std::endian::little,
              "numbers are copied to and from the file as they are in memory");

constexpr std::size_t prefix = 8;                // bytes of the header's length
constexpr std::uint64_t max_header = 1U << 26U;  // vocabularies are in the metadata
constexpr std::size_t max_tensors = 4096;
constexpr const char* metadata_key = "__metadata__";
constexpr const char* checksum_key = "checksum";    // of the metadata
constexpr const char* checksums_key = "checksums";  // of the tensors, by name

std::string_view bytes_of(const NamedTensor& tensor) {
  return {reinterpret_cast<const char*>(tensor.values.data()),
          tensor.values.size() * sizeof(float)};
}

/// The kind of another file, by its first bytes.
std::string kind_of(std::string_view bytes) {
  const std::string_view kind = file_kind(bytes);
  if (bytes.empty() || kind.empty() || kind == "a safetensors model") return "";
  return fmt::format(" (this is {})", kind);
}

std::uint64_t header_length(std::string_view bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), prefix);
  return length;
}

Json read_header(std::string_view bytes, const std::string& name) {
  check_safetensors_start(bytes, name);
  const std::uint64_t length = header_length(bytes);
  if (length > bytes.size() - prefix) {
    throw InputError(fmt::format(
        "{}: cut short: header length: expected at most the {} bytes that follow, got {}", name,
        bytes.size() - prefix, length));
  }
  const std::string_view text = bytes.substr(prefix, length);
  if (const auto end = text.find_last_not_of(' '); text[end] != '}') {
    throw InputError(
        fmt::format("{}: header: expected an object padded with spaces, got \"{}\" at byte {}",
                    name, printable(text.substr(end, 1)), prefix + end));
  }
  Json header = parse_strict_json<Json>(text, name + ": header");
  if (header.size() > max_tensors + 1) {
    throw LimitError(
        fmt::format("{}: expected at most {} tensors, got {}", name, max_tensors, header.size()));
  }
  return header;
}

std::map<std::string, std::string> read_metadata(const Json& header, const std::string& name) {
  std::map<std::string, std::string> metadata;
  const auto found = header.find(metadata_key);
  if (found == header.end()) return metadata;
  if (!found->is_object()) throw InputError(name + ": __metadata__: expected an object");
  for (const auto& [key, value] : found->items()) {
    if (!value.is_string()) {
      throw InputError(
          fmt::format("{}: __metadata__: {}: expected a string", name, printable(key)));
    }
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

/// A list of non-negative integers.
std::vector<std::uint64_t> read_sizes(const Json& entry, const char* key,
                                      const std::string& place) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array()) {
    throw InputError(fmt::format("{}: {}: expected a list of sizes", place, key));
  }
  std::vector<std::uint64_t> sizes;
  for (const Json& size : *found) {
    if (!size.is_number_unsigned()) {
      throw InputError(fmt::format("{}: {}: expected sizes", place, key));
    }
    sizes.push_back(size.get<std::uint64_t>());
  }
  return sizes;
}

struct Dtype {
  std::string_view name;
  char kind;  // as in NpyArray
  std::size_t size;
};

constexpr Dtype dtypes[] = {{"F32", 'f', 4}, {"F16", 'f', 2}, {"BF16", 'V', 2}, {"F64", 'f', 8},
                            {"I8", 'i', 1},  {"I16", 'i', 2}, {"I32", 'i', 4},  {"I64", 'i', 8},
                            {"U8", 'u', 1},  {"U16", 'u', 2}, {"U32", 'u', 4},  {"U64", 'u', 8},
                            {"BOOL", 'b', 1}};

struct Entry {
  std::string name;
  const Dtype* dtype = nullptr;
  std::vector<std::size_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

const Dtype& find_dtype(const Json& entry, bool only_f32, const std::string& place) {
  for (const Dtype& dtype : dtypes) {
    if (entry["dtype"] == dtype.name) return dtype;
    if (only_f32) break;  // the first
  }
  throw InputError(fmt::format("{}: dtype: expected {}, got {}", place,
                               only_f32 ? "F32" : "F16 to F64, BF16, integers or BOOL",
                               printable(entry["dtype"].dump())));
}

Entry read_entry(const std::string& tensor, const Json& entry, std::uint64_t available,
                 bool only_f32, const std::string& file) {
  const std::string place = fmt::format("{}: {}", file, printable(tensor));
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype")) {
    throw InputError(place + ": expected dtype, shape and data_offsets");
  }
  const Dtype& dtype = find_dtype(entry, only_f32, place);
  const auto shape = read_sizes(entry, "shape", place);
  const auto offsets = read_sizes(entry, "data_offsets", place);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > available) {
    throw InputError(fmt::format(
        "{}: data_offsets: expected a range within the {} bytes of data; is the file cut short?",
        place, available));
  }
  Entry result{tensor, &dtype, {}, offsets[0], offsets[1]};
  constexpr std::uint64_t max_size = std::numeric_limits<std::int64_t>::max();
  std::uint64_t count = 1;
  for (const std::uint64_t size : shape) {
    const bool fits = size == 0 || (size <= max_size && count <= available / size);
    if (!fits) throw InputError(place + ": shape: larger than the file");
    count *= size;
    result.shape.push_back(size);
  }
  if (offsets[1] - offsets[0] != count * dtype.size) {
    throw InputError(fmt::format("{}: expected {} bytes for its shape, got {}", place,
                                 count * dtype.size, offsets[1] - offsets[0]));
  }
  return result;
}

/// All tensors in the order of their data, which must follow each other without a hole.
std::vector<Entry> read_entries(const Json& header, std::uint64_t available, bool only_f32,
                                const std::string& name) {
  std::vector<Entry> entries;
  for (const auto& [tensor, entry] : header.items()) {
    if (tensor != metadata_key) {
      entries.push_back(read_entry(tensor, entry, available, only_f32, name));
    }
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.begin < b.begin; });
  std::uint64_t end = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != end) {
      throw InputError(fmt::format("{}: {}: data_offsets: expected to start at {}, got {}", name,
                                   printable(entry.name), end, entry.begin));
    }
    end = entry.end;
  }
  if (end != available) {
    throw InputError(
        fmt::format("{}: expected the file to end after the last tensor, got {} more bytes", name,
                    available - end));
  }
  return entries;
}

NamedTensor read_values(std::string_view part, const std::string& file, const Entry& entry) {
  NamedTensor tensor{entry.name, {entry.shape.begin(), entry.shape.end()}, {}};
  tensor.values.resize(part.size() / sizeof(float));
  if (!part.empty()) std::memcpy(tensor.values.data(), part.data(), part.size());
  const auto& values = tensor.values;
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
  if (bad != values.end()) {
    throw InputError(fmt::format("{}: {}: number {} is not finite", file, printable(entry.name),
                                 bad - values.begin()));
  }
  return tensor;
}

/// Of all metadata but itself.
std::string metadata_checksum(const std::map<std::string, std::string>& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata) {
    if (key != checksum_key) text += key + '\n' + value + '\n';
  }
  return fnv1a_hex(text);
}

/// Both kinds of checksum, or none: a single one means that the other was removed.
void check_checksums(const TensorFile& file, const std::string& name) {
  const auto own = file.metadata.find(checksum_key);
  const auto listed = file.metadata.find(checksums_key);
  const auto none = file.metadata.end();
  if (own == none && listed == none) return;  // from another program
  if (own == none || listed == none) {
    throw InputError(fmt::format("{}: __metadata__: {} is missing", name,
                                 own == none ? checksum_key : checksums_key));
  }
  if (own->second != metadata_checksum(file.metadata)) {
    throw InputError(name + ": __metadata__: the text does not match its checksum");
  }
  const std::string place = name + ": __metadata__: checksums";
  const Json checksums = parse_strict_json<Json>(listed->second, place);
  if (!checksums.is_object()) throw InputError(place + ": expected an object");
  for (const NamedTensor& tensor : file.tensors) {
    const auto expected = checksums.find(tensor.name);
    if (expected == checksums.end()) {
      throw InputError(fmt::format("{}: {} is missing", place, printable(tensor.name)));
    }
    if (*expected != fnv1a_hex(bytes_of(tensor))) {
      throw InputError(fmt::format("{}: {}: the numbers do not match their checksum", name,
                                   printable(tensor.name)));
    }
  }
}

}  // namespace

void check_safetensors_start(std::string_view start, const std::string& name) {
  const auto refuse = [&](const std::string& what) {
    throw InputError(
        fmt::format("{}: expected a safetensors model{}{}", name, kind_of(start), what));
  };
  if (start.size() <= prefix) refuse(fmt::format(", got {} bytes", start.size()));
  const std::uint64_t length = header_length(start);
  if (start[prefix] != '{') refuse(fmt::format(": header: expected {{ at byte {}", prefix));
  constexpr std::uint64_t longest_file = std::uint64_t{1} << 40U;  // more is no length
  if (length < 2 || length > longest_file) {
    refuse(fmt::format(": header length: expected 2..{} bytes, got {}", max_header, length));
  }
  if (length <= max_header) return;
  throw LimitError(fmt::format("{}: header length: expected at most {} bytes, got {}", name,
                               max_header, length));
}

bool has_checksums(const TensorFile& file) {
  return file.metadata.contains(checksums_key);
}

std::string write_safetensors(const TensorFile& file) {
  Json checksums = Json::object();
  Json header = Json::object();
  std::uint64_t offset = 0;
  for (const NamedTensor& tensor : file.tensors) {
    const std::string_view bytes = bytes_of(tensor);
    checksums[tensor.name] = fnv1a_hex(bytes);
    header[tensor.name] = {{"dtype", "F32"},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + bytes.size()}}};
    offset += bytes.size();
  }
  std::map<std::string, std::string> metadata = file.metadata;
  metadata[checksums_key] = checksums.dump();
  metadata[checksum_key] = metadata_checksum(metadata);
  header[metadata_key] = metadata;

  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // the numbers start at a multiple of eight bytes
  const auto length = static_cast<std::uint64_t>(text.size());
  if (length > max_header) {
    throw LimitError(
        fmt::format("the model's vocabularies: expected a header of at most {} bytes, got {}",
                    max_header, length));
  }
  std::string bytes(reinterpret_cast<const char*>(&length), prefix);
  bytes.reserve(prefix + text.size() + offset);
  bytes += text;
  for (const NamedTensor& tensor : file.tensors) bytes += bytes_of(tensor);
  return bytes;
}

TensorFile read_safetensors(std::string_view bytes, const std::string& name) {
  const Json header = read_header(bytes, name);
  const std::string_view data = bytes.substr(prefix + header_length(bytes));

  TensorFile file;
  file.metadata = read_metadata(header, name);
  for (const Entry& entry : read_entries(header, data.size(), true, name)) {
    file.tensors.push_back(
        read_values(data.substr(entry.begin, entry.end - entry.begin), name, entry));
  }
  check_checksums(file, name);
  return file;
}

std::vector<std::pair<std::string, NpyArray>> read_safetensors_arrays(std::string_view bytes,
                                                                      const std::string& name) {
  const Json header = read_header(bytes, name);
  const std::string_view data = bytes.substr(prefix + header_length(bytes));
  std::vector<std::pair<std::string, NpyArray>> arrays;
  for (Entry& entry : read_entries(header, data.size(), false, name)) {
    NpyArray array;
    array.kind = entry.dtype->kind;
    array.item_size = entry.dtype->size;
    array.shape = std::move(entry.shape);
    array.items = data.substr(entry.begin, entry.end - entry.begin);
    arrays.emplace_back(std::move(entry.name), std::move(array));
  }
  return arrays;
}

}  // namespace attnviz
