// Arrays in NumPy's file format (.npy), versions 1 to 3: a magic string, a header in Python's
// syntax, then the items.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

/// Of the items of an array.
inline constexpr std::size_t max_array_bytes = std::size_t{1} << 30U;

/// The header of an array, and its items.
struct NpyArray {
  // As in NumPy: f float, i u integer, b bool, U text, S bytes; V is bfloat16, which NumPy lacks.
  char kind = 'f';
  std::size_t item_size = 4;  // bytes: 2 4 8 of f, 1 2 4 8 of i and u, 1 of b, 4 a character of U
  bool big_endian = false;
  bool fortran_order = false;  // the first axis varies fastest, not the last
  std::vector<std::size_t> shape;
  std::string_view items;  // a part of the bytes that were read
};

/// Reads a file strictly; `name` is its name, for messages, and `bytes` must outlive the array.
/// Throws InputError naming the place: another kind of file, a header that is cut short or not
/// NumPy's, items of another type (Python objects, complex numbers, records), more than 32 axes, a
/// size that is not that of the items; LimitError for a header over 10,000 bytes.
NpyArray read_npy(std::string_view bytes, const std::string& name);

/// Whether the items are texts, or bytes that are.
bool is_text(const NpyArray& array);

/// "(2, 3)"
std::string npy_shape_text(const std::vector<std::size_t>& shape);

/// How many items lie between neighbours along each axis.
std::vector<std::size_t> npy_strides(const NpyArray& array);

/// An item of an array of numbers, rounded once; infinite or NaN where it is no finite float.
float npy_number(const NpyArray& array, std::size_t item);

/// The same as a double: exact but for integers beyond 2^53.
double npy_double(const NpyArray& array, std::size_t item);

/// The items of an array of text or integers with one axis; of one with more, those of the
/// flattened array. Throws InputError for other arrays and for what is not Unicode; LimitError for
/// more than `limit`: a text takes many times the memory of its bytes.
std::vector<std::string> npy_texts(const NpyArray& array, const std::string& name,
                                   std::size_t limit);

/// Files of version 1, little-endian, in C order. Texts are padded to the length of the longest
/// with zeros, which NumPy leaves out when it reads: a text must not end in U+0000. Throws
/// LimitError when they would take more than 2^28 bytes.
std::string npy_of_floats(const std::vector<float>& values, const std::vector<std::size_t>& shape);
std::string npy_of_bools(const std::vector<bool>& values, const std::vector<std::size_t>& shape);
std::string npy_of_texts(const std::vector<std::string>& texts,
                         const std::vector<std::size_t>& shape);

}  // namespace attnviz
