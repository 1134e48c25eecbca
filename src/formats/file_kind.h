// The kind of a file, by its first bytes.
#pragma once

#include <string_view>

namespace attnviz {

/// For messages: "a PNG picture", "JSON", ... of the kinds that are mistaken for one another here;
/// "an empty file"; "" for anything else.
std::string_view file_kind(std::string_view bytes);

}  // namespace attnviz
