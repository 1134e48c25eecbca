#include "cli/input_lines.h"

#include <filesystem>
#include <system_error>

#include "base/file.h"
#include "base/line_reader.h"
#include "cli/output.h"
#include "text/text_kind.h"

namespace attnviz {

void for_each_line(const std::string& path, const LineHandlers& handlers) {
  LineReader lines(path);
  for (std::string line;;) {
    if (lines.would_wait()) handlers.flush();
    try {
      if (!lines.next(line)) return;
    } catch (const LimitError& error) {
      handlers.refuse(error, "");
      handlers.flush();  // the rest of the line may take long
      continue;
    } catch (const InputError&) {
      handlers.flush();  // those before it are out
      throw;
    }
    const std::string place = lines.place() + ": ";
    const std::string kind = lines.number() == 1 ? no_utf8_text(line) : "";
    if (!kind.empty()) {
      handlers.refuse(InputError("expected text in UTF-8, got " + kind), place);
    } else if (line.find('\r') != std::string::npos) {
      handlers.refuse(InputError("expected no carriage return inside a line"), place);
    } else {
      handlers.take(line, place);
    }
  }
}

std::string file_note(const std::string& command, const std::string& input) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(input, ignored)) return "";
  return "\"" + printable(input, no_limit) +
         "\" is taken as a text; for the lines of this file: " + command + " - < " +
         shell_word(input);
}

}  // namespace attnviz
