#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "cli/output.h"

namespace attnviz {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

TerminalColors colors_of(int stream) {
  if (isatty(stream) == 0 || !variable("NO_COLOR").empty() || variable("TERM") == "dumb") {
    return TerminalColors::none;
  }
  if (variable("COLORTERM") == "truecolor" || variable("COLORTERM") == "24bit") {
    return TerminalColors::full;
  }
  return variable("TERM").find("256color") == std::string_view::npos ? TerminalColors::none
                                                                     : TerminalColors::greys;
}

}  // namespace

TerminalOptions terminal_options(int stream) {
  TerminalOptions options;
  options.colors = colors_of(stream);
  winsize size{};
  if (isatty(stream) != 0 && ioctl(stream, TIOCGWINSZ, &size) == 0) options.width = size.ws_col;
  return options;
}

void show_map(std::string_view task, const Prediction& prediction) {
  TerminalOptions options = terminal_options(STDERR_FILENO);
  options.title = picture_title(task, prediction);
  options.caption = picture_caption(prediction.map);
  std::string text = draw_terminal(prediction.map, options);
  text.pop_back();  // tell() ends the line
  tell(false, text);
}

}  // namespace attnviz
