// Tables for people to read.
#pragma once

#include <string>
#include <vector>

namespace attnviz {

using Cells = std::vector<std::string>;

enum class TableStyle {
  words,    // columns aligned left
  figures,  // columns aligned right, except the first; indented
};

/// Rows of cells in columns as wide as their widest cell, two spaces apart; a line each. Rows may
/// differ in length.
std::string format_table(const std::vector<Cells>& rows, TableStyle style);

}  // namespace attnviz
