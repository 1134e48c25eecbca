// The typefaces that the texts of a picture are set in.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

class Faces;

/// The embedded typeface, DejaVu Sans Mono, and, for characters that it lacks, files that were
/// added and then fonts found in folders, which are read when the first text needs them.
///
/// Runs of scripts whose letters join, move or stack are shaped, from right to left where that is
/// their direction, if HarfBuzz is installed and was when the library was built. A code point that
/// no face has is drawn as a box holding its hexadecimal digits. What is found is kept: a font
/// is not for several threads at once.
class Font {
 public:
  Font();
  ~Font();
  Font(Font&&) noexcept;
  Font& operator=(Font&&) noexcept;

  /// A TrueType or OpenType file. Its directory and tables are checked now, each outline before it
  /// is drawn: a letter whose outline cannot be read counts as one that the face lacks. Throws
  /// InputError naming `name`.
  void add(std::string file, std::string_view name);
  /// Folders, with all below them, to look for fonts in.
  void search(std::vector<std::string> folders);

  /// The code points of all texts so far that no face has, ascending.
  std::vector<char32_t> missing() const;
  /// Whether a text so far should have been shaped and was not, without HarfBuzz.
  bool unshaped() const;

  /// For the renderer itself.
  Faces& faces() const { return *faces_; }

 private:
  std::unique_ptr<Faces> faces_;
};

}  // namespace attnviz
