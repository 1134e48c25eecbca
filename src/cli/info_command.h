// `attnviz info`: what is in a model file.
#pragma once

namespace CLI {
class App;
}

namespace attnviz {

void setup_info(CLI::App& program);

}  // namespace attnviz
