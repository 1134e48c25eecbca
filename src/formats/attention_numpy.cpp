#include <fmt/core.h>

#include <algorithm>
#include <deque>

#include "attnviz/error.h"
#include "formats/array_choice.h"
#include "formats/array_maps.h"
#include "formats/attention_io.h"
#include "formats/map_kind.h"
#include "formats/npy.h"
#include "formats/safetensors.h"
#include "formats/zip.h"

namespace attnviz {
namespace {

constexpr std::string_view ending = ".npy";  // of the members

void check_weights(const AttentionMap& map) {
  for (std::size_t r = 0; r < map.rows(); ++r) {
    for (std::size_t c = 0; c < map.columns(); ++c) check_weight(map, r, c);
  }
}

}  // namespace

std::string attention_to_npy(const AttentionMap& map) {
  check_weights(map);
  return npy_of_floats(map.weights, {map.rows(), map.columns()});
}

std::string attention_to_npz(const AttentionMap& map) {
  std::vector<std::pair<std::string, std::string>> members;
  const auto add = [&](const char* name, std::string bytes) {
    members.emplace_back(name + std::string(ending), std::move(bytes));
  };
  add("weights", attention_to_npy(map));
  add("source", npy_of_texts(map.source, {map.columns()}));
  add("target", npy_of_texts(map.target, {map.rows()}));
  if (!map.gold.empty()) {
    std::vector<bool> marks(map.weights.size());
    for (std::size_t r = 0; r < map.gold.size(); ++r) {
      for (const int c : map.gold[r]) marks[r * map.columns() + static_cast<std::size_t>(c)] = true;
    }
    add("gold", npy_of_bools(marks, {map.rows(), map.columns()}));
  }
  if (!map.expected.empty()) add("expected", npy_of_texts(map.expected, {map.rows()}));
  if (!map.copied.empty()) add("copied", npy_of_floats(map.copied, {map.rows()}));
  if (map.kind != MapKind::attention) {
    add("kind", npy_of_texts({std::string(to_string(map.kind))}, {1}));
  }
  if (!map.metadata.empty()) {
    std::vector<std::string> texts;
    for (const auto& [key, value] : map.metadata) texts.insert(texts.end(), {key, value});
    add("facts", npy_of_texts(texts, {map.metadata.size(), 2}));
  }
  return write_zip(members);
}

void read_attention_npy(std::string_view bytes, ChosenMaps& maps) {
  if (!maps.options().array.array.empty()) {
    throw SettingError("array", "expected an .npz file, which has names, got " + maps.file());
  }
  if (maps.next()) {
    add_array_maps(read_npy(bytes, maps.file()), maps.file(), {}, Orientation::unknown, maps);
  }
}

void read_attention_npz(std::string_view bytes, ChosenMaps& maps) {
  const std::vector<ZipMember> members = read_zip(bytes, maps.file());
  std::deque<std::string> extracted;
  std::size_t total = 0;
  ArrayFile arrays;
  arrays.file = maps.file();
  for (const ZipMember& member : members) {
    const bool is_array = member.name.ends_with(ending);
    if (!is_array) continue;
    arrays.names.push_back(member.name.substr(0, member.name.size() - ending.size()));
  }
  arrays.read = [&](const std::string& name) {
    const auto member = std::ranges::find(members, name + std::string(ending), &ZipMember::name);
    total += member->size;
    if (total > max_array_bytes) {
      throw LimitError(
          fmt::format("{}: expected at most {} bytes in all arrays that are read, got more",
                      maps.file(), max_array_bytes));
    }
    extracted.push_back(extract(*member, max_array_bytes, maps.file()));
    return read_npy(extracted.back(), arrays.place_of(name));
  };
  if (arrays.names.empty() && !members.empty()) {
    throw InputError(
        fmt::format("{}: expected NumPy's arrays, got {} and no file that ends in .npy",
                    maps.file(), printable(members.front().name)));
  }
  add_array_file(arrays, maps);
}

void read_attention_safetensors(std::string_view bytes, ChosenMaps& maps) {
  const auto tensors = read_safetensors_arrays(bytes, maps.file());
  ArrayFile arrays;
  arrays.file = maps.file();
  for (const auto& [name, tensor] : tensors) arrays.names.push_back(name);
  arrays.read = [&](const std::string& name) {
    return std::ranges::find(tensors, name, &std::pair<std::string, NpyArray>::first)->second;
  };
  add_array_file(arrays, maps);
}

}  // namespace attnviz
