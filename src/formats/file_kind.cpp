#include "formats/file_kind.h"

#include <utility>

namespace attnviz {

std::string_view file_kind(std::string_view bytes) {
  using namespace std::string_view_literals;
  static constexpr std::pair<std::string_view, std::string_view> kinds[] = {
      {"PK\x03\x04"sv, "a zip archive, such as PyTorch or npz files are"sv},
      {"PK\x05\x06"sv, "an empty zip archive"sv},
      {"\x80\x02"sv, "a Python pickle"sv},
      {"\x80\x03"sv, "a Python pickle"sv},
      {"\x80\x04"sv, "a Python pickle"sv},
      {"\x80\x05"sv, "a Python pickle"sv},
      {"GGUF"sv, "a GGUF file"sv},
      {"\x89PNG"sv, "a PNG picture"sv},
      {"\xff\xd8\xff"sv, "a JPEG picture"sv},
      {"GIF87a"sv, "a GIF picture"sv},
      {"GIF89a"sv, "a GIF picture"sv},
      {"II*\0"sv, "a TIFF picture"sv},
      {"MM\0*"sv, "a TIFF picture"sv},
      {"<svg"sv, "an SVG picture"sv},
      {"%PDF"sv, "a PDF document"sv},
      {"\x93NUMPY"sv, "a NumPy array"sv},
      {"\x89HDF"sv, "an HDF5 file"sv},
      {"\x1f\x8b"sv, "a gzip file"sv},
      {"{\""sv, "JSON"sv},
      {"{\n"sv, "JSON"sv},
      {"{\r\n"sv, "JSON"sv},
      {"{ "sv, "JSON"sv}};
  if (bytes.empty()) return "an empty file";
  for (const auto& [magic, kind] : kinds) {
    if (bytes.starts_with(magic)) return kind;
  }
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP")
    return "a WebP picture";
  if (bytes.size() >= 12 && bytes.substr(4, 8) == "ftypavif") return "an AVIF picture";
  if (bytes.size() >= 12 && bytes.substr(4, 7) == "ftyphei") return "a HEIC picture";
  // The length of a header, as 8 bytes, then the header.
  if (bytes.size() > 8 && bytes.substr(5, 4) == "\0\0\0{"sv) return "a safetensors model";
  return "";
}

}  // namespace attnviz
