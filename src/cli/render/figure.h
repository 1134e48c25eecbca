// From attention maps to the bytes of a picture.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "cli/render/look_options.h"
#include "render/figure/curve.h"
#include "render/figure/overlay.h"
#include "render/figure/panel.h"
#include "render/figure/terminal.h"

namespace attnviz {

/// A map to draw, and its texts.
struct Picture {
  AttentionMap map;
  std::string title;
  std::string source;      // the file it comes from
  std::string checksum;    // of a model
  std::string name;        // of a map among those of its file; "" for the only one
  std::string trace = {};  // for a page, see PageMap; "" for none
};

/// The pictures of a figure.
struct Pictures {
  std::vector<Picture> each;
  std::vector<std::string> row_names;  // of the grid they form, see AttentionMaps
  std::vector<std::string> column_names;
};

/// A picture under the weights.
struct OverPhoto {
  Canvas photo;
  Overlay overlay;
  std::string note;  // for the caption
};

struct FigureOptions {
  LookFlags look;
  std::optional<OverPhoto> over;
  std::vector<std::string> fonts;  // files, for characters that the embedded face lacks
  std::string format = "png";      // or "svg"
  int columns = 0;                 // panels side by side; 0 chooses
  bool name_sources = false;       // above each panel, even where it has a title
  bool quiet = false;              // no notes
};

struct Figure {
  std::string file;
  int width = 0;  // in pixels
  int height = 0;
  std::vector<std::string> fonts;  // files found in folders that were read
};

/// What all figures of maps need.
struct Drawing {
  std::vector<AttentionMap> maps;  // as drawn
  Look look;
  std::string note;  // on the scale

  /// Warns of weights outside the scale.
  Drawing(const std::vector<Picture>& pictures, const FigureOptions& options);
};

/// Draws a single map alone, several as panels of a sheet. What had to be left out is noted on
/// standard error, and a warning tells of weights outside the scale.
Figure draw_figure(const Pictures& pictures, const FigureOptions& options);

/// Text for a terminal: the maps one below the other.
std::string draw_text(const Pictures& pictures, const FigureOptions& options,
                      TerminalOptions terminal);

/// Notes what the layout of a map had to leave out.
void tell_omissions(bool quiet, const PanelLayout& layout);

/// A line chart as "png" or "svg".
Figure draw_chart(const std::vector<CurvePanel>& panels, const CurveOptions& options,
                  const std::string& format);

/// What is written below a picture: what was done to the map, and its scores.
std::string caption_of(const Picture& picture, const LookFlags& look);

/// The last row on top.
void turn_upwards(AttentionMap& map);

/// The first map minus the second. Throws UsageError when they have not the same shape and inputs.
Picture subtract(const Picture& first, const Picture& second);

}  // namespace attnviz
