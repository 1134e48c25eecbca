#include "formats/zip.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <set>

#include "attnviz/error.h"
#include "base/hash.h"
#include "formats/file_kind.h"

namespace attnviz {
namespace {

using namespace std::string_view_literals;

// Sizes of the fixed parts, each of which begins with a signature.
constexpr std::string_view local_mark = "PK\x03\x04"sv;
constexpr std::size_t local_size = 30;
constexpr std::string_view entry_mark = "PK\x01\x02"sv;
constexpr std::size_t entry_size = 46;
constexpr std::string_view end_mark = "PK\x05\x06"sv;
constexpr std::size_t end_size = 22;

constexpr std::size_t max_comment = 65'535;
constexpr std::size_t max_members = 4096;
constexpr std::uint32_t beyond_32_bits = 0xffffffff;  // the size stands in a zip64 field

std::uint32_t load(std::string_view bytes, std::size_t offset, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes[offset + i]);
  }
  return value;
}
std::uint32_t load16(std::string_view bytes, std::size_t offset) {
  return load(bytes, offset, 2);
}
std::uint32_t load32(std::string_view bytes, std::size_t offset) {
  return load(bytes, offset, 4);
}

void append(std::string& bytes, std::uint32_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, value >>= 8U) bytes += static_cast<char>(value & 0xffU);
}

/// The end record's offset. A comment, which may hold anything, follows it.
std::size_t find_end(std::string_view bytes, const std::string& name) {
  const std::size_t earliest = bytes.size() - std::min(bytes.size(), end_size + max_comment);
  std::size_t place = bytes.rfind(end_mark);
  while (place != std::string_view::npos && place >= earliest) {
    if (bytes.size() - place >= end_size &&
        load16(bytes, place + 20) == bytes.size() - place - end_size) {
      return place;
    }
    if (place == 0) break;
    place = bytes.rfind(end_mark, place - 1);
  }
  const std::string_view kind = bytes.starts_with("PK") ? "" : file_kind(bytes);
  throw InputError(
      fmt::format("{}: expected a zip archive, got {}", name,
                  kind.empty() ? "no directory at the end; is the file cut short?" : kind));
}

/// The data of a member: the directory gives its place, the header before it that header's length.
std::string_view find_data(std::string_view before, std::size_t offset, std::size_t size,
                           std::string_view member, const std::string& place) {
  if (offset > before.size() || before.size() - offset < local_size ||
      !before.substr(offset).starts_with(local_mark)) {
    throw InputError(
        fmt::format("{}: expected its header at byte {}, got something else", place, offset));
  }
  const std::string_view header = before.substr(offset);
  const std::size_t name_size = load16(header, 26);
  const std::size_t data = local_size + name_size + load16(header, 28);
  if (header.substr(local_size).substr(0, name_size) != member) {
    throw InputError(place + ": expected the same name in its header, got another");
  }
  if (data > header.size() || size > header.size() - data) {
    throw InputError(
        fmt::format("{}: expected {} bytes before the directory, got fewer", place, size));
  }
  return header.substr(data, size);
}

std::string inflate_member(const ZipMember& member, const std::string& place) {
  // Not as large as the directory has it until so much has come out.
  constexpr std::size_t step = std::size_t{1} << 20U;
  std::string bytes;
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  stream.next_in =
      const_cast<Bytef*>(reinterpret_cast<const Bytef*>(member.data.data()));  // not written to
  stream.avail_in = static_cast<uInt>(member.data.size());  // both below 2^32, as the format is
  int status = Z_OK;
  do {
    const std::size_t before = bytes.size();
    const std::size_t more = std::min(step, member.size - before);
    bytes.resize(before + more);
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data() + before);
    stream.avail_out = static_cast<uInt>(more);
    status = inflate(&stream, Z_NO_FLUSH);
  } while (status == Z_OK && stream.avail_out == 0 && bytes.size() < member.size);
  // The last block may hold nothing, and be read only now.
  if (status == Z_OK) status = inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0 &&
                     bytes.size() == member.size;
  inflateEnd(&stream);
  if (!whole) throw InputError(place + ": the compressed data is damaged");
  return bytes;
}

}  // namespace

