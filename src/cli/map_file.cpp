#include "cli/map_file.h"

#include <fmt/core.h>

#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "cli/output.h"
#include "cli/output_format.h"
#include "formats/attention_file.h"

namespace attnviz {
namespace {

constexpr std::size_t max_map_bytes = 1U << 28U;  // the limit of read_attention_file()

}  // namespace

MapFile::MapFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  if (path_ == "-") throw UsageError("--attention: expected a file; --json prints the attention");
  format_ = output_format("--attention", path_, "", written_format_names());
}

void MapFile::require_several() const {
  if (is_wanted()) attnviz::require_several("--attention", format_);
}

void MapFile::add(const AttentionMap& map, std::size_t inputs) {
  if (!is_wanted() || inputs_kept_) return;
  const std::string bytes = attention_to_bytes(map, *attention_format(format_));
  if (maps_.size() + bytes.size() > max_map_bytes) {
    inputs_kept_ = inputs;
  } else {
    maps_ += bytes;
  }
}

void MapFile::add_failed(const AttentionMap& map, std::size_t inputs) {
  if (format_ == "jsonl") add(map, inputs);
}

void MapFile::write(std::size_t inputs, const std::string& origin, bool quiet) const {
  if (!is_wanted()) return;
  if (inputs == 0) throw InputError(origin + ": expected at least one line, got none");
  const std::string name = printable(path_, no_limit);
  if (maps_.empty()) return tell_note(quiet, name + ": not written: no map");
  write_file(path_, maps_);
  tell(quiet, "wrote " + name + "; next: attnviz render --matrix " + shell_word(path_) +
                  " --out heat.png");
  if (!inputs_kept_) return;
  throw LimitError(
      fmt::format("--attention: expected at most 256 MiB of maps, got more: {} holds those of the "
                  "first {} of {} inputs",
                  name, *inputs_kept_, inputs));
}

AttentionMap failed_map(const std::string& problem, std::size_t number) {
  AttentionMap map;
  map.metadata = {{"error", problem}, {"input", fmt::format("{}", number)}};
  return map;
}

}  // namespace attnviz
