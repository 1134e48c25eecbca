// What `attnviz render --film` draws: how the maps of a run that was watched changed.
#pragma once

#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "cli/options.h"
#include "cli/render/figure.h"

namespace attnviz {

struct FilmFlags {
  std::string run;    // "" for none
  std::string strip;  // "true" for the default number of maps; "" for a film
  int fps = 6;

  bool given() const { return !run.empty(); }
};

/// The formats of a film, and of a strip: the default first.
const std::vector<std::string>& film_formats(const FilmFlags& flags);

/// `flags` must outlive the program.
void add_film_options(const Command& command, FilmFlags& flags);

/// The maps that the run kept of an input, by ascending "step" in their metadata; `input` is as in
/// their "input", "" for the first that was watched. Rows are what the model would have said
/// (`target`) beside the right answer (`expected`). Throws InputError for what is no run, a run
/// without maps or with maps that are no film, UsageError for an input that was not watched.
std::vector<AttentionMap> film_maps(const std::string& run, const std::string& input);

/// "reverse: mono -> onom", of the input and its right answer: the title of a film.
std::string film_title(const AttentionMap& map);

/// The maps as a film, .png or .gif. Throws LimitError where all frames together have too many
/// pixels.
Figure draw_film(const std::vector<AttentionMap>& maps, const FilmFlags& flags,
                 const FigureOptions& options);

/// All of the maps, to be shown one after the other in a page.
Pictures frames_of(const std::vector<AttentionMap>& maps, const FilmFlags& flags);

/// Some of the maps, from the first to the last, to be drawn side by side. Throws UsageError for a
/// number of them that is none.
Pictures strip_of(const std::vector<AttentionMap>& maps, const FilmFlags& flags);

}  // namespace attnviz
