#include "formats/npy.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/utf8.h"
#include "formats/file_kind.h"

namespace attnviz {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view magic = "\x93NUMPY"sv;
constexpr std::size_t max_header = 10'000;
constexpr std::size_t max_axes = 32;
constexpr std::size_t max_text_bytes = std::size_t{1} << 28U;

/// The unsigned number that these bytes spell, at any alignment.
std::uint64_t load(std::string_view bytes, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char byte = bytes[big_endian ? i : bytes.size() - 1 - i];
    value = value << 8U | static_cast<unsigned char>(byte);
  }
  return value;
}

/// The dictionary of a header: three keys, each once, in any order.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  NpyArray read() {
    NpyArray array;
    expect('{');
    while (!take('}')) {
      const std::string_view key = take_string();
      expect(':');
      if (key == "descr" && !has_type_) {
        read_type(array);
        has_type_ = true;
      } else if (key == "fortran_order" && !has_order_) {
        array.fortran_order = take_bool();
        has_order_ = true;
      } else if (key == "shape" && !has_shape_) {
        array.shape = take_shape();
        has_shape_ = true;
      } else {
        refuse("descr, fortran_order and shape once each", key);
      }
      if (!take(',') && !comes('}')) refuse("a comma or }", rest());
    }
    skip_spaces();
    if (next_ != text_.size()) refuse("nothing after it", rest());
    if (!has_type_ || !has_order_ || !has_shape_) {
      throw InputError(name_ + ": header: expected descr, fortran_order and shape");
    }
    return array;
  }

 private:
  [[noreturn]] void refuse(const std::string& expected, std::string_view got) const {
    throw InputError(
        fmt::format("{}: header: expected {}, got \"{}\"", name_, expected, printable(got, 40)));
  }

  std::string_view rest() const { return text_.substr(next_); }
  void skip_spaces() { next_ = std::min(text_.find_first_not_of(" \n\t", next_), text_.size()); }
  bool comes(char expected) {
    skip_spaces();
    return next_ < text_.size() && text_[next_] == expected;
  }
  bool take(char expected) {
    if (!comes(expected)) return false;
    ++next_;
    return true;
  }
  void expect(char expected) {
    if (!take(expected)) refuse(std::string(1, expected), rest());
  }
  bool take_word(std::string_view word) {
    skip_spaces();
    if (!rest().starts_with(word)) return false;
    next_ += word.size();
    return true;
  }

  std::string_view take_string() {
    skip_spaces();
    const char quote = next_ < text_.size() ? text_[next_] : '\0';
    const std::size_t end = text_.find(quote, std::min(next_ + 1, text_.size()));
    if ((quote != '\'' && quote != '"') || end == std::string_view::npos) {
      refuse("a text in quotes", rest());
    }
    const std::string_view inside = text_.substr(next_ + 1, end - next_ - 1);
    next_ = end + 1;
    return inside;
  }

  bool take_bool() {
    if (take_word("True")) return true;
    if (!take_word("False")) refuse("True or False", rest());
    return false;
  }

  std::vector<std::size_t> take_shape() {
    std::vector<std::size_t> shape;
    expect('(');
    while (!take(')')) {
      skip_spaces();
      const std::size_t digits = std::min(rest().find_first_not_of("0123456789"), rest().size());
      const auto size = parse_integer<std::size_t>(rest().substr(0, digits));
      if (!size) refuse("a size in shape", rest());
      next_ += digits;
      take_word("L");  // of Python 2
      shape.push_back(*size);
      if (shape.size() > max_axes) refuse("at most 32 sizes in shape", rest());
      if (!take(',') && !comes(')')) refuse("a comma or ) in shape", rest());
    }
    return shape;
  }

  void read_type(NpyArray& array) {
    if (comes('[')) refuse("numbers of one type, not records", rest());
    const std::string_view type = take_string();
    const auto size =
        parse_integer<std::size_t>(type.substr(std::min<std::size_t>(2, type.size())));
    const char order = type.empty() ? '\0' : type[0];
    array.kind = type.size() < 2 ? '\0' : type[1];
    if (array.kind == 'O') {
      throw InputError(fmt::format(
          "{}: header: expected numbers, got {}, a pickle of Python objects; save numbers with "
          "numpy.savez(file, weights=numpy.array(a, dtype=float)), maps of unequal sizes each "
          "under a name, and labels with dtype=str",
          name_, printable(type)));
    }
    const bool fits =
        size && ((array.kind == 'f' && (size == 2 || size == 4 || size == 8)) ||
                 ((array.kind == 'i' || array.kind == 'u') &&
                  (size == 1 || size == 2 || size == 4 || size == 8)) ||
                 (array.kind == 'b' && size == 1) || (array.kind == 'V' && size == 2) ||
                 ((array.kind == 'U' || array.kind == 'S') && size > 0));
    // Bytes have no order, written |.
    const bool is_bytes = size == 1 || array.kind == 'V' || array.kind == 'S';
    if (!fits || (order != '<' && order != '>' && (order != '|' || !is_bytes))) {
      refuse("float16 to float64, bfloat16, integers, bool or text as descr", type);
    }
    const bool is_text = array.kind == 'U' || array.kind == 'S';
    if (is_text && *size > max_text_bytes / 4) refuse("shorter texts", type);
    array.item_size = array.kind == 'U' ? *size * 4 : *size;
    array.big_endian = order == '>';
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t next_ = 0;
  bool has_type_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
};

