// Font files of the machine, read only when a text needs them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "render/text/font_file.h"

namespace attnviz {

/// Fonts in folders, in a fixed order: folder by folder, upright faces of normal weight first (as
/// their names have it), then by name. The folders are read at the first search.
class FontSearch {
 public:
  /// Folders with all below them, or files. What cannot be read is skipped.
  explicit FontSearch(std::vector<std::string> places) : places_(std::move(places)) {}

  /// The first file from number `from` on that has a glyph for each of the code points.
  std::optional<std::size_t> find(const std::vector<char32_t>& code_points, std::size_t from = 0);
  const std::string& path(std::size_t number) const { return files_[number].path; }
  /// The files that were read, whether or not they had what was searched.
  std::vector<std::string> read_files() const;

 private:
  struct File {
    std::string path;
    std::optional<CharacterMap> map;  // once it was asked for
  };
  void list_files();

  std::vector<std::string> places_;
  std::vector<File> files_;
  bool listed_ = false;
};

/// The folders in which systems keep their fonts; `home` may be "".
std::vector<std::string> system_font_folders(const std::string& home);

}  // namespace attnviz
