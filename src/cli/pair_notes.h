// Files of pairs on the command line: their columns, and notes about what was read.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"
#include "text/pair_reader.h"

namespace attnviz {

/// Adds --columns, for the tab-separated files of a command.
Option add_columns_option(const Command& command, std::string& target);

/// The value of --columns, none for "". Throws UsageError for anything else.
std::vector<int> read_columns(const std::string& text);

/// Notes what was skipped in `pairs` pairs, and what may not be meant as it was read.
void tell_pair_notes(bool quiet, const PairNotes& notes, std::size_t pairs);

}  // namespace attnviz
