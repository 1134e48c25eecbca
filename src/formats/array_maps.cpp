#include "formats/array_maps.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "attnviz/error.h"
#include "formats/array_index.h"
#include "formats/attention_io.h"
#include "formats/map_kind.h"
#include "formats/rollout.h"

namespace attnviz {
namespace {

/// The items at all places of the axes that are averaged, from `first` on.
std::vector<std::size_t> averaged_items(const std::vector<LeadingAxis>& axes, std::size_t first,
                                        const std::string& place) {
  constexpr std::size_t max_items = std::size_t{1} << 16U;
  std::vector<std::size_t> items = {first};
  for (const LeadingAxis& axis : axes) {
    if (!axis.is_mean) continue;
    if (axis.end - axis.first > max_items / items.size()) {
      throw LimitError(
          fmt::format("{}: expected at most {} maps in a mean, got more", place, max_items));
    }
    std::vector<std::size_t> more;
    for (const std::size_t item : items) {
      for (std::size_t i = axis.first; i < axis.end; ++i) more.push_back(item + i * axis.stride);
    }
    items = std::move(more);
  }
  return items;
}

class MapBuilder {
 public:
  MapBuilder(const NpyArray& array, const ArraySelection& selection, AttentionMap known,
             const std::string& place, ChosenMaps& maps)
      : array_(&array),
        selection_(&selection),
        place_(&place),
        maps_(&maps),
        blank_(std::move(known)) {
    const std::vector<std::size_t> strides = npy_strides(array);
    const std::size_t rows = array.shape[selection.row_axis];
    const std::size_t columns = array.shape[selection.column_axis];
    check_weight_shape(rows, columns, place);
    row_stride_ = strides[selection.row_axis];
    column_stride_ = strides[selection.column_axis];
    set_labels(rows, "row", blank_.target);
    set_labels(columns, "column", blank_.source);
    check_beside(rows, columns);
  }

  /// The map at one place of every axis that varies.
  AttentionMap build(const std::vector<std::size_t>& places) {
    AttentionMap map = blank_;
    map.weights = weights(places, false);
    return map;
  }
  /// The last one: labels take ten times the memory of weights.
  AttentionMap build_last(std::vector<float> weights) {
    blank_.weights = std::move(weights);
    return std::move(blank_);
  }

  /// The weights of that map. Those of a layer are not seen by ChosenMaps::add: masked cells are
  /// NaN, and all others finite.
  std::vector<float> weights(const std::vector<std::size_t>& places, bool is_layer) {
    std::size_t first = 0;
    for (std::size_t i = 0; i < places.size(); ++i)
      first += places[i] * selection_->leading[i].stride;
    std::vector<Item> items;
    for (const std::size_t item : averaged_items(selection_->leading, first, *place_)) {
      items.push_back({item, {}});
    }
    if (items.size() > 1 || is_layer) std::ranges::for_each(items, [&](Item& item) { scan(item); });
    std::vector<float> weights;
    weights.reserve(blank_.rows() * blank_.columns());
    for (std::size_t r = 0; r < blank_.rows(); ++r) {
      for (std::size_t c = 0; c < blank_.columns(); ++c) weights.push_back(mean(items, r, c));
    }
    return weights;
  }

 private:
  /// A map of the array.
  struct Item {
    std::size_t first;
    MaskScan masks;
  };

  float at(const Item& item, std::size_t r, std::size_t c) const {
    return npy_number(*array_, item.first + r * row_stride_ + c * column_stride_);
  }

  /// Before anything is computed of it.
  void scan(Item& item) {
    for (std::size_t r = 0; r < blank_.rows(); ++r) {
      for (std::size_t c = 0; c < blank_.columns(); ++c) {
        const float weight = at(item, r, c);
        if (std::isinf(weight) && weight > 0) refuse_infinite(*place_, r, c, weight);
        if (blank_.kind == MapKind::attention) item.masks.see(weight);
      }
    }
    maps_->count_masked(item.masks.masks());
  }

  void set_labels(std::size_t count, const char* side, std::vector<std::string>& labels) const {
    if (labels.empty()) labels = position_labels(count);
    if (labels.size() == count) return;
    throw InputError(fmt::format("{}: expected {} labels, one a {}, got {}", *place_, count, side,
                                 labels.size()));
  }

  void check_beside(std::size_t rows, std::size_t columns) const {
    const auto is_inside = [&](const std::vector<int>& row) {
      return row.empty() || static_cast<std::size_t>(row.back()) < columns;
    };
    if (!blank_.gold.empty() &&
        (blank_.gold.size() != rows || !std::ranges::all_of(blank_.gold, is_inside))) {
      throw InputError(fmt::format("{}: expected gold of {} x {}, the shape of the weights",
                                   *place_, rows, columns));
    }
    if (!blank_.copied.empty() && blank_.copied.size() != rows) {
      throw InputError(fmt::format("{}: expected {} numbers in copied, got {}", *place_, rows,
                                   blank_.copied.size()));
    }
    if (!blank_.expected.empty() && blank_.expected.size() != rows) {
      throw InputError(fmt::format("{}: expected {} texts in expected, got {}", *place_, rows,
                                   blank_.expected.size()));
    }
  }

