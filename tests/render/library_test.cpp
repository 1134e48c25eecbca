// The renderer as other programs use it.
#include <attnviz/render.h>

#include "catch.h"
#include "cli/run_program.h"
#include "render/decode_png.h"

namespace attnviz {
namespace {

TEST_CASE("the example of the library draws its map") {
  const WorkFolder folder;
  const std::string picture = (folder.work() / "map.png").string();
  REQUIRE(std::system(("'" ATTNVIZ_EXAMPLE "' '" + picture + "'").c_str()) == 0);
  const Picture drawn = decode_png(folder.read("map.png"));

  AttentionMap map;
  map.source = {"le", "chat", "noir", "</s>"};
  map.target = {"the", "black", "cat", "</s>"};
  map.weights = {0.90F, 0.05F, 0.04F, 0.01F, 0.02F, 0.08F, 0.88F, 0.02F,
                 0.03F, 0.91F, 0.05F, 0.01F, 0.01F, 0.02F, 0.02F, 0.95F};
  HeatmapOptions options;
  options.texts.title = "le chat noir → the black cat";
  const auto same = [&] {  // a bool: the bytes are not shown when it fails
    return drawn.bytes == decode_png(encode_png(draw_heatmap(map, options))).bytes;
  };
  CHECK(same());
  std::swap(map.source[0], map.source[1]);
  CHECK_FALSE(same());
}

}  // namespace
}  // namespace attnviz
