// Any lines as a range, the links of a gold alignment and the labels of a square map, which is
// cropped and merged; the first byte chooses the mark and which weights are masked.
#include "formats/attention_edit.h"

#include <cmath>
#include <limits>

#include "base/split.h"
#include "formats/alignment_text.h"
#include "fuzz/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string_view text = text_of(bytes, count);
  const std::uint8_t choice = take_byte(text);
  const std::vector<std::string_view> lines = split(text, "\n");
  if (lines.size() < 3 || lines.size() > 64) return 0;
  AttentionMap map;
  map.source.assign(lines.begin() + 2, lines.end());
  map.target = map.source;
  const std::size_t size = map.rows();
  for (std::size_t i = 0; i < size * size; ++i) {
    map.weights.push_back(i % 7 == choice % 7U ? std::numeric_limits<float>::quiet_NaN()
                                               : 1.0F / static_cast<float>(size));
  }
  may_refuse([&] { map.gold = read_links(lines[1], size, size, "fuzz").gold; });
  const auto check = [&map] {
    require(map.rows() > 0 && map.columns() > 0);
    require(map.weights.size() == map.rows() * map.columns());
    require(map.gold.size() <= map.rows());
    for (const std::vector<int>& positions : map.gold) {
      for (const int position : positions) {
        require(position >= 0 && static_cast<std::size_t>(position) < map.columns());
      }
    }
  };
  may_refuse([&] {
    const SideRange range = side_range(lines[0], size, "range");
    crop(map, range, range);
  });
  check();
  merge_pieces(map, piece_marks()[choice % piece_marks().size()]);
  check();
  return 0;
}
