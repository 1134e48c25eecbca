// Files of named float32 tensors in the safetensors format: an 8-byte little-endian header length,
// a JSON header with each tensor's type, shape and place, then the numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/npy.h"

namespace attnviz {

struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;  // row-major
};

struct TensorFile {
  std::map<std::string, std::string> metadata;
  std::vector<NamedTensor> tensors;  // in the order of the file
};

/// Whether the file has checksums. Files from other programs have none and are read without.
bool has_checksums(const TensorFile& file);

/// The bytes of a file. Adds to the metadata checksums of every tensor ("checksums") and of the
/// metadata ("checksum"). Throws LimitError when the header would be over 64 MiB.
std::string write_safetensors(const TensorFile& file);

/// Throws as read_safetensors does for a file that cannot be one by its first bytes.
void check_safetensors_start(std::string_view start, const std::string& name);

/// Reads a file strictly. `name` is the file's, for messages.
/// Throws InputError naming the place: another kind of file, a header that is cut short, longer
/// than the file or not a JSON object; a tensor that is not F32, overlaps another, leaves a hole,
/// does not fit its shape, holds a number that is not finite or does not match its checksum; bytes
/// after the last tensor. Throws LimitError when the header is over 64 MiB or lists more than 4,096
/// tensors.
TensorFile read_safetensors(std::string_view bytes, const std::string& name);

/// The tensors of another program's file by name, of any type of number that npy_number() knows;
/// they are parts of `bytes`. As strict, without checksums.
std::vector<std::pair<std::string, NpyArray>> read_safetensors_arrays(std::string_view bytes,
                                                                      const std::string& name);

}  // namespace attnviz
