#include "formats/array_choice.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "attnviz/error.h"
#include "base/natural_order.h"
#include "base/number.h"
#include "formats/array_maps.h"
#include "formats/attention_io.h"
#include "formats/map_kind.h"

namespace attnviz {
namespace {

// Names under which programs store the labels of a side, or of both.
constexpr std::string_view column_names[] = {"source", "src", "source_tokens", "src_tokens",
                                             "columns"};
constexpr std::string_view row_names[] = {"target",     "tgt",        "trg", "target_tokens",
                                          "tgt_tokens", "trg_tokens", "rows"};
constexpr std::string_view both_names[] = {"tokens", "labels", "words"};
constexpr std::string_view other_names[] = {"gold", "expected", "copied", "kind", "facts"};

bool is_beside_weights(const std::string& name) {
  const auto is_in = [&](const auto& names) {
    return std::ranges::find(names, name) != std::end(names);
  };
  return is_in(column_names) || is_in(row_names) || is_in(both_names) || is_in(other_names);
}

/// "a, b, c"; not all of very many.
std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t max = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), max); ++i) {
    text += (i > 0 ? ", " : "") + printable(names[i]);
  }
  return text + (names.size() > max ? ", ..." : "");
}

std::vector<std::string> choose_arrays(const ArrayFile& arrays, ChosenMaps& maps) {
  const std::string& wanted = maps.options().array.array;
  if (arrays.names.empty()) throw InputError(arrays.file + ": expected an array, got none");
  if (!wanted.empty() && arrays.has(wanted)) return {wanted};
  std::vector<std::string> candidates;
  for (const std::string& name : arrays.names) {
    if (!is_beside_weights(name)) candidates.push_back(name);
  }
  if (wanted == "all" && !candidates.empty()) {
    std::ranges::sort(candidates, is_before_naturally);
    return candidates;
  }
  if (!wanted.empty()) {
    throw SettingError("array", fmt::format("expected {}, the arrays in {}, got \"{}\"",
                                            list(arrays.names), arrays.file, printable(wanted)));
  }
  if (candidates.size() == 1) return candidates;
  if (!arrays.has("weights")) {
    std::vector<std::string> matrices = candidates;
    constexpr std::size_t max_read = 12;  // to see which of them are matrices
    std::erase_if(matrices, [&](const std::string& name) {
      if (candidates.size() > max_read) return false;
      const NpyArray array = arrays.read(name);
      return is_text(array) || array.shape.size() < 2;
    });
    if (matrices.size() == 1) return matrices;
    throw SettingError("array", fmt::format("needed for {}, which holds {}; all takes those of one "
                                            "shape as a further axis",
                                            arrays.file, list(arrays.names)));
  }
  maps.note(fmt::format("the array weights is taken, 1 of {}", list(candidates)), "array");
  return {"weights"};
}

/// "(2, 3) of <f4": what the arrays of a stack have in common.
std::string layout_text(const NpyArray& array) {
  const std::size_t size = array.kind == 'U' ? array.item_size / 4 : array.item_size;
  return fmt::format("{} of {}{}{}{}", npy_shape_text(array.shape), array.big_endian ? '>' : '<',
                     array.kind, size, array.fortran_order ? " in Fortran order" : "");
}

/// One array of several of the same shape and type. Its items are stored in `bytes`.
NpyArray stack(const ArrayFile& arrays, const std::vector<std::string>& names, std::string& bytes) {
  NpyArray all = arrays.read(names.front());
  if (names.size() == 1) return all;
  bytes = all.items;
  for (std::size_t i = 1; i < names.size(); ++i) {
    const std::string& name = names[i];
    const NpyArray each = arrays.read(name);
    if (each.shape != all.shape || each.kind != all.kind || each.item_size != all.item_size ||
        each.big_endian != all.big_endian || each.fortran_order || all.fortran_order) {
      throw SettingError(
          "array",
          fmt::format("all: expected arrays of one shape and type in C order in {}, got {} "
                      "for {} and {} for {}",
                      arrays.file, layout_text(all), printable(names.front()), layout_text(each),
                      printable(name)));
    }
    bytes += each.items;
  }
  all.shape.insert(all.shape.begin(), names.size());
  all.items = bytes;
  return all;
}

/// Of maps whose array has that shape.
GoldAlignment read_gold(const ArrayFile& arrays, const std::vector<std::size_t>& shape) {
  const NpyArray marks = arrays.read("gold");
  const std::string place = arrays.place_of("gold");
  if (marks.shape.size() != 2 || is_text(marks) || shape.size() < 2 ||
      !std::equal(marks.shape.begin(), marks.shape.end(), shape.end() - 2)) {
    throw InputError(place + ": expected the shape of the weights, got another");
  }
  check_weight_shape(marks.shape[0], std::max<std::size_t>(marks.shape[1], 1), place);
  const std::vector<std::size_t> strides = npy_strides(marks);
  GoldAlignment gold(marks.shape[0]);
  for (std::size_t r = 0; r < marks.shape[0]; ++r) {
    for (std::size_t c = 0; c < marks.shape[1]; ++c) {
      if (npy_number(marks, r * strides[0] + c * strides[1]) == 0.0F) continue;
      gold[r].push_back(static_cast<int>(c));
    }
  }
  return gold;
}

