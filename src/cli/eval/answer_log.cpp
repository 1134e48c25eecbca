#include "cli/eval/answer_log.h"

#include <fmt/core.h>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "formats/json.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_shown = 200;  // bytes of a text

Json judged_json(const JudgedAnswer& answer) {
  return {{"source", answer.source},
          {"right", answer.right},
          {"answer", answer.answer},
          {"exact", answer.exact}};
}

}  // namespace

void add_answer_log_options(const Command& command, AnswerLogOptions& options) {
  command.integer("--wrong", options.wrong, 0, 1'000'000,
                  "print this many wrong answers too (default 0): source, right answer, answer");
  command.path("--out", options.file,
               "also write every answer to this file (default: none): a JSON object a line with "
               "source, right, answer and exact");
}

AnswerLog::AnswerLog(const AnswerLogOptions& options) : options_(options) {
  if (options.file.empty()) return;
  if (options.file == "-") throw UsageError("--out: expected a file; scores are printed");
  check_writable(options.file);
}

void AnswerLog::add(const JudgedAnswer& answer) {
  if (!answer.exact && ++count_ <= options_.wrong) wrong_.push_back(answer);
  if (!options_.file.empty()) lines_ += judged_json(answer).dump() + '\n';
}

std::string AnswerLog::text() const {
  if (wrong_.empty()) return "";
  std::string text = fmt::format("\nwrong answers, {} of {}:\n", wrong_.size(), count_);
  for (const JudgedAnswer& answer : wrong_) {
    text += fmt::format("\n  source  {}\n  right   {}\n  answer  {}\n",
                        printable(answer.source, longest_shown),
                        printable(join(answer.right, " | "), longest_shown),
                        printable(answer.answer, longest_shown));
  }
  return text;
}

std::string AnswerLog::add_to(const std::string& json) const {
  if (options_.wrong == 0) return json;
  auto object = Json::parse(json);
  object["wrong"] = Json::array();
  for (const JudgedAnswer& answer : wrong_) object["wrong"].push_back(judged_json(answer));
  return object.dump();
}

void AnswerLog::write() const {
  if (!options_.file.empty()) write_file(options_.file, lines_);
}

}  // namespace attnviz
