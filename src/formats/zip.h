// Zip archives as NumPy writes them (.npz): members that are stored or deflated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace attnviz {

struct ZipMember {
  std::string name;
  bool deflated = false;
  std::size_t size = 0;  // when extracted
  std::uint32_t crc32 = 0;
  std::string_view data;  // as stored: a part of the archive's bytes
};

/// The members in the order of the directory; `name` is the file's, for messages. Throws InputError
/// naming the place: no directory at the end, one that does not fit into the file, two members of
/// one name, encryption, another compression, a member that is not at the directory's offset;
/// LimitError for more than 4,096 members or sizes that need zip64.
std::vector<ZipMember> read_zip(std::string_view bytes, const std::string& name);

/// The bytes of a member. Throws InputError when they do not have the size or the checksum that the
/// directory gives, before allocating more than deflate can make of its data; LimitError when they
/// are more than `limit`.
std::string extract(const ZipMember& member, std::size_t limit, const std::string& name);

/// An archive of stored members, (name, bytes) each, dated 1980: the same bytes every time.
std::string write_zip(const std::vector<std::pair<std::string, std::string>>& members);

}  // namespace attnviz
