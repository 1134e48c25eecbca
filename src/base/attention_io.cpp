#include "attnviz/base/attention_io.h"

#include <cmath>
#include <filesystem>

#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/number.h"

namespace attnviz {

std::string weight_text(const AttentionMap& map, std::size_t row, std::size_t column) {
  const float weight = map.at(row, column);
  if (!std::isfinite(weight)) {
    throw OutputError("attention: weights[" + std::to_string(row) + "][" + std::to_string(column) +
                      "]: expected a finite number, got " + format_shortest(weight));
  }
  return format_shortest(weight);
}

std::vector<AttentionMap> read_attention_file(const std::string& path) {
  constexpr std::size_t max_file = std::size_t{1} << 28U;
  if (path == "-") return {attention_from_json(read_file(path, max_file), "standard input")};
  const std::string name = printable(path, no_limit);
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension != ".json" && extension != ".jsonl" && extension != ".csv") {
    throw UsageError(name + ": expected a file that ends in .json, .jsonl or .csv");
  }
  const std::string text = read_file(path, max_file);
  if (extension == ".json") return {attention_from_json(text, name)};
  if (extension == ".csv") return {attention_from_csv(text, name)};
  std::vector<AttentionMap> maps = attention_from_json_lines(text, name);
  if (maps.empty()) throw InputError(name + ": expected at least one map, got none");
  return maps;
}

}  // namespace attnviz
