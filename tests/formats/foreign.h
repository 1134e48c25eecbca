// Files of other programs, see tests/data/foreign/make.py.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "catch.h"

namespace attnviz {

inline std::string foreign(const std::string& name) {
  std::ifstream file(ATTNVIZ_SOURCE_DIR "/tests/data/foreign/" + name, std::ios::binary);
  INFO(name);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace attnviz
