// What the terminal can show, and maps drawn on it.
#pragma once

#include "infer/predict.h"
#include "render/figure/terminal.h"

namespace attnviz {

/// What is known of the stream with that number: no colours unless it is a terminal and TERM or
/// COLORTERM promise them, nor with NO_COLOR; no width if it is not.
TerminalOptions terminal_options(int stream);

/// Draws the map of an answer on standard error, with its title and caption.
void show_map(std::string_view task, const Prediction& prediction);

}  // namespace attnviz
