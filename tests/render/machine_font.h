// Fonts of this machine for tests that need one: where it is missing they are skipped.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "catch.h"
#include "render/text/font_search.h"

namespace attnviz {

/// The path of the font file with this name, or "", with a line that makes ctest report the test
/// as skipped, where it is not installed.
inline std::string machine_font(const std::string& name) {
  namespace fs = std::filesystem;
  const char* home = std::getenv("HOME");
  for (const std::string& folder : system_font_folders(home == nullptr ? "" : home)) {
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(
             folder, fs::directory_options::skip_permission_denied, ignored)) {
      if (entry.path().filename() == name) return entry.path().string();
    }
  }
  WARN("skipped: " << name << " is not installed");
  return "";
}

}  // namespace attnviz
