#include "render/page/page.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "cli/output.h"
#include "cli/render/page.h"
#include "cli/version.h"
#include "render/figure/scale.h"

namespace attnviz {
namespace {

/// What tells a picture from others: names of axes and its values on them.
using Facts = std::vector<std::pair<std::string, std::string>>;

std::string input_text(const AttentionMap& map) {
  std::vector<std::string> symbols = map.source;
  if (symbols.size() > 1 && symbols.back() == end_label) symbols.pop_back();
  const bool words = std::ranges::any_of(
      symbols, [](const std::string& symbol) { return code_points(symbol).size() > 1; });
  return join(symbols, words ? " " : "");
}

/// "layer 0, head 3" is a value on the axes "layer" and "head".
void add_named(const std::string& name, Facts& facts) {
  for (const std::string_view part : split(name, ", ")) {
    const std::size_t space = std::min(part.find(' '), part.size());
    const std::string_view value = part.substr(std::min(space + 1, part.size()));
    if (!parse_integer<std::size_t>(value)) continue;
    if (part.substr(0, space) != "sentence") facts.emplace_back(part.substr(0, space), value);
  }
}

Facts facts_of(const Picture& picture) {
  Facts facts;
  facts.emplace_back(picture.checksum.empty() ? "file" : "model", picture.source);
  facts.emplace_back("input", input_text(picture.map));
  add_named(picture.name, facts);
  for (const char* name : {"method", "step"}) {
    const auto found = picture.map.metadata.find(name);
    if (found != picture.map.metadata.end()) facts.emplace_back(name, found->second);
  }
  return facts;
}

/// The axes on which pictures differ, and the value of each picture on each: "" where it has none.
struct Axes {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> values;  // a row a picture

  explicit Axes(const std::vector<Picture>& pictures) : values(pictures.size()) {
    std::vector<Facts> all;
    for (const Picture& picture : pictures) all.push_back(facts_of(picture));
    for (const Facts& facts : all) {
      for (const auto& [name, value] : facts) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
      }
    }
    std::erase_if(names, [&](const std::string& name) { return !add_axis(name, all); });
    const std::set<std::vector<std::string>> different(values.begin(), values.end());
    if (different.size() == values.size()) return;
    // Pictures that are alike could not be chosen: they are numbered.
    names.emplace_back("map");
    for (std::size_t i = 0; i < values.size(); ++i) values[i].push_back(fmt::format("{}", i + 1));
  }

 private:
  bool add_axis(const std::string& name, const std::vector<Facts>& all) {
    std::vector<std::string> axis;
    for (const Facts& facts : all) {
      const auto found = std::ranges::find(facts, name, &Facts::value_type::first);
      axis.push_back(found == facts.end() ? "" : found->second);
    }
    if (std::set<std::string>(axis.begin(), axis.end()).size() < 2) return false;
    for (std::size_t i = 0; i < axis.size(); ++i) values[i].push_back(std::move(axis[i]));
    return true;
  }
};

std::string method_of(const Picture& picture) {
  const auto found = picture.map.metadata.find("method");
  return found == picture.map.metadata.end() ? "" : found->second;
}

/// The looks of maps by their kind and method: what another method measures has another scale.
class Looks {
 public:
  Looks(const std::vector<Picture>& pictures, const LookFlags& flags) : flags_(flags) {
    std::map<Group, std::vector<AttentionMap>> groups;
    for (const Picture& picture : pictures) groups[group_of(picture)].push_back(picture.map);
    for (const auto& [group, maps] : groups) {
      LookFlags own = flags;
      if (group.first == MapKind::attribution && own.scale.empty()) own.scale = "centred";
      const Look look = own.resolve(maps);
      notes_[group] = own.scale_note(look, count_outside(maps, look.scale));
      looks_.emplace(group, look);
    }
  }

  const Look& look(const Picture& picture) const { return looks_.at(group_of(picture)); }
  std::string caption(const Picture& picture) const {
    const std::string own = caption_of(picture, flags_);
    const std::string& note = notes_.at(group_of(picture));
    return own + (own.empty() || note.empty() ? "" : " \u00b7 ") + note;
  }

 private:
  using Group = std::pair<MapKind, std::string>;
  static Group group_of(const Picture& picture) { return {picture.map.kind, method_of(picture)}; }

  const LookFlags& flags_;
  std::map<Group, Look> looks_;
  std::map<Group, std::string> notes_;
};

void require_room(const std::vector<Picture>& pictures) {
  std::size_t weights = 0;
  for (const Picture& picture : pictures) weights += picture.map.weights.size();
  if (weights <= max_page_weights) return;
  throw LimitError(fmt::format(
      "--out: expected at most {} weights in a page, got {}; a picture holds more: --out map.png",
      max_page_weights, weights));
}

/// Notes it if not.
bool have_room_for_traces(const std::vector<Picture>& pictures, bool quiet) {
  constexpr std::size_t most = 1U << 21U;
  std::size_t bytes = 0;
  for (const Picture& picture : pictures) bytes += picture.trace.size();
  if (bytes > most) tell_note(quiet, "the view of the sum is left out: it would take over 2 MiB");
  return bytes <= most;
}

}  // namespace

std::string draw_page(const Pictures& pictures, const PageFlags& flags) {
  require_room(pictures.each);
  const LookFlags& look_flags = flags.figure.look;
  const Looks looks(pictures.each, look_flags);
  const Axes axes(pictures.each);
  const bool traced = have_room_for_traces(pictures.each, flags.figure.quiet);
  const Look& first = looks.look(pictures.each.front());
  PageOptions page;
  page.program = program_name();
  if (look_flags.theme == "dark") page.theme = look_flags.theme;
  page.axes = axes.names;
  page.row_title = look_flags.row_title.value_or(page.row_title);
  page.column_title = look_flags.column_title.value_or(page.column_title);
  page.numbers = first.numbers;
  page.mark_largest = first.mark_largest;
  page.upwards = flags.upwards;
  std::vector<PageMap> maps;
  for (std::size_t i = 0; i < pictures.each.size(); ++i) {
    const Picture& picture = pictures.each[i];
    std::string own = picture.title.empty() ? picture.name : picture.title;
    if (own.empty()) own = std::filesystem::path(picture.source).filename().string();
    const Look& look = looks.look(picture);
    maps.push_back({picture.map, look_flags.title.value_or(own), looks.caption(picture),
                    look.colormap, look.scale, axes.values[i], traced ? picture.trace : ""});
  }
  return write_page(maps, page);
}

}  // namespace attnviz