std::map<std::string, std::string> read_facts(const ArrayFile& arrays) {
  const std::string place = arrays.place_of("facts");
  const NpyArray rows = arrays.read("facts");
  if (rows.shape.size() != 2 || rows.shape[1] != 2 || rows.fortran_order) {
    throw InputError(place + ": expected rows of key and value");
  }
  if (rows.shape[0] > max_attention_facts) {
    throw LimitError(
        fmt::format("{}: expected at most {}, got {}", place, max_attention_facts, rows.shape[0]));
  }
  std::map<std::string, std::string> facts;
  const std::vector<std::string> texts = npy_texts(rows, place, 2 * max_attention_facts);
  for (std::size_t i = 0; i < texts.size(); i += 2) {
    if (facts.emplace(texts[i], texts[i + 1]).second) continue;
    throw InputError(fmt::format("{}: the key \"{}\" occurs twice", place, printable(texts[i])));
  }
  return facts;
}

std::vector<float> read_copied(const ArrayFile& arrays) {
  const NpyArray array = arrays.read("copied");
  const std::string place = arrays.place_of("copied");
  if (array.shape.size() != 1 || is_text(array)) {
    throw InputError(place + ": expected a list of numbers");
  }
  if (array.shape[0] > max_attention_labels) refuse_label_count(place);
  std::vector<float> copied(array.shape[0]);
  for (std::size_t i = 0; i < copied.size(); ++i) {
    copied[i] = npy_number(array, i);
    if (copied[i] >= 0 && copied[i] <= 1) continue;
    throw InputError(
        fmt::format("{}: expected numbers in 0..1, got {}", place, format_shortest(copied[i])));
  }
  return copied;
}

MapKind read_kind(const ArrayFile& arrays) {
  const std::vector<std::string> names = arrays.texts("kind");
  const auto kind = names.size() == 1 ? map_kind_from(names.front()) : std::nullopt;
  if (kind) return *kind;
  throw InputError(fmt::format("{}: expected {}, got {}", arrays.place_of("kind"),
                               expected_map_kinds, list(names)));
}

/// What stands beside the weights.
AttentionMap read_rest(const ArrayFile& arrays, const std::vector<std::size_t>& shape) {
  AttentionMap map;
  const auto read_labels = [&](const auto& names, std::vector<std::string>& labels) {
    for (const std::string_view name : names) {
      if (labels.empty() && arrays.has(name)) labels = arrays.texts(std::string(name));
    }
  };
  read_labels(column_names, map.source);
  read_labels(row_names, map.target);
  if (map.source.empty() && map.target.empty()) {
    std::vector<std::string> labels;
    read_labels(both_names, labels);
    // Of both sides, unless a single axis is of that size, and is one of them.
    const bool is_one = std::ranges::count(shape, labels.size()) == 1;
    const bool is_rows = is_one && shape.size() > 1 && labels.size() == shape[shape.size() - 2];
    const bool is_columns = is_one && labels.size() == shape.back();
    if (!is_columns) map.target = labels;
    if (!is_rows) map.source = std::move(labels);
  }
  if (arrays.has("gold")) map.gold = read_gold(arrays, shape);
  if (arrays.has("expected")) map.expected = arrays.texts("expected");
  if (arrays.has("copied")) map.copied = read_copied(arrays);
  if (arrays.has("kind")) map.kind = read_kind(arrays);
  if (arrays.has("facts")) map.metadata = read_facts(arrays);
  return map;
}

/// Labels that are given as the name of an array.
void find_given_labels(const ArrayFile& arrays, ChosenMaps& maps) {
  GivenLabels labels = maps.options().labels;
  for (std::vector<std::string>* side : {&labels.rows, &labels.columns}) {
    if (side->size() == 1 && arrays.has(side->front())) *side = arrays.texts(side->front());
  }
  maps.replace_labels(labels);
}

}  // namespace

bool ArrayFile::has(std::string_view name) const {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> ArrayFile::texts(const std::string& name) const {
  return npy_texts(read(name), place_of(name), max_attention_labels);
}

std::string ArrayFile::place_of(const std::string& array) const {
  return fmt::format("{}: {}", file, printable(array));
}

void add_array_file(const ArrayFile& file, ChosenMaps& maps) {
  ArrayFile arrays = file;
  std::map<std::string, NpyArray> known_arrays;  // reading one may mean to extract it
  arrays.read = [&](const std::string& name) {
    const auto found = known_arrays.find(name);
    return found != known_arrays.end() ? found->second
                                       : known_arrays.emplace(name, file.read(name)).first->second;
  };
  const std::vector<std::string> names = choose_arrays(arrays, maps);
  const std::string place = names.size() == 1 ? arrays.place_of(names.front()) : arrays.file;
  find_given_labels(arrays, maps);
  std::string bytes;
  const NpyArray array = stack(arrays, names, bytes);
  const bool is_main = names.size() > 1 || names.front() == "weights" || !arrays.has("weights");
  AttentionMap known = is_main ? read_rest(arrays, array.shape) : AttentionMap{};
  if (maps.next()) add_array_maps(array, place, std::move(known), Orientation::unknown, maps);
}

}  // namespace attnviz
