// Any text as JSON of a map, one document or one per line.
#include "formats/attention_io.h"
#include "fuzz/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  const std::string_view text = text_of(bytes, count);
  may_refuse([&] {
    const std::string json = attention_to_json(attention_from_json(text, "fuzz"));
    require(attention_to_json(attention_from_json(json, "fuzz")) == json);
  });
  may_refuse([&] { attention_from_json_lines(text, "fuzz"); });
  return 0;
}
