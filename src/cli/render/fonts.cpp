#include "cli/render/fonts.h"

#include <fmt/core.h>

#include <cstdlib>
#include <set>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/split.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "cli/output.h"
#include "render/text/font_file.h"
#include "render/text/font_search.h"
#include "render/text/script.h"

namespace attnviz {
namespace {

constexpr std::size_t max_named = 5;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void add_folders(std::vector<std::string>& folders, const std::string& path) {
  for (const std::string_view folder : split(path, ":")) {
    if (!folder.empty()) folders.emplace_back(folder);
  }
}

std::vector<std::string> font_folders() {
  std::vector<std::string> folders;
  add_folders(folders, environment("ATTNVIZ_FONT_PATH"));
  if (std::getenv("ATTNVIZ_SYSTEM_FONTS") != nullptr) {
    add_folders(folders, environment("ATTNVIZ_SYSTEM_FONTS"));
    return folders;
  }
  for (std::string& folder : system_font_folders(environment("HOME"))) {
    folders.push_back(std::move(folder));
  }
  return folders;
}

// "क (U+0915)"; the character itself only where it is one that a terminal can show alone.
std::string name_of(char32_t code_point) {
  return fmt::format("{} ({})", printable(to_utf8(code_point)), code_point_name(code_point));
}

}  // namespace

Font load_fonts(const std::vector<std::string>& files) {
  Font font;
  for (const std::string& file : files) {
    const auto check = [&](std::string_view start) { check_font_start(start, file); };
    font.add(read_file(file, max_font_file, check), file);
  }
  font.search(font_folders());
  return font;
}

void tell_missing_letters(bool quiet, const Font& font) {
  const std::vector<char32_t> missing = font.missing();
  if (!missing.empty()) {
    std::string names;
    std::set<std::string_view> packages;
    for (std::size_t i = 0; i < missing.size(); ++i) {
      packages.insert(font_package(missing[i]));
      if (i < max_named) names += (i == 0 ? "" : ", ") + name_of(missing[i]);
    }
    if (missing.size() > max_named) {
      names += fmt::format(" and {} more", missing.size() - max_named);
    }
    std::string install;
    for (const std::string_view package : packages) install.append(" ").append(package);
    tell(quiet, "attnviz: warning: no font has " + names +
                    ": drawn as boxes. Name one with --font, or on Debian: apt-get install" +
                    install);
  }
  if (font.unshaped()) {
    tell(quiet,
         "attnviz: warning: letters that join, move or stack are drawn one by one: HarfBuzz is not "
         "there, or was not when this program was built (Debian: libharfbuzz-dev)");
  }
}

}  // namespace attnviz
