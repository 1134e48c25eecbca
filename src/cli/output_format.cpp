#include "cli/output_format.h"

#include <algorithm>
#include <filesystem>

#include "attnviz/error.h"
#include "formats/attention_file.h"

namespace attnviz {

std::string output_format(const std::string& option, const std::string& out,
                          const std::string& format, const std::vector<std::string>& formats) {
  if (out == "-") return format.empty() ? formats.front() : format;
  std::string ending = std::filesystem::path(out).extension().string();
  if (!ending.empty()) ending.erase(0, 1);
  const bool is_known = std::find(formats.begin(), formats.end(), ending) != formats.end();
  if (is_known && (format.empty() || format == ending)) return ending;
  if (is_known) {
    throw UsageError("--format: expected " + ending + " for " + printable(out, no_limit) +
                     ", got " + format);
  }
  if (!format.empty()) return format;
  std::string endings;
  for (const std::string& name : formats) {
    endings += (endings.empty() ? "." : name == formats.back() ? " or ." : ", .") + name;
  }
  throw UsageError(option + ": expected a file that ends in " + endings + ", got \"" +
                   printable(out) + '"');
}

void require_several(const std::string& option, const std::string& format) {
  if (format == "jsonl") return;
  throw UsageError(option + ": a ." + format +
                   " file holds one map; give several inputs a .jsonl file");
}

std::string maps_to_bytes(const std::string& option, const std::vector<AttentionMap>& maps,
                          const std::string& format) {
  if (maps.size() > 1) require_several(option, format);
  std::string bytes;
  for (const AttentionMap& map : maps) bytes += attention_to_bytes(map, *attention_format(format));
  return bytes;
}

}  // namespace attnviz
