// Any text as JSON of a map, one document or one a line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "attnviz/base/attention_io.h"
#include "attnviz/base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  const std::string_view text(reinterpret_cast<const char*>(bytes), count);
  try {
    const AttentionMap map = attention_from_json(text, "fuzz");
    const std::string json = attention_to_json(map);
    if (attention_to_json(attention_from_json(json, "fuzz")) != json) std::abort();
  } catch (const Error&) {
  }
  try {
    attention_from_json_lines(text, "fuzz");
  } catch (const Error&) {
  }
  return 0;
}