std::vector<ZipMember> read_zip(std::string_view bytes, const std::string& name) {
  const std::size_t end = find_end(bytes, name);
  const std::size_t count = load16(bytes, end + 10);
  const std::size_t directory_size = load32(bytes, end + 12);
  const std::size_t directory = load32(bytes, end + 16);
  if (directory == beyond_32_bits || directory_size == beyond_32_bits || count > max_members) {
    throw LimitError(
        fmt::format("{}: expected at most {} members and no zip64 directory", name, max_members));
  }
  if (load16(bytes, end + 4) != 0 || load16(bytes, end + 6) != 0 ||
      load16(bytes, end + 8) != count) {
    throw InputError(name + ": expected an archive in one part");
  }
  if (directory > end || directory_size != end - directory) {
    throw InputError(name + ": expected the directory right before its end record");
  }
  std::vector<ZipMember> members;
  std::set<std::string_view> names;
  std::string_view rest = bytes.substr(directory, directory_size);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string place = fmt::format("{}: member {}", name, i + 1);
    if (rest.size() < entry_size || !rest.starts_with(entry_mark)) {
      throw InputError(place + ": expected an entry of the directory, got something else");
    }
    const std::size_t name_size = load16(rest, 28);
    const std::size_t whole = entry_size + name_size + load16(rest, 30) + load16(rest, 32);
    if (whole > rest.size()) throw InputError(place + ": cut short by the directory's end");
    const std::string_view member = rest.substr(entry_size, name_size);
    const std::string named = fmt::format("{}: {}", name, printable(member));
    if (!names.insert(member).second) throw InputError(named + ": occurs twice");
    if ((load16(rest, 8) & 1U) != 0) throw InputError(named + ": encrypted");
    const std::uint32_t method = load16(rest, 10);
    if (method != 0 && method != 8) {
      throw InputError(
          fmt::format("{}: expected compression 0 (none) or 8 (deflate), got {}", named, method));
    }
    const std::uint32_t stored = load32(rest, 20);
    const std::uint32_t size = load32(rest, 24);
    const std::uint32_t offset = load32(rest, 42);
    if (std::max({stored, size, offset}) == beyond_32_bits) {
      throw LimitError(named + ": expected less than 4 GiB");
    }
    members.push_back({std::string(member), method == 8, size, load32(rest, 16),
                       find_data(bytes.substr(0, directory), offset, stored, member, named)});
    rest.remove_prefix(whole);
  }
  if (!rest.empty()) throw InputError(name + ": expected nothing after the last directory entry");
  return members;
}

std::string extract(const ZipMember& member, std::size_t limit, const std::string& name) {
  const std::string place = fmt::format("{}: {}", name, printable(member.name));
  if (member.size > limit) {
    throw LimitError(
        fmt::format("{}: expected at most {} bytes, got {}", place, limit, member.size));
  }
  // Two bits of deflated data make at most 258 bytes.
  const std::size_t max_size = member.deflated ? member.data.size() * 1032 : member.data.size();
  if (member.size > max_size || (!member.deflated && member.size != max_size)) {
    throw InputError(
        fmt::format("{}: expected the directory's {} bytes, which its {} in the file cannot be",
                    place, member.size, member.data.size()));
  }
  std::string bytes = member.deflated ? inflate_member(member, place) : std::string(member.data);
  if (crc32(bytes) != member.crc32) {
    throw InputError(place + ": the bytes do not match their checksum");
  }
  return bytes;
}

std::string write_zip(const std::vector<std::pair<std::string, std::string>>& members) {
  constexpr std::uint32_t version = 20;  // 2.0, the first with folders and deflate
  constexpr std::uint32_t date = 0x21;   // 1 January 1980
  std::string file;
  std::string directory;
  for (const auto& [name, bytes] : members) {
    // What the header and the directory have in common.
    std::string common;
    append(common, version, 2);
    append(common, 0, 2);  // flags
    append(common, 0, 2);  // stored
    append(common, 0, 2);  // time
    append(common, date, 2);
    append(common, crc32(bytes), 4);
    append(common, static_cast<std::uint32_t>(bytes.size()), 4);
    append(common, static_cast<std::uint32_t>(bytes.size()), 4);
    append(common, static_cast<std::uint32_t>(name.size()), 2);
    append(common, 0, 2);  // extra fields

    directory += entry_mark;
    append(directory, version, 2);
    directory += common;
    append(directory, 0, 2);  // comment
    append(directory, 0, 2);  // disk
    append(directory, 0, 2);  // attributes
    append(directory, 0, 4);
    append(directory, static_cast<std::uint32_t>(file.size()), 4);
    directory += name;

    file += local_mark;
    file += common;
    file += name;
    file += bytes;
  }
  const auto start = static_cast<std::uint32_t>(file.size());
  const auto count = static_cast<std::uint32_t>(members.size());
  file += directory;
  file += end_mark;
  append(file, 0, 4);  // disks
  append(file, count, 2);
  append(file, count, 2);
  append(file, static_cast<std::uint32_t>(directory.size()), 4);
  append(file, start, 4);
  append(file, 0, 2);  // comment
  return file;
}

}  // namespace attnviz
