// The options of `attnviz render` that lay weights over a picture.
#pragma once

#include <string>

#include "cli/options.h"
#include "cli/render/figure.h"

namespace attnviz {

struct OverOptions {
  std::string photo;  // "" for none
  std::string grid;   // "14x14"
  bool unsmoothed = false;
};

/// `options` must outlive the program.
void add_over_options(const Command& command, OverOptions& options);

/// A picture for each row of the maps, named by its label, over the photo that is now the figure's.
/// Throws UsageError for a grid that is none or has not as many places as there are columns; as
/// decode_photo does.
Pictures lay_over_photo(const OverOptions& options, const Pictures& pictures,
                        FigureOptions& figure);

}  // namespace attnviz
