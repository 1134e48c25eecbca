// Files of vectors: numbers in rows and columns, read in double.
#pragma once

#include <string>
#include <string_view>

#include "base/real_matrix.h"

namespace attnviz {

/// What the numbers of a file are. Those of texts are real, or True and False.
enum class NumberType { real, integer, logical };

struct NumberTable {
  RealMatrix numbers;  // 1 and 0 for True and False
  NumberType type = NumberType::real;
};

/// The endings of such files, for messages: ".npy, .npz, .csv, .tsv or .json".
inline constexpr std::string_view number_file_endings = ".npy, .npz, .csv, .tsv or .json";

/// Whether the ending of a path is one of them, in any case.
bool is_number_file(const std::string& path);
/// Whether it may hold several arrays: .npz.
bool holds_arrays(const std::string& path);

/// All numbers of such a file: a row a vector; an array or list with one axis is one row. `array`
/// is taken from an .npz that holds several. Tables have no labels. Throws InputError naming the
/// place of what is malformed, empty, ragged, not finite (but for -infinity, see
/// require_finite_numbers) or of more than two axes; LimitError over 2^26 numbers, and as read_file
/// does.
NumberTable read_number_file(const std::string& path, const std::string& array);

/// The same of a text such as "1,0; 0,1": rows between semicolons, numbers between commas. `name`
/// is for messages.
NumberTable parse_number_rows(std::string_view text, const std::string& name);

/// Throws InputError naming row and column of what is -infinity.
void require_finite_numbers(const RealMatrix& numbers, const std::string& name);

}  // namespace attnviz
