#include "render/text/faces.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "render/text/embedded_font.h"
#include "render/text/script.h"

namespace attnviz {

Faces::Faces() {
  const auto bytes = embedded_font();
  const std::string_view file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  faces_.push_back({nullptr, std::make_unique<Face>(file, "embedded font")});
}

void Faces::add(std::string file, std::string_view name) {
  Loaded loaded{std::make_unique<std::string>(std::move(file)), nullptr};
  loaded.face = std::make_unique<Face>(*loaded.file, name);
  faces_.push_back(std::move(loaded));
}

std::size_t Faces::find(const std::vector<char32_t>& code_points) {
  std::vector<char32_t> visible;
  std::ranges::copy_if(code_points, std::back_inserter(visible),
                       [](char32_t c) { return !is_invisible(c); });
  const auto known = known_.find(visible);
  if (known != known_.end()) return known->second;
  std::size_t face = find_loaded(visible, 0);
  if (face == none) face = find_new(visible);
  known_.emplace(std::move(visible), face);
  return face;
}

std::size_t Faces::find_loaded(const std::vector<char32_t>& code_points, std::size_t from) const {
  for (std::size_t i = from; i < faces_.size(); ++i) {
    const auto has = [&](char32_t c) { return at(i).index(c) != 0; };
    if (std::ranges::all_of(code_points, has)) return i;
  }
  return none;
}

// A broken file in a folder is skipped, as the user did not name it.
std::size_t Faces::find_new(const std::vector<char32_t>& code_points) {
  for (auto found = search_.find(code_points); found;
       found = search_.find(code_points, *found + 1)) {
    try {
      add(read_file(search_.path(*found), max_font_file), search_.path(*found));
      if (find_loaded(code_points, faces_.size() - 1) != none) return faces_.size() - 1;
      faces_.pop_back();
    } catch (const Error&) {
      continue;
    }
  }
  return none;
}

Font::Font() : faces_(std::make_unique<Faces>()) {}
Font::~Font() = default;
Font::Font(Font&&) noexcept = default;
Font& Font::operator=(Font&&) noexcept = default;

void Font::add(std::string file, std::string_view name) {
  faces_->add(std::move(file), name);
}

void Font::search(std::vector<std::string> folders) {
  faces_->search(std::move(folders));
}

std::vector<char32_t> Font::missing() const {
  return {faces_->missing.begin(), faces_->missing.end()};
}

bool Font::unshaped() const {
  return faces_->unshaped;
}

}  // namespace attnviz
