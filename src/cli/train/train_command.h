// `attnviz train`: a model from nothing.
#pragma once

namespace CLI {
class App;
}

namespace attnviz {

void setup_train(CLI::App& program);

}  // namespace attnviz
