// The column of a file of pairs that gives their alignment.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "text/pair_reader.h"

namespace attnviz {

/// A gold column: for each target symbol the source positions from 0, `-` for none, `2,3` for
/// several, `2?` for one that is possible and need not be aligned. Throws InputError without a
/// place, naming the entry: a count that is not `rows`, a position that is none of the `columns`
/// symbols or is listed twice.
void read_gold(std::string_view text, std::size_t rows, std::size_t columns, TextPair& pair);

/// The gold column of an alignment.
std::string gold_text(const GoldAlignment& gold, const GoldAlignment& possible = {});

}  // namespace attnviz
