// The options of `attnviz render` for the look of a picture.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/look.h"
#include "cli/options.h"

namespace attnviz {

struct LookFlags {
  std::string colormap = "viridis";
  std::string scale = "fixed";
  std::string theme = "light";
  std::string annotate;  // ".2f", or "true" for the default; "" for no numbers
  std::optional<std::string> title;
  std::optional<std::string> row_title;
  std::optional<std::string> column_title;
  int cell = 0;
  int font_size = 0;
  int dpi = 0;
  bool grid_lines = false;
  bool gold = false;
  bool mark_argmax = false;
  bool difference = false;  // the colours and the scale of a difference

  /// The look of a figure of these maps. Throws UsageError for numbers that cannot be written so.
  Look resolve(const std::vector<AttentionMap>& maps) const;
  /// The picture's note on its colours: "" for the fixed scale.
  std::string scale_note(const Look& look) const;
};

/// Returns the options, but not --title. `flags` must outlive the program.
std::vector<Option> add_look_options(const Command& command, LookFlags& flags);

}  // namespace attnviz
