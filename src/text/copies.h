// Which symbols of its source an answer may copy.
//
// A model that copies answers in the target vocabulary, of V symbols, extended for each source by
// the symbols of this source that the vocabulary does not hold: V is the first of them, V + 1 the
// next that differs. Equal texts are one symbol. END copies as END; a source text that is the label
// of a reserved symbol, such as <unk>, as the unknown symbol.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/batch.h"

namespace attnviz {

/// Fills copies and labels of `pair`, END last. The numbers of the source and target symbols are
/// those of the target vocabulary or, from `vocabulary` (V) on, of other texts. A label that the
/// source does not hold is the unknown symbol.
void set_copies(std::span<const int> source, std::span<const int> target, int vocabulary,
                EncodedPair& pair);

/// The same for texts.
void set_copies(const Vocabulary& vocabulary, std::span<const std::string> source,
                std::span<const std::string> target, EncodedPair& pair);

/// The text of a number in an answer to `source` (END left out), whose copies are given; without
/// any, that of a plain model.
const std::string& answer_symbol(const Vocabulary& vocabulary, int id,
                                 std::span<const std::string> source, std::span<const int> copies);

/// The symbols of `ids` up to END, which is left out.
std::vector<std::string> decode_answer(const Vocabulary& vocabulary, std::span<const int> ids,
                                       std::span<const std::string> source,
                                       std::span<const int> copies);

}  // namespace attnviz
