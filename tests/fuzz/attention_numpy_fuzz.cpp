// Any bytes as .npy, .npz and safetensors; the first byte chooses the arrays, the next ones up to a
// zero the index.
#include <algorithm>

#include "fuzz/maps.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string_view text = text_of(bytes, count);
  const std::uint8_t choice = take_byte(text);
  ReadOptions options;
  if ((choice & 1U) != 0) options.array.array = "all";
  options.array.rollout = (choice & 2U) != 0;
  options.transpose = (choice & 4U) != 0;
  if ((choice & 8U) != 0) options.labels = {{"rows"}, {"tokens"}};
  if ((choice & 16U) != 0) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    options.array.index = {std::string(text.substr(0, end))};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  for (const char* format : {"npy", "npz", "safetensors"}) {
    may_refuse([&] {
      for (const AttentionMap& map : read_checked(text, format, options).maps) {
        const std::string npz = attention_to_bytes(map, *attention_format("npz"));
        require(same_weights(read_checked(npz, "npz", {}).maps[0].weights, map.weights));
      }
    });
  }
  return 0;
}
