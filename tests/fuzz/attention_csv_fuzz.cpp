// Any text as CSV and as TSV; the first byte says where the labels are. What is read is written and
// reads the same.
#include "fuzz/maps.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string_view text = text_of(bytes, count);
  ReadOptions options;
  options.label_places = static_cast<LabelPlaces>(take_byte(text) % 5);
  for (const char* format : {"csv", "tsv"}) {
    may_refuse([&] {
      const AttentionMaps maps = read_checked(text, format, options);
      const std::string csv = attention_to_bytes(maps.maps[0], *attention_format(format));
      const AttentionMaps back = read_checked(csv, format, {});
      require(back.maps[0].source == maps.maps[0].source);
      require(back.maps[0].target == maps.maps[0].target);
      require(same_weights(back.maps[0].weights, maps.maps[0].weights));
    });
  }
  return 0;
}
