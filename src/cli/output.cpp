#include "cli/output.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/utf8.h"
#include "render/text/label_text.h"
#include "score/scores.h"

namespace attnviz {

void print(std::string_view text) {
  if (isatty(STDOUT_FILENO) != 1) return write_file("-", text);
  std::string safe;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find_first_of("\t\n"), text.size());
    safe += printable(text.substr(0, length), no_limit);
    safe += text.substr(length, 1);
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  write_file("-", safe);
}

void tell(bool quiet, std::string_view line) {
  if (!quiet) std::cerr << line << '\n';
}

void tell_note(bool quiet, const std::string& text) {
  tell(quiet, "attnviz: note: " + text);
}

std::string shell_word(const std::string& path) {
  const auto is_plain = [](char c) {
    const std::string_view plain = "_-./+,:@%";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           plain.find(c) != std::string_view::npos;
  };
  if (path.starts_with('-')) return shell_word("./" + path);  // else it would be an option
  if (!path.empty() && std::all_of(path.begin(), path.end(), is_plain)) return path;
  std::string quoted;
  if (printable(path, no_limit) == path) {
    for (const char c : path) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return "'" + quoted + "'";
  }
  // What cannot be printed is escaped as bash and zsh understand it.
  for (const char c : path) quoted += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return "$'" + printable(quoted, no_limit) + "'";
}

std::string percent(double share) {
  return fmt::format("{:.2f} %", 100.0 * share);
}

std::string picture_title(std::string_view task, const Prediction& prediction) {
  constexpr std::size_t longest = 60;  // of a text, so that a title has about three lines at most
  std::string title(task);
  if (!title.empty()) title += ": ";
  title +=
      shorten(prediction.source_text, longest) + " → " + shorten(prediction.answer_text, longest);
  const auto& metadata = prediction.map.metadata;
  if (const auto log = metadata.find("log_probability"); log != metadata.end()) {
    title += " · log P " + format_fixed(prediction.log_probability, 2);
  }
  const auto expected = metadata.find("expected");
  if (expected == metadata.end()) return title;
  if (expected->second == prediction.answer_text) return title + " · exact";
  return title + " · wrong, expected " + shorten(expected->second, longest);
}

std::string picture_caption(const AttentionMap& map) {
  const AlignmentScores scores = score_alignment(map.weights, map.columns(), map.gold);
  if (scores.rows == 0) return "";
  return fmt::format("gold mass {:.3f} · on target {} of {} · row entropy {:.3f}",
                     scores.gold_mass(), scores.hits, scores.rows, scores.row_entropy());
}

}  // namespace attnviz
