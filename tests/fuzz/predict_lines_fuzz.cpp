// Any bytes as what predict reads from a pipe, written in pieces: its lines are those of the whole,
// and each is refused or answered by a small model.
#include <unistd.h>

#include <array>

#include "base/line_reader.h"
#include "base/split.h"
#include "base/utf8.h"
#include "fuzz/bytes.h"
#include "infer/predict.h"
#include "infer/small_model.h"

namespace {

using namespace attnviz;

/// The lines that come through a pipe, into which a piece is written whenever the reader would
/// wait for one.
std::vector<std::string> lines_through_pipe(std::string_view text, std::size_t piece) {
  std::array<int, 2> ends{};
  require(::pipe(ends.data()) == 0);
  std::vector<std::string> lines;
  {
    LineReader reader("/dev/fd/" + std::to_string(ends[0]));
    for (std::string line;;) {
      while (reader.would_wait()) {
        const std::string_view part = text.substr(0, piece);
        text.remove_prefix(part.size());
        if (part.empty()) {
          ::close(ends[1]);
        } else {
          require(::write(ends[1], part.data(), part.size()) == static_cast<ssize_t>(part.size()));
        }
      }
      if (!reader.next(line)) break;
      lines.push_back(line);
    }
    require(reader.number() == lines.size());
  }
  ::close(ends[0]);
  return lines;
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::vector<std::string> lines;
  for (std::string_view line : split(text, "\n")) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (lines.empty() && line.starts_with(byte_order_mark)) {
      line.remove_prefix(byte_order_mark.size());
    }
    lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const Model model = small_model("dates");
  static const SourceReader reader(model);
  std::string_view text = text_of(bytes, count);
  const std::size_t piece = 1 + take_byte(text);
  const std::vector<std::string> lines = lines_through_pipe(text, piece);
  if (!text.empty()) require(lines == lines_of(text));
  std::vector<std::vector<std::string>> sources;
  for (const std::string& line : lines) {
    may_refuse([&] { sources.push_back(reader.read(line).symbols); });
  }
  const auto answers = predict(model, sources);
  require(answers.size() == sources.size());
  for (std::size_t i = 0; i < answers.size(); ++i) require(answers[i].source == sources[i]);
  return 0;
}
