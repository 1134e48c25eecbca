#include <fmt/core.h>

#include <algorithm>

#include "attnviz/error.h"
#include "formats/attention_io.h"
#include "formats/npy.h"
#include "formats/zip.h"

namespace attnviz {
namespace {

constexpr std::size_t max_member = std::size_t{1} << 30U;
constexpr std::string_view ending = ".npy";  // of the members

void check_finite(const AttentionMap& map) {
  for (std::size_t r = 0; r < map.rows(); ++r) {
    for (std::size_t c = 0; c < map.columns(); ++c) check_weight(map, r, c);
  }
}

AttentionMap map_of(NpyMatrix matrix) {
  AttentionMap map;
  map.source = position_labels(matrix.columns);
  map.target = position_labels(matrix.rows);
  map.weights = std::move(matrix.values);
  return map;
}

/// The arrays of an .npz by name.
class Archive {
 public:
  Archive(std::string_view bytes, const std::string& name)
      : name_(name), members_(read_zip(bytes, name)) {}

  bool has(const std::string& array) const { return find(array) != members_.end(); }
  std::string bytes_of(const std::string& array) const {
    return extract(*find(array), max_member, name_);
  }
  std::string place_of(const std::string& array) const {
    return fmt::format("{}: {}", name_, printable(array));
  }

  /// The name of the array that is meant.
  std::string choose(const std::string& array) const {
    if (members_.empty()) throw InputError(name_ + ": expected an array, got none");
    if (!array.empty()) {
      if (has(array)) return array;
      throw SettingError("array", fmt::format("expected {}, the arrays in {}, got \"{}\"", list(),
                                              name_, printable(array)));
    }
    if (has("weights")) return "weights";
    if (members_.size() == 1 && members_[0].name.ends_with(ending)) {
      return members_[0].name.substr(0, members_[0].name.size() - ending.size());
    }
    throw SettingError("array", fmt::format("needed for {}, which holds {}", name_, list()));
  }

  std::vector<std::string> texts(const std::string& array, std::size_t count) const {
    const std::string bytes = bytes_of(array);
    std::vector<std::string> result = npy_texts(read_npy(bytes, place_of(array)), place_of(array));
    if (result.size() == count) return result;
    throw InputError(
        fmt::format("{}: expected {} texts, got {}", place_of(array), count, result.size()));
  }

 private:
  std::vector<ZipMember>::const_iterator find(const std::string& array) const {
    return std::find_if(members_.begin(), members_.end(), [&](const ZipMember& member) {
      return member.name.size() == array.size() + ending.size() && member.name.starts_with(array) &&
             member.name.ends_with(ending);
    });
  }

  /// "a, b, c"; not all of very many.
  std::string list() const {
    constexpr std::size_t max = 12;
    std::string text;
    for (std::size_t i = 0; i < std::min(members_.size(), max); ++i) {
      std::string member = members_[i].name;
      if (member.ends_with(ending)) member.resize(member.size() - ending.size());
      text += (i > 0 ? ", " : "") + printable(member);
    }
    return text + (members_.size() > max ? ", ..." : "");
  }

  const std::string& name_;
  std::vector<ZipMember> members_;
};

GoldAlignment gold_of(const NpyMatrix& marks) {
  GoldAlignment gold(marks.rows);
  for (std::size_t i = 0; i < marks.values.size(); ++i) {
    if (marks.values[i] != 0.0F) {
      gold[i / marks.columns].push_back(static_cast<int>(i % marks.columns));
    }
  }
  return gold;
}

/// The members beside the weights in an archive written by attention_to_npz.
void read_rest(const Archive& archive, AttentionMap& map) {
  map.source = archive.texts("source", map.columns());
  map.target = archive.texts("target", map.rows());
  if (archive.has("gold")) {
    const std::string bytes = archive.bytes_of("gold");
    const std::string place = archive.place_of("gold");
    const NpyMatrix marks = npy_matrix(read_npy(bytes, place), {}, place);
    if (marks.rows != map.rows() || marks.columns != map.columns()) {
      throw InputError(place + ": expected the shape of the weights, got another");
    }
    map.gold = gold_of(marks);
  }
  if (archive.has("expected")) map.expected = archive.texts("expected", map.rows());
  if (archive.has("facts")) {
    const std::string bytes = archive.bytes_of("facts");
    const std::string place = archive.place_of("facts");
    const NpyArray rows = read_npy(bytes, place);
    if (rows.shape.size() != 2 || rows.shape[1] != 2 || rows.fortran_order) {
      throw InputError(place + ": expected rows of key and value");
    }
    const std::vector<std::string> texts = npy_texts(rows, place);
    for (std::size_t i = 0; i < texts.size(); i += 2) {
      if (map.metadata.emplace(texts[i], texts[i + 1]).second) continue;
      throw InputError(fmt::format("{}: the key \"{}\" occurs twice", place, printable(texts[i])));
    }
  }
}

}  // namespace

std::string attention_to_npy(const AttentionMap& map) {
  check_finite(map);
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
  if (!map.metadata.empty()) {
    std::vector<std::string> texts;
    for (const auto& [key, value] : map.metadata) texts.insert(texts.end(), {key, value});
    add("facts", npy_of_texts(texts, {map.metadata.size(), 2}));
  }
  return write_zip(members);
}

AttentionMap attention_from_npy(std::string_view bytes, std::string_view name,
                                const ArrayChoice& choice) {
  const std::string file(name);
  if (!choice.array.empty()) {
    throw SettingError("array", "expected an .npz file, which has names, got " + file);
  }
  return map_of(npy_matrix(read_npy(bytes, file), choice.index, file));
}

AttentionMap attention_from_npz(std::string_view bytes, std::string_view name,
                                const ArrayChoice& choice) {
  const std::string file(name);
  const Archive archive(bytes, file);
  const std::string array = archive.choose(choice.array);
  const std::string place = archive.place_of(array);
  const std::string items = archive.bytes_of(array);
  AttentionMap map = map_of(npy_matrix(read_npy(items, place), choice.index, place));
  if (array == "weights" && archive.has("source") && archive.has("target")) {
    read_rest(archive, map);
  }
  return map;
}

}  // namespace attnviz
