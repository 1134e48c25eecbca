// Attention maps as one HTML file that needs nothing else: no network, no library.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/look.h"

namespace attnviz {

/// The weights of all maps of a page, at most: more makes browsers slow.
inline constexpr std::size_t max_page_weights = std::size_t{1} << 18U;

/// A map of a page.
struct PageMap {
  AttentionMap map;
  std::string title;    // "" for none
  std::string caption;  // "" for none
  Colormap colormap = Colormap::viridis;
  Scale scale;
  std::string unit;             // what the numbers of the scale are; "" for weights
  std::vector<std::string> at;  // its value on each axis of the page
  /// How each output was computed, a JSON array (see infer/trace.h): for the view "The sum", whose
  /// rows must be those of the map. "" for none.
  std::string trace;
};

/// What all maps of a page share.
struct PageOptions {
  std::string program;            // what wrote the page
  std::string theme;              // "light" or "dark"; "" as the reader's system is set
  std::vector<std::string> axes;  // what tells maps apart, as "input" or "step": a selector each
  std::string row_title = "output";
  std::string column_title = "input";
  std::optional<NumberStyle> numbers;  // written into the cells
  bool mark_largest = false;           // of each row
  bool upwards = false;                // the first row is the last output
};

/// The bytes of the file: the same arguments always give the same ones. Weights have five
/// significant digits. Labels and texts may hold anything; they are shown as in pictures. Throws
/// UsageError when a map has no row or no column, its weights are not rows x columns or it has not
/// a value for each axis, OutputError for an infinite weight, LimitError above max_page_weights.
std::string write_page(const std::vector<PageMap>& maps, const PageOptions& options = {});

}  // namespace attnviz
