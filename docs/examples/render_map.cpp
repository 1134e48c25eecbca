// Draws a small attention map with attnviz as a library: render_map picture.png
#include <attnviz/render.h>

#include <fstream>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: render_map FILE.png\n";
    return 2;
  }
  attnviz::AttentionMap map;
  map.source = {"le", "chat", "noir", "</s>"};   // columns: the inputs
  map.target = {"the", "black", "cat", "</s>"};  // rows: the outputs
  map.weights = {0.90F, 0.05F, 0.04F, 0.01F,     // row by row
                 0.02F, 0.08F, 0.88F, 0.02F,     //
                 0.03F, 0.91F, 0.05F, 0.01F,     //
                 0.01F, 0.02F, 0.02F, 0.95F};

  attnviz::HeatmapOptions options;
  options.texts.title = "le chat noir → the black cat";
  const std::string file = attnviz::encode_png(attnviz::draw_heatmap(map, options));
  return std::ofstream(argv[1], std::ios::binary) << file ? 0 : 1;
}