/// Throws unless the items are exactly those that the header announces.
void check_size(const NpyArray& array, const std::string& name) {
  std::size_t expected = array.item_size;
  for (const std::size_t size : array.shape) {
    // Sizes larger than the file could overflow; a size of 0 leaves nothing whatever the others
    // are.
    if (size != 0 && expected > std::numeric_limits<std::size_t>::max() / 2 / size) {
      throw InputError(
          fmt::format("{}: shape {}: larger than the file", name, npy_shape_text(array.shape)));
    }
    expected *= size;
  }
  if (expected != array.items.size()) {
    throw InputError(fmt::format("{}: shape {}: expected {} bytes after the header, got {}", name,
                                 npy_shape_text(array.shape), expected, array.items.size()));
  }
}

/// IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction.
float half_to_float(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10U & 31U);
  const auto fraction = static_cast<float>(bits & 1023U);
  const float size = exponent == 31  ? (fraction == 0 ? std::numeric_limits<float>::infinity()
                                                      : std::numeric_limits<float>::quiet_NaN())
                     : exponent == 0 ? std::ldexp(fraction, -24)
                                     : std::ldexp(fraction + 1024.0F, exponent - 25);
  return (bits & 0x8000U) != 0 ? -size : size;
}

/// The lowest binary16, which is added to scores in place of -inf. A score added to it leaves it
/// below -65000.
bool is_half_mask(const NpyArray& array, std::uint64_t bits) {
  constexpr std::uint64_t mask = 0xfbf0;  // -65024, a smaller number in the lower bits
  return array.kind == 'f' && array.item_size == 2 && bits >= mask && bits <= 0xfbff;
}

std::uint64_t bits_of(const NpyArray& array, std::size_t item) {
  return load(array.items.substr(item * array.item_size, array.item_size), array.big_endian);
}

std::int64_t signed_integer(const NpyArray& array, std::uint64_t bits) {
  const auto unused = static_cast<unsigned>(64 - 8 * array.item_size);
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

/// Everything before the items.
std::string header(const std::string& type, const std::vector<std::size_t>& shape) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type,
                                 npy_shape_text(shape));
  constexpr std::size_t before = 10;  // magic, version, length
  // The items start at a multiple of 64 bytes.
  text.append((64 - (before + text.size() + 1) % 64) % 64, ' ');
  text += '\n';
  std::string bytes = std::string(magic) + '\x01' + '\0';
  bytes += static_cast<char>(text.size() & 0xffU);
  bytes += static_cast<char>(text.size() >> 8U);
  return bytes + text;
}

void append_little_endian(std::string& bytes, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>(value >> shift & 0xffU);
  }
}

std::string integer_text(const NpyArray& array, std::string_view item) {
  const std::uint64_t bits = load(item, array.big_endian);
  if (array.kind == 'u') return fmt::format("{}", bits);
  return fmt::format("{}", signed_integer(array, bits));
}

/// Zeros pad, unless something follows.
std::string bytes_text(std::string_view item, const std::string& name) {
  item = item.substr(0, item.find_last_not_of('\0') + 1);
  require_utf8(item, name);
  return std::string(item);
}

std::string unicode_text(std::string_view item, bool big_endian, const std::string& name,
                         std::size_t number) {
  std::string text;
  std::size_t zeros = 0;  // they pad, unless something follows
  for (std::size_t c = 0; c < item.size(); c += 4) {
    const std::uint64_t value = load(item.substr(c, 4), big_endian);
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
      throw InputError(fmt::format("{}: text {}: expected Unicode, got {}", name, number, value));
    }
    if (value == 0) {
      ++zeros;
      continue;
    }
    text.append(zeros, '\0');
    zeros = 0;
    text += to_utf8(static_cast<char32_t>(value));
  }
  return text;
}

}  // namespace

bool is_text(const NpyArray& array) {
  return array.kind == 'U' || array.kind == 'S';
}

