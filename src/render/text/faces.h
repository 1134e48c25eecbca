// The faces of a font, and which of them has a character.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/font.h"
#include "render/text/face.h"
#include "render/text/font_search.h"

namespace attnviz {

/// In order of preference, the embedded one first. Those found in folders join when a text needs
/// them.
class Faces {
 public:
  Faces();

  const Face& at(std::size_t face) const { return *faces_[face].face; }
  const Face& embedded() const { return at(0); }

  /// As Font::add and Font::search.
  void add(std::string file, std::string_view name);
  void search(std::vector<std::string> folders) { search_ = FontSearch(std::move(folders)); }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// The first face that has all of a character, or `none`.
  std::size_t find(const std::vector<char32_t>& code_points);

  /// The files that search() found for the texts so far.
  std::vector<std::string> found_files() const { return search_.read_files(); }

  // For Font::missing and Font::unshaped.
  std::set<char32_t> missing;
  bool unshaped = false;

 private:
  struct Loaded {
    std::unique_ptr<std::string> file;  // at a fixed address; null for the embedded one
    std::unique_ptr<Face> face;
  };

  std::size_t find_loaded(const std::vector<char32_t>& code_points, std::size_t from) const;
  std::size_t find_new(const std::vector<char32_t>& code_points);

  std::vector<Loaded> faces_;
  FontSearch search_{{}};
  std::map<std::vector<char32_t>, std::size_t> known_;
};

}  // namespace attnviz
