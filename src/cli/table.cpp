#include "cli/table.h"

#include <algorithm>

#include "base/grapheme.h"

namespace attnviz {

std::string format_table(const std::vector<Cells>& rows, TableStyle style) {
  const bool figures = style == TableStyle::figures;
  const auto width = [](const std::string& cell) { return split_characters(cell).size(); };
  std::vector<std::size_t> widths;
  for (const Cells& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i]), ' ');
      text += i > 0 || figures ? "  " : "";
      text += figures && i > 0 ? space + row[i] : i + 1 < row.size() ? row[i] + space : row[i];
    }
    text += '\n';
  }
  return text;
}

}  // namespace attnviz
