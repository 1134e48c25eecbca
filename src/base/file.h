// Whole files in and out. Every file the program writes goes through here.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace attnviz {

/// Throws for a file that does not start as it should.
using CheckStart = std::function<void(std::string_view start)>;

/// The bytes of a file, or of standard input for "-". `check_start` is given the first 64 KiB, or
/// all of a smaller file, before the rest is read. Throws InputError when the file cannot be read,
/// is a directory, a device (unless standard input comes from it) or a named pipe that nobody
/// writes to for five seconds; LimitError when it holds more than `limit` bytes (nothing above that
/// is allocated).
std::string read_file(const std::string& path, std::size_t limit,
                      const CheckStart& check_start = {});

/// Whether what would be written to `output` would go into the file that is read as `input`: device
/// and inode are the same, whatever links lead there. "-" is standard input or standard output.
/// False for what does not exist and for pipes and devices.
bool is_same_file(const std::string& input, const std::string& output);

/// Replaces a file as a whole: a temporary file in the same directory, fsync, rename, fsync of the
/// directory. The old file is intact until the new one is complete, and a failed write leaves no
/// temporary behind; what a killed process has left there is removed. "-" writes to standard
/// output. Throws OutputError, also for a named pipe that nobody reads for five seconds.
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
