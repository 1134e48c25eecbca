// Attention in the formats of machine translation programs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/error.h"

namespace attnviz {

// In all of them symbols are separated by spaces, so a space that is a symbol is written as ␣. An
// answer that was cut before END has no row for END, which other programs may refuse.

/// A symbol `|||`, which separates the fields of Marian's and Nematus' formats: thrown by the
/// functions that write these.
class SeparatorSymbolError : public InputError {
 public:
  using InputError::InputError;
};

/// Links `i-j` of source position i and output position j, from 0 and in the order of outputs, as
/// fast_align writes: an output is linked to the input that it attends to most. END's row has no
/// link, and neither has an output that attends to END most. One line without its end.
std::string attention_to_pharaoh(const AttentionMap& map);

struct Link {
  std::size_t input = 0;
  std::size_t output = 0;
  bool is_possible = false;  // it need not be there
};

/// Links `i-j` of source position i and output position j, from 0, and `i?j` or `ipj` that are only
/// possible. Throws InputError naming a link that is none; LimitError for a position over 2^20;
/// `place` is that of the line.
std::vector<Link> parse_links(std::string_view line, const std::string& place);

/// The alignment of one sentence.
struct GoldLinks {
  GoldAlignment gold;      // one entry an output: every right position
  GoldAlignment possible;  // those of them that need not be linked
};

/// A line of a gold alignment: links in any order. Throws as parse_links, and InputError for one
/// outside `inputs` and `outputs`.
GoldLinks read_links(std::string_view line, std::size_t inputs, std::size_t outputs,
                     const std::string& place);

/// `output words ||| 0.9,0.1 0.2,0.8`, a group of weights for each output and END, as Marian's
/// decoder writes with --alignment soft; read_attention_marian() reads it. One line without its
/// end.
std::string attention_to_marian(const AttentionMap& map);

/// The same for one of several answers to sentence `number`, from 0, as Marian's decoder writes
/// n-best lists: `number ||| output words ||| weights ||| F0= score ||| score`.
std::string attention_to_marian(const AttentionMap& map, std::size_t number, double score);

/// `number ||| output words ||| score ||| source words ||| columns rows`, a line of weights for
/// each output and END, and an empty line, as Nematus writes with --output_alignment;
/// read_attention_nematus() reads it. `number` counts sentences from 0. Without the last line end.
std::string attention_to_nematus(const AttentionMap& map, std::size_t number, double score);

}  // namespace attnviz