  /// Masked where all are.
  float mean(const std::vector<Item>& items, std::size_t r, std::size_t c) const {
    double sum = 0;
    std::size_t count = 0;
    for (const Item& item : items) {
      const float weight = at(item, r, c);
      if (is_masked(weight) || item.masks.is_mask(weight)) continue;
      sum += weight;
      ++count;
    }
    return count == 0 ? std::nanf("") : static_cast<float>(sum / static_cast<double>(count));
  }

  const NpyArray* array_;
  const ArraySelection* selection_;
  const std::string* place_;
  ChosenMaps* maps_;
  std::size_t row_stride_ = 0;
  std::size_t column_stride_ = 0;
  AttentionMap blank_;
};

std::string mean_name(const LeadingAxis& axis) {
  const std::size_t count = axis.end - axis.first;
  const bool has_plural = axis.word == "layer" || axis.word == "head";
  return has_plural ? fmt::format("mean of {} {}s", count, axis.word)
                    : fmt::format("{} mean of {}", axis.word, count);
}

std::string name_of(const std::vector<LeadingAxis>& axes, const std::vector<std::size_t>& places) {
  std::string name;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].size == 1) continue;
    name += name.empty() ? "" : ", ";
    name += axes[i].is_mean ? mean_name(axes[i]) : axes[i].name(places[i]);
  }
  return name;
}

/// The next places of the axes that vary, the last of them first; false after the last.
bool step(const std::vector<LeadingAxis>& axes, std::vector<std::size_t>& places) {
  for (std::size_t i = axes.size(); i-- > 0;) {
    if (axes[i].is_mean) continue;
    if (++places[i] < axes[i].end) return true;
    places[i] = axes[i].first;
  }
  return false;
}

std::vector<std::size_t> first_places(const std::vector<LeadingAxis>& axes) {
  std::vector<std::size_t> places;
  for (const LeadingAxis& axis : axes) places.push_back(axis.is_mean ? 0 : axis.first);
  return places;
}

/// Layers and heads, or two other axes, where there are several of one of them.
void set_grid(const std::vector<LeadingAxis>& axes, ChosenMaps& maps) {
  std::vector<std::vector<std::string>> names;
  bool varies = false;
  for (const LeadingAxis& axis : axes) {
    const bool is_one = axis.is_single || axis.is_mean;
    if (axis.size == 1 || (is_one && axis.word != "layer" && axis.word != "head")) continue;
    varies = varies || axis.varies();
    names.emplace_back();
    if (axis.is_mean) names.back().push_back(mean_name(axis));
    for (std::size_t i = axis.first; i < axis.end && !axis.is_mean; ++i) {
      names.back().push_back(axis.name(i));
    }
  }
  if (varies && names.size() == 2) maps.set_grid(names[0], names[1]);
}

/// Whether the first few lines of an axis are distributions.
bool is_distribution(const NpyArray& array, std::size_t axis) {
  constexpr std::size_t lines = 4;  // on every other axis
  const std::vector<std::size_t> strides = npy_strides(array);
  std::vector<std::size_t> places(array.shape.size(), 0);
  while (true) {
    double sum = 0;
    std::size_t item = 0;
    for (std::size_t i = 0; i < places.size(); ++i) item += places[i] * strides[i];
    for (std::size_t i = 0; i < array.shape[axis]; ++i) {
      const float value = npy_number(array, item + i * strides[axis]);
      if (value < 0) return false;
      if (!is_masked(value)) sum += value;
    }
    if (!sums_to_one(sum)) return false;
    std::size_t i = places.size();
    while (i-- > 0) {
      if (i != axis && ++places[i] < std::min(array.shape[i], lines)) break;
      places[i] = 0;
    }
    if (i == static_cast<std::size_t>(-1)) return true;
  }
}

/// Names the axis that holds the inputs if it is not the last.
void note_other_axis(const NpyArray& array, ChosenMaps& maps) {
  const std::size_t axes = array.shape.size();
  if (axes < 3 || is_distribution(array, axes - 1)) return;
  for (std::size_t axis = 0; axis + 1 < axes; ++axis) {
    if (array.shape[axis] < 2 || !is_distribution(array, axis)) continue;
    std::string example;
    const std::size_t rows = axis == 0 ? 1 : axis - 1;
    for (std::size_t i = 0; i < axes; ++i) {
      example += fmt::format("{}{}", i == 0 ? "" : ",", i == axis ? "k" : i == rows ? "q" : "0");
    }
    maps.note(fmt::format("axis {} of shape {} sums to one, not the last: if it is that of the "
                          "inputs, call it k and that of the outputs q, as in {}",
                          axis, npy_shape_text(array.shape), example),
              "axes");
    return;
  }
}

