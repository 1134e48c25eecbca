// Strict JSON, for every reader of a file. Included by .cpp files only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json.h"

namespace attnviz {

/// Real numbers are floats: read as doubles first, a few would be rounded twice and come out as the
/// neighbour of the float that was written.
using FloatJson = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                       std::uint64_t, float>;

/// Takes the parts of a document as they are read, so that nothing else need be stored.
template <typename Json>
class JsonEvents {
 public:
  JsonEvents() = default;
  virtual ~JsonEvents() = default;
  JsonEvents(const JsonEvents&) = delete;
  JsonEvents& operator=(const JsonEvents&) = delete;

  /// A text, a number, true, false or null.
  virtual void value(Json value) = 0;
  /// The start of an object or a list, and its end.
  virtual void open(bool is_object) = 0;
  virtual void close() = 0;
  /// The name of the next value in an object.
  virtual void key(std::string name) = 0;
};

/// Reads one JSON document, as FloatJson or nlohmann::ordered_json. Throws InputError naming
/// `name`: with line and column for invalid UTF-8, what is not JSON, text after the document and a
/// number outside the range of float or double; without them for nesting deeper than 64.
template <typename Json>
void read_strict_json(std::string_view text, const std::string& name, JsonEvents<Json>& events);

/// Of one document: a value takes some twenty times its two bytes of text.
inline constexpr std::size_t max_json_values = std::size_t{1} << 17U;

/// The value of one document. Throws as read_strict_json does, also for a duplicate key in one
/// object; LimitError for more than max_json_values.
template <typename Json>
Json parse_strict_json(std::string_view text, const std::string& name);

/// The texts of a document that is a list of texts; nothing for another.
std::optional<std::vector<std::string>> parse_json_texts(std::string_view text,
                                                         const std::string& name);

/// A value that is an integer in 0..max. Throws InputError, without a place, for any other: the
/// library's own get() truncates fractions.
int json_integer(const nlohmann::ordered_json& value, int max);

}  // namespace attnviz
