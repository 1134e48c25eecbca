// The options of `attnviz render` for the look of a picture.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/look.h"
#include "cli/options.h"
#include "render/figure/scale.h"

namespace attnviz {

struct LookFlags {
  std::string colormap;  // "" for viridis
  std::string scale;     // "" for fixed
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
  std::string gold_file;  // in place of the gold of the maps
  bool mark_argmax = false;
  bool difference = false;    // the colours and the scale of a difference
  bool attributions = false;  // some of the maps are: colours and scale of all are theirs

  /// The look of a figure of these maps. Throws UsageError for numbers that cannot be written so,
  /// and for a scale that is none.
  Look resolve(const std::vector<AttentionMap>& maps) const;
  /// Whether rows are drawn as shares of their sums: attributions, unless a scale was asked for.
  bool shows_shares() const;
  /// Whether the scale reaches from the least to the greatest weight, as far as these can be drawn.
  bool fits_scale() const;
  /// The picture's note on its colours: what they show where that is not 0 to 1, what lies outside,
  /// and how many cells are masked. "" where there is nothing to say.
  std::string scale_note(const Look& look, const Outside& outside) const;

 private:
  Scale resolve_scale(const std::vector<AttentionMap>& maps) const;
};

/// Returns the options, but not --title. `flags` must outlive the program.
std::vector<Option> add_look_options(const Command& command, LookFlags& flags);

}  // namespace attnviz
