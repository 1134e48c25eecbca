// The JSON library, with the templates of its classes instantiated once, in json.cpp: a file that
// uses them compiles in two thirds of the time. Included by .cpp files only.
#pragma once

#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<nlohmann::ordered_map>;
extern template class nlohmann::detail::serializer<nlohmann::ordered_json>;
