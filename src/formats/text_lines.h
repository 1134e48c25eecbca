// Texts of translation programs: lines, words, links.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/attention_io.h"

namespace attnviz {

using Words = std::vector<std::string_view>;

/// The parts between blanks that are not empty.
Words words_of(std::string_view text);

/// The lines of a file, one after the other.
class Lines {
 public:
  /// Throws InputError for what is no UTF-8.
  Lines(std::string_view text, const std::string& name);

  /// Nothing at the end of the file.
  std::optional<std::string_view> next();
  /// What next() will give.
  std::optional<std::string_view> peek() const;
  /// The line that was read last: "maps.txt:3".
  std::string place() const;

 private:
  std::string_view rest_;
  std::string name_;
  std::size_t number_ = 0;
};

/// The words of a side with `count` weights, and END where they are one fewer; positions where the
/// user gives labels. Throws MissingLabelsError where they are not as many.
std::vector<std::string> labels_of(const Words& words, std::size_t count,
                                   const std::vector<std::string>& given, const std::string& place,
                                   MissingLabelsError::Side side);

/// Adds a row of weights. Throws InputError when there are not `columns`, or one is no weight.
void add_row(const Words& cells, std::size_t columns, const std::string& place,
             std::vector<float>& weights);

/// Rows of weights, "0.9,0.1 0.2,0.8". Throws InputError when they are of unequal length.
struct SoftRows {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> weights;
};
SoftRows read_soft_rows(const Words& rows, const std::string& place);

/// Whether an alignment such as "0-0 2-1" or "0.9,0.1 0.2,0.8" is one of links.
bool are_links(std::string_view alignment);

/// A map with 1 for a link and 0.5 for one that is only possible; its labels are positions. It has
/// at least so many rows and columns. Throws as parse_links; LimitError for one too large.
AttentionMap map_of_links(std::string_view links, std::size_t rows, std::size_t columns,
                          const std::string& place);

}  // namespace attnviz
