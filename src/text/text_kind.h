// Files that are no text in UTF-8, named for what they are.
#pragma once

#include <string>
#include <string_view>

namespace attnviz {

/// What a file is that starts with `bytes`, and the command that converts it: "a gzip file; unpack
/// it with `gunzip -c`", or "a PNG picture". "" for what may be text in UTF-8.
std::string no_utf8_text(std::string_view bytes);

}  // namespace attnviz
