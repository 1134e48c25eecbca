#include "cli/pair_notes.h"

#include <fmt/core.h>

#include "attnviz/error.h"
#include "cli/output.h"

namespace attnviz {

Option add_columns_option(const Command& command, std::string& target) {
  return command
      .words("--columns", target, "two or three columns, as in 1,2",
             "the columns of source and target, and of the gold alignment, as in 1,2 or 2,4,5 "
             "(default: the first two, or all three)")
      .type("N,N[,N]");
}

std::vector<int> read_columns(const std::string& text) {
  if (text.empty()) return {};
  if (auto columns = columns_from(text)) return *std::move(columns);
  throw UsageError(
      "--columns: expected two or three different numbers in 1..1000, as in 1,2, got \"" +
      printable(text) + '"');
}

void tell_pair_notes(bool quiet, const PairNotes& notes, std::size_t pairs) {
  const auto note = [&](const std::string& text) { tell_note(quiet, text); };
  if (notes.empty == 1) note("skipped 1 line with an empty side");
  if (notes.empty > 1) note(fmt::format("skipped {} lines with an empty side", notes.empty));
  if (notes.labels > 0) {
    const std::string others = fmt::format(", the first of {} such symbols", notes.labels);
    note(notes.first_label + " is the label of a special symbol and is read as an unknown one" +
         (notes.labels == 1 ? "" : others));
  }
  if (!notes.header.empty()) {
    note(notes.header + ": looks like the names of the columns, but is read as a pair");
  }
  if (pairs > 0 && notes.quoted >= 2 * pairs) {
    note("every side is in double quotes, which are read as part of it");
  }
}

}  // namespace attnviz
