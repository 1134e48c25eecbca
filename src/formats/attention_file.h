// The formats of attention maps by name, for options and messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_file.h"

namespace attnviz {

/// The names of the formats, in the order of the enumeration; files end in those up to npz.
const std::vector<std::string>& attention_format_names();

/// Of a name above; nothing for another.
std::optional<AttentionFormat> attention_format(std::string_view name);

/// Formats that are written too: "json", ..., "npz".
const std::vector<std::string>& written_format_names();

}  // namespace attnviz
