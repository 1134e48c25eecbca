// Whole files in and out. Every file the program writes goes through here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace attnviz {

/// The bytes of a file, or of standard input for "-". Throws InputError when it cannot be read or
/// is a directory, LimitError when it holds more than `limit` bytes (nothing above that is
/// allocated).
std::string read_file(const std::string& path, std::size_t limit);

/// Replaces a file as a whole: a temporary file in the same directory, fsync, rename, fsync of the
/// directory. The old file is intact until the new one is complete, and a failed write leaves no
/// temporary behind; what a killed process has left there is removed. "-" writes to standard
/// output. Throws OutputError.
void write_file(const std::string& path, std::string_view bytes);

/// Adds one line (a newline is added) to the end of a file in a single write, and flushes it to
/// disk. Throws OutputError.
void append_line(const std::string& path, std::string_view line);

/// Throws OutputError now if write_file(path) would fail later because the path is a directory, its
/// parent is missing or it may not be written. Leaves nothing behind.
void check_writable(const std::string& path);

/// Makes a directory with its parents. Throws OutputError.
void make_directory(const std::string& path);

}  // namespace attnviz
