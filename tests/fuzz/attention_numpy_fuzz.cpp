// Any bytes as .npy and .npz; the first two are an index, there if they are even.
#include "formats/attention_io.h"
#include "fuzz/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string_view text = text_of(bytes, count);
  ArrayChoice choice;
  for (int i = 0; i < 2; ++i) {
    const std::uint8_t byte = take_byte(text);
    if (byte % 2 == 0) choice.index.push_back(byte / 2U);
  }
  const auto check = [](const AttentionMap& map) {
    require(map.weights.size() == map.rows() * map.columns());
    for (const auto& row : map.gold) {
      for (const int place : row) require(static_cast<std::size_t>(place) < map.columns());
    }
    const std::string npz = attention_to_npz(map);
    require(attention_from_npz(npz, "fuzz").weights == map.weights);
  };
  may_refuse([&] { check(attention_from_npy(text, "fuzz", choice)); });
  may_refuse([&] { check(attention_from_npz(text, "fuzz", choice)); });
  return 0;
}
