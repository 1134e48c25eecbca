#include <nlohmann/json.hpp>
#include <string>

using Input = nlohmann::detail::iterator_input_adapter<std::string::const_iterator>;

template class nlohmann::basic_json<>;
template class nlohmann::detail::serializer<nlohmann::json>;
template class nlohmann::detail::lexer<nlohmann::json, Input>;
template class nlohmann::detail::parser<nlohmann::json, Input>;
template class nlohmann::detail::lexer<nlohmann::ordered_json, Input>;
template class nlohmann::detail::parser<nlohmann::ordered_json, Input>;
