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

/// The pictures by their kind and method: what another method measures has another scale.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<Picture>& pictures) {
  std::map<std::pair<MapKind, std::string>, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    groups[{pictures[i].map.kind, method_of(pictures[i])}].push_back(i);
  }
  std::vector<std::vector<std::size_t>> all;
  for (auto& [key, group] : groups) all.push_back(std::move(group));
  return all;
}

/// Its name within the file is on the axes.
std::string title_of(const Picture& picture) {
  if (!picture.title.empty()) return picture.title;
  return std::filesystem::path(picture.source).filename().string();
}

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
  const LookFlags& look = flags.figure.look;
  const Axes axes(pictures.each);
  const bool traced = have_room_for_traces(pictures.each, flags.figure.quiet);
  PageOptions page;
  page.program = program_name();
  if (look.theme == "dark") page.theme = look.theme;
  page.axes = axes.names;
  page.row_title = look.row_title.value_or(page.row_title);
  page.column_title = look.column_title.value_or(page.column_title);
  page.mark_largest = look.mark_argmax;
  page.upwards = flags.upwards;
  std::vector<PageMap> maps(pictures.each.size());
  for (const std::vector<std::size_t>& group : groups_of(pictures.each)) {
    std::vector<Picture> each;
    for (const std::size_t i : group) each.push_back(pictures.each[i]);
    const Drawing drawing(each, flags.figure);
    if (drawing.look.numbers) page.numbers = drawing.look.numbers;
    for (std::size_t k = 0; k < group.size(); ++k) {
      const std::string own = caption_of(each[k], look);
      const bool both = !own.empty() && !drawing.note.empty();
      maps[group[k]] = {drawing.maps[k],
                        look.title.value_or(title_of(each[k])),
                        own + (both ? " \u00b7 " : "") + drawing.note,
                        drawing.look.colormap,
                        drawing.look.scale,
                        drawing.look.bar_title,
                        axes.values[group[k]],
                        traced ? each[k].trace : ""};
    }
  }
  return write_page(maps, page);
}

}  // namespace attnviz
