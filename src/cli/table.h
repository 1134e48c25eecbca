// Tables for people to read.
#pragma once

#include <string>
#include <vector>

namespace attnviz {

using Cells = std::vector<std::string>;

enum class TableStyle {
  words,    // columns begin at the left
  figures,  // columns end at the right, all but the first; indented
};

/// Rows of cells in columns as wide as their widest cell, two spaces apart; a line each. Rows may
/// differ in length.
std::string format_table(const std::vector<Cells>& rows, TableStyle style);

}  // namespace attnviz
