#include "cli/explain/explain_report.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "cli/explain/method_options.h"
#include "cli/table.h"

namespace attnviz {
namespace {

constexpr int shown_decimals = 4;
constexpr int kept_decimals = 6;
constexpr std::size_t columns = 80;  // of a terminal

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

/// How exact it is, and what it leaves open.
std::string check_text(const Attribution& attribution) {
  const std::size_t undefined = attribution.undefined();
  return attribution.check + (undefined > 0 ? fmt::format("; {} undefined", undefined) : "");
}

/// The parts of a text between semicolons, as many on a line as have room.
std::vector<std::string> broken(const std::string& text, std::size_t room) {
  std::vector<std::string> lines;
  for (const std::string_view part : split(text, "; ")) {
    if (lines.empty()) {
      lines.emplace_back(part);
    } else if (lines.back().size() + 3 + part.size() <= room) {
      lines.back() += "; " + std::string(part);
    } else {
      lines.back() += ';';
      lines.emplace_back(part);
    }
  }
  return lines;
}

std::string methods_table(std::span<const Attribution> attributions) {
  std::vector<Cells> rows{{"  method", "question", "how exact"}};
  std::size_t title = 0;
  std::size_t question = 0;
  for (const Attribution& attribution : attributions) {
    rows.push_back({"  " + method_title(attribution.method, attribution.baseline),
                    std::string(info_of(attribution.method).question), check_text(attribution)});
    title = std::max(title, rows.back()[0].size());
    question = std::max(question, rows.back()[1].size());
  }
  const std::size_t taken = title + 2 + question + 2;
  std::vector<Cells> table;
  for (const Cells& row : rows) {
    const auto lines = broken(row[2], columns - std::min(columns, taken));
    table.push_back({row[0], row[1], lines.front()});
    for (std::size_t i = 1; i < lines.size(); ++i) table.push_back({"", "", lines[i]});
  }
  return format_table(table, TableStyle::words);
}

bool has_scores(const MethodScores& scores) {
  return scores.gold.rows > 0 || scores.overlap.count > 0;
}

std::string scores_table(std::span<const Attribution> attributions,
                         std::span<const MethodScores> scores) {
  std::vector<Cells> rows{{"method", "gold mass", "hit rate", "overlap", "distance"}};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const AlignmentScores& gold = scores[i].gold;
    rows.push_back({method_title(attributions[i].method, attributions[i].baseline),
                    or_dash(score_text(gold, gold.gold_mass(), shown_decimals)),
                    or_dash(score_text(gold, gold.hit_rate(), shown_decimals)),
                    or_dash(score_text(scores[i].overlap, shown_decimals)),
                    or_dash(score_text(scores[i].distance, shown_decimals))});
  }
  return "\n" + format_table(rows, TableStyle::figures);
}

}  // namespace

std::string explanation_text(const std::string& source, const std::string& answer,
                             std::span<const Attribution> attributions,
                             std::span<const MethodScores> scores) {
  std::string text = source + " -> " + answer + "\n\n" + methods_table(attributions);
  if (std::ranges::any_of(scores, has_scores)) text += scores_table(attributions, scores);
  return text;
}

void add_facts(const Attribution& attribution, const MethodScores& scores, AttentionMap& map) {
  auto& facts = map.metadata;
  facts["title"] = std::string(info_of(attribution.method).question) + " (" +
                   method_title(attribution.method, attribution.baseline) + ")";
  const auto add = [&](const std::string& name, const std::string& text) {
    if (!text.empty()) facts[name] = text;
  };
  add("gold_mass", score_text(scores.gold, scores.gold.gold_mass(), kept_decimals));
  add("hit_rate", score_text(scores.gold, scores.gold.hit_rate(), kept_decimals));
  add("overlap", score_text(scores.overlap, kept_decimals));
  add("distance", score_text(scores.distance, kept_decimals));
}

std::string score_text(const Mean& mean, int decimals) {
  return mean.count == 0 ? "" : format_fixed(mean.value(), decimals);
}

std::string score_text(const AlignmentScores& gold, double score, int decimals) {
  return gold.rows == 0 ? "" : format_fixed(score, decimals);
}

}  // namespace attnviz
