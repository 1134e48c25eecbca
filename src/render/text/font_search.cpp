#include "render/text/font_search.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <tuple>

namespace attnviz {
namespace {

namespace fs = std::filesystem;

// Of a folder, which may be the root of a file system.
constexpr std::size_t max_files = 20000;
constexpr std::size_t max_entries = 200000;

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_font(const fs::path& path) {
  const std::string extension = lower(path.extension().string());
  return extension == ".ttf" || extension == ".otf" || extension == ".ttc";
}

// How far a face is from the upright one of normal weight, by the name of its file.
int strangeness(const fs::path& path) {
  const std::string name = lower(path.stem().string());
  int found = 0;
  for (const std::string_view style : {"bold", "italic", "oblique", "light", "thin", "black",
                                       "heavy", "medium", "condensed", "narrow", "serif"}) {
    if (name.find(style) != std::string::npos) ++found;
  }
  return found;
}

std::vector<std::string> fonts_below(const std::string& place) {
  std::vector<std::string> files;
  std::error_code error;
  if (fs::is_regular_file(place, error)) return {place};
  std::size_t visited = 0;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(place, options, error), end;
       !error && entry != end && files.size() < max_files && visited < max_entries;
       entry.increment(error), ++visited) {
    std::error_code ignored;
    if (is_font(entry->path()) && entry->is_regular_file(ignored)) {
      files.push_back(entry->path().string());
    }
  }
  std::ranges::sort(files, {}, [](const std::string& path) {
    return std::tuple(strangeness(path), fs::path(path).filename().string(), path);
  });
  return files;
}

}  // namespace

void FontSearch::list_files() {
  for (const std::string& place : places_) {
    for (std::string& path : fonts_below(place)) files_.push_back({std::move(path), {}});
  }
  listed_ = true;
}

std::optional<std::size_t> FontSearch::find(const std::vector<char32_t>& code_points,
                                            std::size_t from) {
  if (!listed_) list_files();
  for (std::size_t i = from; i < files_.size(); ++i) {
    File& file = files_[i];
    if (!file.map) file.map = read_character_map(file.path);
    const auto has = [&](char32_t c) { return file.map->glyph(c) != 0; };
    if (std::ranges::all_of(code_points, has)) return i;
  }
  return std::nullopt;
}

std::vector<std::string> FontSearch::read_files() const {
  std::vector<std::string> paths;
  for (const File& file : files_) {
    if (file.map) paths.push_back(file.path);
  }
  return paths;
}

std::vector<std::string> system_font_folders(const std::string& home) {
  std::vector<std::string> folders = {"/usr/share/fonts", "/usr/local/share/fonts"};
  if (!home.empty()) {
    for (const char* folder : {"/.fonts", "/.local/share/fonts", "/Library/Fonts"}) {
      folders.push_back(home + folder);
    }
  }
  for (const char* folder : {"/Library/Fonts", "/System/Library/Fonts"})
    folders.emplace_back(folder);
  return folders;
}

}  // namespace attnviz
