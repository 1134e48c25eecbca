// `attnviz render`: a picture of attention.
#pragma once

namespace CLI {
class App;
}

namespace attnviz {

void setup_render(CLI::App& program);

}  // namespace attnviz