/// Throws where the weights of a layer do not say how much flows.
void check_layer(const std::vector<float>& weights, std::size_t n, const std::string& place) {
  const auto found = std::ranges::find_if(weights, [](float weight) { return weight < 0; });
  if (found == weights.end()) return;
  const auto i = static_cast<std::size_t>(found - weights.begin());
  throw SettingError("combine",
                     fmt::format("expected weights of 0 or more for a rollout, got {} in "
                                 "row {}, column {} of a layer of {}",
                                 *found, i / n + 1, i % n + 1, place));
}

void add_rollout(const NpyArray& array, const ArraySelection& selection, AttentionMap known,
                 const std::string& place, Orientation orientation, ChosenMaps& maps) {
  const std::size_t n = array.shape[selection.row_axis];
  const std::size_t columns = array.shape[selection.column_axis];
  if (n != columns) {
    throw SettingError("combine", fmt::format("expected maps of one sequence over itself, got {} x "
                                              "{} in {}",
                                              n, columns, place));
  }
  std::size_t layers = 1;
  std::string means;
  for (const LeadingAxis& axis : selection.leading) {
    if (axis.is_mean) {
      means += ", " + mean_name(axis);
    } else {
      layers *= axis.end - axis.first;
    }
  }
  Rollout product(layers, n, place);
  MapBuilder builder(array, selection, std::move(known), place, maps);
  std::vector<std::size_t> places = first_places(selection.leading);
  do {
    const std::vector<float> layer = builder.weights(places, true);
    check_layer(layer, n, place);
    product.add(layer);
  } while (step(selection.leading, places));
  maps.add(builder.build_last(product.weights()), orientation,
           fmt::format("rollout of {} layer{}{}", layers, layers == 1 ? "" : "s", means));
}

/// The heads are averaged, unless one is chosen.
void average_heads(ArraySelection& selection) {
  std::vector<LeadingAxis*> axes;
  for (LeadingAxis& axis : selection.leading) {
    if (axis.size > 1) axes.push_back(&axis);
  }
  if (axes.size() > 2) {
    throw SettingError(
        "combine",
        fmt::format("expected axes of layers and heads before the rows, got {}", axes.size()));
  }
  if (axes.size() == 2 && !axes[1]->is_single) axes[1]->is_mean = true;
}

}  // namespace

void add_array_maps(const NpyArray& array, const std::string& place, AttentionMap known,
                    Orientation orientation, ChosenMaps& maps) {
  const ArrayChoice& choice = maps.options().array;
  const MapKind kind = known.kind;
  if (std::ranges::find(choice.index, "") != choice.index.end()) {
    throw SettingError("index", "expected places with commas between them, got nothing");
  }
  if (choice.rollout && kind == MapKind::attribution) {
    throw SettingError("combine", "expected attention for a rollout, got attribution in " + place);
  }
  std::vector<std::string> index = choice.index;  // "" for the first map
  if (index.empty()) index.emplace_back(choice.rollout ? "all" : "");
  for (const std::string& text : index) {
    ArraySelection selection = select(array, text, place);
    if (choice.rollout) average_heads(selection);
    AttentionMap beside = &text == &index.back() ? std::move(known) : known;
    if (choice.rollout) {
      add_rollout(array, selection, std::move(beside), place, orientation, maps);
      continue;
    }
    MapBuilder builder(array, selection, std::move(beside), place, maps);
    std::vector<std::size_t> places = first_places(selection.leading);
    for (bool more = true; more;) {
      const std::vector<std::size_t> now = places;
      more = !text.empty() && step(selection.leading, places);
      maps.add(more ? builder.build(now) : builder.build_last(builder.weights(now, false)),
               orientation, name_of(selection.leading, now));
    }
    if (index.size() == 1) set_grid(selection.leading, maps);
  }
  std::size_t count = 1;
  for (std::size_t i = 0; i + 2 < array.shape.size(); ++i) count *= array.shape[i];
  if (count > 1 && choice.index.empty() && !choice.rollout) {
    maps.note(fmt::format("map 1 of {}, of shape {}, is taken", count, npy_shape_text(array.shape)),
              "index");
  }
  const bool has_axes_named =
      !choice.index.empty() && choice.index.front().find('k') != std::string::npos;
  if (!has_axes_named && kind == MapKind::attention) note_other_axis(array, maps);
}

}  // namespace attnviz
