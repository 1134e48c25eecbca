#include "cli/other_words.h"

#include <algorithm>
#include <utility>

namespace attnviz {
namespace {

// A word may stand for several; the first that the command knows is meant.
constexpr std::pair<std::string_view, std::string_view> other_words[] = {
    {"evaluate", "eval"},
    {"test", "eval"},
    {"fit", "train"},
    {"translate", "predict"},
    {"infer", "predict"},
    {"plot", "render"},
    {"draw", "render"},
    {"visualize", "render"},
    {"convert", "render"},
    {"inspect", "info"},
    {"--learning-rate", "--lr"},
    {"--rate", "--lr"},
    {"--batch-size", "--batch"},
    {"--bs", "--batch"},
    {"--max-tokens", "--batch-tokens"},
    {"--hidden-size", "--hidden"},
    {"--hidden-dim", "--hidden"},
    {"--rnn-size", "--hidden"},
    {"--embedding-size", "--embedding"},
    {"--embedding-dim", "--embedding"},
    {"--embed-dim", "--embedding"},
    {"--emb-size", "--embedding"},
    {"--attention-size", "--attention-units"},
    {"--attention-dim", "--attention-units"},
    {"--max-steps", "--steps"},
    {"--train-steps", "--steps"},
    {"--num-steps", "--steps"},
    {"--iterations", "--steps"},
    {"--max-epochs", "--epochs"},
    {"--num-epochs", "--epochs"},
    {"--early-stopping", "--patience"},
    {"--random-seed", "--seed"},
    {"--workers", "--threads"},
    {"--num-threads", "--threads"},
    {"--jobs", "--threads"},
    {"--overwrite", "--force"},
    {"--pretrained", "--init-from"},
    {"--checkpoint", "--model"},
    {"--checkpoint", "--init-from"},
    {"--model-path", "--model"},
    {"--train", "--data"},
    {"--train-file", "--data"},
    {"--dataset", "--data"},
    {"--corpus", "--data"},
    {"--valid", "--dev"},
    {"--validation", "--dev"},
    {"--src", "--source"},
    {"--tgt", "--target"},
    {"--trg", "--target"},
    {"--reference", "--target"},
    {"--max-len", "--max-length"},
    {"--max-seq-length", "--max-length"},
    {"--min-len", "--min-length"},
    {"--vocab-size", "--max-vocabulary"},
    {"--min-freq", "--min-count"},
    {"--lowercase", "--lower"},
    {"--beam-size", "--beam"},
    {"--beam-width", "--beam"},
    {"--num-beams", "--beam"},
    {"--nbest", "--n-best"},
    {"--alpha", "--length-penalty"},
    {"--replace-unknown", "--replace-unk"},
    {"--num-samples", "--sample"},
    {"--num-samples", "--count"},
    {"--silent", "--quiet"},
    {"--output", "--out"},
    {"--output", "--attention"},
    {"--output-file", "--out"},
    {"--outfile", "--out"},
    {"--output-dir", "--out"},
    {"--save-dir", "--out"},
    {"-o", "--out"},
    {"--attn", "--matrix"},
    {"--attention", "--matrix"},
    {"--weights", "--matrix"},
    {"--text", "--input"},
    {"--sentence", "--input"},
    {"--head", "--index"},
    {"--layer", "--index"},
    {"--rows", "--row-labels"},
    {"--cols", "--column-labels"},
    {"--yticklabels", "--row-labels"},
    {"--xticklabels", "--column-labels"},
    {"--labels", "--row-labels"},
    {"--xlabel", "--x-title"},
    {"--ylabel", "--y-title"},
    {"--cmap", "--colormap"},
    {"--palette", "--colormap"},
    {"--vmin", "--scale"},
    {"--vmax", "--scale"},
    {"--normalize", "--scale"},
    {"--annot", "--annotate"},
    {"--fmt", "--annotate"},
    {"--linewidths", "--grid-lines"},
    {"--image", "--over"},
    {"--overlay", "--over"},
    {"--norm", "--scale"},
    {"--center", "--scale"},
    {"--origin", "--upwards"},
    {"--invert-yaxis", "--upwards"},
    {"--cell-size", "--cell"},
    {"--figsize", "--cell"},
    {"--resolution", "--dpi"},
    {"--style", "--theme"},
};

}  // namespace

std::string our_word(std::string_view word, std::span<const std::string> known) {
  std::string spelling(word);
  std::ranges::replace(spelling, '_', '-');
  const auto is_known = [&](std::string_view name) {
    return std::ranges::find(known, name) != known.end();
  };
  for (const auto& [theirs, ours] : other_words) {
    if (theirs == spelling && is_known(ours)) return std::string(ours);
  }
  return "";
}

}  // namespace attnviz
