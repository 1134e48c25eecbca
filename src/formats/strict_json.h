// Strict JSON, for every reader of a file. Included by .cpp files only.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

/// Real numbers are floats: read as doubles first, a few would be rounded twice and come out as the
/// neighbour of the float that was written.
using FloatJson = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                       std::uint64_t, float>;

/// The value of one JSON document, as FloatJson or nlohmann::ordered_json. Throws InputError naming
/// `name`: with line and column for invalid UTF-8, what is not JSON, text after the document and a
/// number outside the range of float or double; without them for a duplicate key in one
/// object and for nesting deeper than 64.
template <typename Json>
Json parse_strict_json(std::string_view text, const std::string& name);

/// A value that is an integer in 0..max. Throws InputError, without a place, for any other: the
/// library's own get() truncates fractions.
int json_integer(const nlohmann::ordered_json& value, int max);

}  // namespace attnviz
