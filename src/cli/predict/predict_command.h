// `attnviz predict`: answers of a model.
#pragma once

namespace CLI {
class App;
}

namespace attnviz {

void setup_predict(CLI::App& program);

}  // namespace attnviz
