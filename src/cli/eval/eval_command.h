// `attnviz eval`: how good a model is.
#pragma once

namespace CLI {
class App;
}

namespace attnviz {

void setup_eval(CLI::App& program);

}  // namespace attnviz
