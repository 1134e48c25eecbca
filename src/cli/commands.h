// The commands, each in a file or folder of its name. Each function adds one to the program.
#pragma once

#include "cli/options.h"

namespace attnviz {

void add_train(Program& program);    // train a model: train/
void add_render(Program& program);   // draw attention: render/
void add_predict(Program& program);  // answer inputs: predict/
void add_eval(Program& program);     // measure a model: eval/
void add_explain(Program& program);  // which inputs an answer depends on: explain/
void add_attend(Program& program);   // attention over given vectors: attend/
void add_info(Program& program);     // show what is in a model file
void add_tasks(Program& program);    // list the tasks, print data

}  // namespace attnviz
