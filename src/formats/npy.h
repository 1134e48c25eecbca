// Arrays in NumPy's file format (.npy), versions 1 to 3: a magic string, a header in Python's
// syntax, then the items.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

/// The header of an array, and its items.
struct NpyArray {
  char kind = 'f';            // as in NumPy: f float, i u integer, b bool, U text
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

/// Part of an array of numbers.
struct NpyMatrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;  // row-major
};

/// The last two axes at the place `index` of all axes before them. Throws SettingError "index"
/// unless it has a number in range for each of those, LimitError over 2^26 numbers, and InputError
/// for text, fewer than two axes, an empty matrix, and an item that is no finite float, with its
/// place.
NpyMatrix npy_matrix(const NpyArray& array, const std::vector<std::size_t>& index,
                     const std::string& name);

/// The items of an array of text with one axis; of one with more, those of the flattened array.
/// Throws InputError for other arrays and for what is not Unicode.
std::vector<std::string> npy_texts(const NpyArray& array, const std::string& name);

/// Files of version 1, little-endian, in C order. Texts are padded to the length of the longest
/// with zeros, which NumPy leaves out when it reads: a text must not end in U+0000. Throws
/// LimitError when they would take more than 2^28 bytes.
std::string npy_of_floats(const std::vector<float>& values, const std::vector<std::size_t>& shape);
std::string npy_of_bools(const std::vector<bool>& values, const std::vector<std::size_t>& shape);
std::string npy_of_texts(const std::vector<std::string>& texts,
                         const std::vector<std::size_t>& shape);

}  // namespace attnviz
