// The JSON library, its templates instantiated once (see formats/json.h).
#pragma once

#include "formats/json.h"

#include <string>

namespace attnviz {
/// What parse() reads a std::string by.
using JsonInput = nlohmann::detail::iterator_input_adapter<std::string::const_iterator>;
}  // namespace attnviz

extern template class nlohmann::basic_json<>;
extern template class nlohmann::detail::serializer<nlohmann::json>;
extern template class nlohmann::detail::lexer<nlohmann::json, attnviz::JsonInput>;
extern template class nlohmann::detail::parser<nlohmann::json, attnviz::JsonInput>;
extern template class nlohmann::detail::lexer<nlohmann::ordered_json, attnviz::JsonInput>;
extern template class nlohmann::detail::parser<nlohmann::ordered_json, attnviz::JsonInput>;
