// Any text as JSON of maps, one document or one per line; the first byte chooses maps of it.
#include "formats/attention_io.h"
#include "fuzz/maps.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string_view text = text_of(bytes, count);
  const std::uint8_t choice = take_byte(text);
  ReadOptions options;
  if ((choice & 1U) != 0) options.sentence = "all";
  if ((choice & 2U) != 0) options.array.index = {"all"};
  if ((choice & 4U) != 0) options.array.index = {"mean", "q,k,0"};
  options.array.rollout = (choice & 8U) != 0;
  options.transpose = (choice & 16U) != 0;
  for (const char* format : {"json", "jsonl"}) {
    may_refuse([&] {
      for (const AttentionMap& map : read_checked(text, format, options).maps) {
        const std::string json = attention_to_json(map);
        require(attention_to_json(read_checked(json, "json", {}).maps[0]) == json);
      }
    });
  }
  return 0;
}
