#include "render/figure/film.h"

#include "attnviz/error.h"
#include "attnviz/heatmap.h"
#include "catch.h"
#include "render/decode_apng.h"
#include "render/figure/frame.h"
#include "render/maps.h"
#include "render/raster/animation.h"

namespace attnviz {
namespace {

// Three maps of one input: other weights, other labels of rows, one of them wide.
std::vector<FilmFrame> three_frames() {
  std::vector<FilmFrame> frames;
  for (const auto& [step, label] :
       {std::pair{0, "</s>"}, std::pair{12, "b"}, std::pair{300, "p"}}) {
    FilmFrame frame;
    frame.map = map_of({"a", label, "c"}, {"x", "y", "z"});
    frame.map.expected = {"a", "p", "c"};
    for (float& weight : frame.map.weights) weight *= static_cast<float>(300 - step) / 300;
    const std::string number = std::to_string(step);
    frame.status = "step " + std::string(3 - number.size(), ' ') + number;
    frame.step = step;
    frame.value = step / 300.0;
    frames.push_back(frame);
  }
  return frames;
}

FilmOptions options_with(const Look& look = {}) {
  FilmOptions options;
  options.look = look;
  options.texts.title = "a film";
  options.curve = "gold mass";
  return options;
}

Canvas draw(const std::vector<FilmFrame>& frames, const FilmOptions& options, std::size_t index) {
  const Font font;
  const FilmLayout layout = lay_out_film(frames, options, font);
  return make_canvas(layout.frame, options.look.theme, font, [&](Painter& painter) {
    paint_film(painter, frames, options.look, layout, index);
  });
}

}  // namespace

TEST_CASE("frames of a film are maps as they are drawn alone, in one place", "[film]") {
  Look look;
  look.numbers = NumberStyle{};
  look.cell = 40;
  const std::vector<FilmFrame> frames = three_frames();
  const FilmOptions options = options_with(look);
  const Font font;
  const FilmLayout layout = lay_out_film(frames, options, font);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    CAPTURE(i);
    const Canvas film = draw(frames, options, i);
    CHECK(film.width() == layout.frame.width);
    const HeatmapLayout alone = lay_out_heatmap(frames[i].map, {look, options.texts}, font);
    const Canvas single = draw_heatmap(frames[i].map, {look, options.texts}, font);
    int wrong = 0;
    for (int y = 0; y < layout.panel.map.height; ++y) {
      for (int x = 0; x < layout.panel.map.width; ++x) {
        wrong += film.at(layout.panel.map.x + x, layout.panel.map.y + y) !=
                 single.at(alone.panel.map.x + x, alone.panel.map.y + y);
      }
    }
    CHECK(wrong == 0);
    // Labels end at the map, whatever their width.
    for (std::size_t row = 0; row < 3; ++row) {
      const Box& label = layout.frames[i].row_labels[row].box;
      const Box& other = layout.frames[0].row_labels[row].box;
      CHECK(label.x + label.width == other.x + other.width);
      CHECK(layout.frames[i].row_labels[row].text == frames[i].map.target[row]);
      CHECK(label.x > layout.panel.row_title.box.x + layout.panel.row_title.box.width);
    }
  }
}

TEST_CASE("only what belongs to a frame differs between frames", "[film]") {
  const std::vector<FilmFrame> frames = three_frames();
  const FilmOptions options = options_with();
  const FilmLayout layout = lay_out_film(frames, options, Font());
  const Box box = changed_box(draw(frames, options, 0), draw(frames, options, 2));
  const Box& area = layout.curve.area;
  CHECK(box.y >= layout.frames[0].status.box.y);
  CHECK(box.y + box.height <= area.y + area.height + 7);  // half of the mark
  CHECK(box.x >= layout.frames[0].row_labels[1].box.x);
  CHECK(box.x + box.width <= area.x + area.width + 7);
}

TEST_CASE("an animated PNG of a film decodes to its frames in every theme", "[film]") {
  const std::vector<FilmFrame> frames = three_frames();
  for (const Theme& theme : {light_theme, dark_theme, transparent_theme}) {
    Look look;
    look.theme = theme;
    Animation animation;
    for (std::size_t i = 0; i < 3; ++i) {
      animation.frames.push_back(draw(frames, options_with(look), i));
    }
    const std::vector<ApngFrame> decoded = decode_apng(encode_apng(animation));
    REQUIRE(decoded.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      const Picture single = decode_png(encode_apng({{animation.frames[i]}, 6, 2}));
      CHECK(decoded[i].picture.bytes == single.bytes);
    }
  }
}

TEST_CASE("the curve of a film marks the frame, and labels round steps", "[film]") {
  const std::vector<FilmFrame> frames = three_frames();
  const FilmLayout layout = lay_out_film(frames, options_with(), Font());
  const Box& area = layout.curve.area;
  CHECK(layout.frames[0].mark.y == area.y + area.height - 0.5);
  CHECK(layout.frames[2].mark.y == area.y + 0.5);
  // as far apart as the frames are, not as their steps
  CHECK(layout.frames[1].mark.x - layout.frames[0].mark.x ==
        Catch::Approx(layout.frames[2].mark.x - layout.frames[1].mark.x));
  std::vector<std::string> labels;
  for (const PlacedText& label : layout.curve.x_labels) labels.push_back(label.text);
  CHECK(labels == std::vector<std::string>{"0", "300", "10", "100", "2", "20", "5", "50"});
  // a loss above 1 sets the end of its axis
  std::vector<FilmFrame> high = frames;
  high[0].value = 3.4;
  const FilmLayout tall = lay_out_film(high, options_with(), Font());
  CHECK(tall.curve.y_labels.back().text == "4");
  CHECK(tall.frames[0].mark.y > tall.curve.area.y);
}

TEST_CASE("what is no film is refused", "[film]") {
  CHECK_THROWS_WITH(lay_out_film({}, {}, Font()),
                    "film: nothing to draw; expected at least 1 map, got 0");
  std::vector<FilmFrame> frames = three_frames();
  frames[2].step = 12;
  CHECK_THROWS_WITH(lay_out_film(frames, {}, Font()),
                    "film: expected ascending steps, got 12 after 12");
  frames = three_frames();
  frames[1].map.source[0] = "other";
  CHECK_THROWS_WITH(lay_out_film(frames, {}, Font()),
                    "film: expected maps of one input, got another as map 2");
}

}  // namespace attnviz
