#include "formats/array_index.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "attnviz/error.h"
#include "base/split.h"
#include "formats/axis_range.h"

namespace attnviz {
namespace {

/// The parts of "0,:" for the axes of an array: "" where nothing need be said.
using Parts = std::vector<std::string_view>;

class IndexReader {
 public:
  IndexReader(const NpyArray& array, const std::string& place) : array_(&array), place_(&place) {
    if (is_text(array)) {
      throw InputError(place + ": expected an array of numbers, got text");
    }
    if (array.shape.size() < 2) {
      throw InputError(fmt::format("{}: expected an array of two dimensions or more, got shape {}",
                                   place, npy_shape_text(array.shape)));
    }
    if (array.items.empty()) {
      throw InputError(fmt::format("{}: expected at least one row and one column, got shape {}",
                                   place, npy_shape_text(array.shape)));
    }
  }

  ArraySelection read(const std::string& text) const {
    const std::size_t axes = array_->shape.size();
    ArraySelection selection;
    selection.row_axis = axes - 2;
    selection.column_axis = axes - 1;
    Parts parts = text.empty() ? Parts() : split(text, ",");
    const auto rows = std::ranges::find(parts, "q");
    const auto columns = std::ranges::find(parts, "k");
    if ((rows == parts.end()) != (columns == parts.end())) {
      refuse(text, "both q, the axis of the rows, and k, that of the columns, or neither");
    }
    if (rows != parts.end()) {
      if (parts.size() != axes) refuse(text, fmt::format("{} places with q and k", axes));
      selection.row_axis = static_cast<std::size_t>(rows - parts.begin());
      selection.column_axis = static_cast<std::size_t>(columns - parts.begin());
      std::erase_if(parts, [](std::string_view part) { return part == "q" || part == "k"; });
    }
    add_axes(selection);
    choose(text, parts, selection.leading);
    return selection;
  }

 private:
  void add_axes(ArraySelection& selection) const {
    const std::vector<std::size_t> strides = npy_strides(*array_);
    std::vector<std::size_t> several;
    for (std::size_t axis = 0; axis < array_->shape.size(); ++axis) {
      if (axis == selection.row_axis || axis == selection.column_axis) continue;
      const std::size_t size = array_->shape[axis];
      if (size > 1) several.push_back(selection.leading.size());
      selection.leading.push_back({size, strides[axis], fmt::format("axis {}:", axis), 0, 1, true});
    }
    if (several.size() == 1) selection.leading[several[0]].word = "index";
    if (several.size() != 2) return;
    selection.leading[several[0]].word = "layer";
    selection.leading[several[1]].word = "head";
  }

  /// A part for each axis, or for each that has more than one place.
  void choose(const std::string& text, const Parts& parts, std::vector<LeadingAxis>& axes) const {
    if (text.empty()) return;
    const auto several =
        std::ranges::count_if(axes, [](const auto& axis) { return axis.size > 1; });
    const bool takes_all = parts.size() == 1 && parts[0] == "all";
    const bool for_each = parts.size() == axes.size();
    if (!takes_all && !for_each && parts.size() != static_cast<std::size_t>(several)) {
      refuse(text, fmt::format("{} number{}", several, several == 1 ? "" : "s"));
    }
    std::size_t next = 0;
    for (LeadingAxis& axis : axes) {
      if (!for_each && axis.size == 1) continue;
      choose_places(text, takes_all ? ":" : parts[next], next + 1, axis);
      ++next;
    }
  }

  void choose_places(const std::string& text, std::string_view part, std::size_t number,
                     LeadingAxis& axis) const {
    axis.is_mean = part == "mean";
    const auto range = parse_axis_range(axis.is_mean || part == "all" ? ":" : part);
    if (!range) {
      refuse(text, "for each axis a number, a range such as 0:4, a colon for all, or mean");
    }
    const auto size = static_cast<std::ptrdiff_t>(axis.size);
    const auto from_start = [&](std::ptrdiff_t place) { return place < 0 ? place + size : place; };
    const std::ptrdiff_t first = from_start(range->first);
    const std::ptrdiff_t end = range->end ? from_start(*range->end) : size;
    if (first < 0 || end > size || end <= first) {
      refuse(text, fmt::format("a number below {} at place {}", size, number));
    }
    axis.first = static_cast<std::size_t>(first);
    axis.end = static_cast<std::size_t>(end);
    axis.is_single = range->is_single;
  }

  [[noreturn]] void refuse(const std::string& text, const std::string& expected) const {
    throw SettingError("index",
                       fmt::format("expected {} for {} of shape {}, got \"{}\"", expected, *place_,
                                   npy_shape_text(array_->shape), printable(text)));
  }

  const NpyArray* array_;
  const std::string* place_;
};

}  // namespace

std::string LeadingAxis::name(std::size_t place) const {
  return fmt::format("{} {}", word, place);
}

ArraySelection select(const NpyArray& array, const std::string& text, const std::string& place) {
  return IndexReader(array, place).read(text);
}

}  // namespace attnviz