std::string npy_shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += fmt::format("{}{}", i > 0 ? ", " : "", shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

NpyArray read_npy(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with(magic)) {
    const std::string_view kind = file_kind(bytes);
    throw InputError(fmt::format("{}: expected a NumPy array, got {}", name,
                                 kind.empty() ? "something else" : kind));
  }
  constexpr std::size_t version_end = magic.size() + 2;
  if (bytes.size() < version_end) throw InputError(name + ": header: cut short");
  const int major = bytes[magic.size()];
  const int minor = bytes[magic.size() + 1];
  if (major < 1 || major > 3 || minor != 0) {
    throw InputError(
        fmt::format("{}: header: expected version 1.0, 2.0 or 3.0, got {}.{}", name, major, minor));
  }
  const std::size_t length_size = major == 1 ? 2 : 4;
  if (bytes.size() < version_end + length_size) throw InputError(name + ": header: cut short");
  const std::uint64_t length = load(bytes.substr(version_end, length_size), false);
  if (length > max_header) {
    throw LimitError(
        fmt::format("{}: header: expected at most {} bytes, got {}", name, max_header, length));
  }
  const std::string_view after = bytes.substr(version_end + length_size);
  if (length > after.size()) {
    throw InputError(
        fmt::format("{}: header: expected {} bytes, got {}", name, length, after.size()));
  }
  NpyArray array = HeaderReader(after.substr(0, length), name).read();
  array.items = after.substr(length);
  check_size(array, name);
  return array;
}

std::vector<std::size_t> npy_strides(const NpyArray& array) {
  std::vector<std::size_t> result(array.shape.size());
  std::size_t stride = 1;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::size_t axis = array.fortran_order ? i : result.size() - 1 - i;
    result[axis] = stride;
    stride *= array.shape[axis];
  }
  return result;
}

double npy_double(const NpyArray& array, std::size_t item) {
  const std::uint64_t bits = bits_of(array, item);
  if (array.kind == 'b') return bits == 0 ? 0.0 : 1.0;
  if (array.kind == 'u') return static_cast<double>(bits);
  if (array.kind == 'i') return static_cast<double>(signed_integer(array, bits));
  // bfloat16 is the upper half of a float.
  if (array.kind == 'V') return std::bit_cast<float>(static_cast<std::uint32_t>(bits << 16U));
  if (array.item_size == 2) return half_to_float(bits);
  if (array.item_size == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

float npy_number(const NpyArray& array, std::size_t item) {
  const std::uint64_t bits = bits_of(array, item);
  if (array.kind == 'u') return static_cast<float>(bits);
  if (array.kind == 'i') return static_cast<float>(signed_integer(array, bits));
  // All lowest numbers are alike.
  if (is_half_mask(array, bits)) return std::numeric_limits<float>::lowest();
  const double value = npy_double(array, item);
  if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
    // Converting it is undefined.
    return std::copysign(std::numeric_limits<float>::infinity(), value < 0 ? -1.0F : 1.0F);
  }
  return static_cast<float>(value);
}

std::vector<std::string> npy_texts(const NpyArray& array, const std::string& name,
                                   std::size_t limit) {
  const bool is_integer = array.kind == 'i' || array.kind == 'u';
  if (!is_text(array) && !is_integer) {
    throw InputError(name + ": expected an array of text");
  }
  std::size_t count = 1;
  for (const std::size_t size : array.shape) count *= size;
  if (count > limit) {
    throw LimitError(fmt::format("{}: expected at most {} texts, got {}", name, limit, count));
  }
  std::vector<std::string> texts(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view item = array.items.substr(i * array.item_size, array.item_size);
    texts[i] = is_integer          ? integer_text(array, item)
               : array.kind == 'S' ? bytes_text(item, name)
                                   : unicode_text(item, array.big_endian, name, i + 1);
  }
  return texts;
}

std::string npy_of_floats(const std::vector<float>& values, const std::vector<std::size_t>& shape) {
  std::string bytes = header("<f4", shape);
  bytes.reserve(bytes.size() + 4 * values.size());
  for (const float value : values) append_little_endian(bytes, std::bit_cast<std::uint32_t>(value));
  return bytes;
}

std::string npy_of_bools(const std::vector<bool>& values, const std::vector<std::size_t>& shape) {
  std::string bytes = header("|b1", shape);
  for (const bool value : values) bytes += static_cast<char>(value ? 1 : 0);
  return bytes;
}

std::string npy_of_texts(const std::vector<std::string>& texts,
                         const std::vector<std::size_t>& shape) {
  std::size_t length = 1;  // NumPy has no texts of length 0
  std::vector<std::vector<char32_t>> all;
  for (const std::string& text : texts) {
    all.push_back(code_points(text));
    length = std::max(length, all.back().size());
  }
  if (texts.size() > max_text_bytes / 4 / length) {
    throw LimitError("texts: expected at most 256 MiB when padded to the longest, got more");
  }
  std::string bytes = header(fmt::format("<U{}", length), shape);
  for (std::vector<char32_t>& text : all) {
    text.resize(length);
    for (const char32_t c : text) append_little_endian(bytes, c);
  }
  return bytes;
}

}  // namespace attnviz
