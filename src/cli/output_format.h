// Which format a command writes, by `--out` and `--format`.
#pragma once

#include <string>
#include <vector>

#include "attnviz/attention_map.h"

namespace attnviz {

/// `format` if it is given; otherwise by the ending of `out`, the first of `formats` for "-".
/// Throws UsageError naming `option` for an ending that is none of `formats`, and for one that
/// disagrees with `format`.
std::string output_format(const std::string& option, const std::string& out,
                          const std::string& format, const std::vector<std::string>& formats);

/// Throws UsageError naming `option` if a file of that format holds only one map.
void require_several(const std::string& option, const std::string& format);

/// The bytes of a file of maps: several only as .jsonl. `format` is one of written_format_names().
/// Throws UsageError naming `option`, and as attention_to_bytes does.
std::string maps_to_bytes(const std::string& option, const std::vector<AttentionMap>& maps,
                          const std::string& format);

}  // namespace attnviz
