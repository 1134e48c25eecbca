#include "attnviz/infer/decode.h"

#include "attnviz/model/steps.h"

namespace attnviz {
int most_probable(const Matrix& logits, Index column) {
  Index best = 0;
  const Index first = Vocabulary::end;
  logits.col(column).tail(logits.rows() - first).maxCoeff(&best);
  return static_cast<int>(first + best);
}

std::vector<Decoded> decode_greedily(const Seq2SeqWeights& weights, const ModelConfig& config,
                                     std::span<const EncodedPair* const> sources,
                                     Decoder& decoder) {
  std::vector<Decoded> answers(sources.size());
  if (sources.empty()) return answers;
  Tape& tape = decoder.tape;
  pack_sources(sources, decoder.batch);
  const Index B = decoder.batch.size;
  tape.grow(config, decoder.batch, 2 * B);  // a step needs the one before it and no other
  encode(weights, decoder.tables, decoder.batch, tape);

  std::vector<int> fed(static_cast<std::size_t>(2 * B), Vocabulary::start);
  std::vector<bool> done(sources.size(), false);
  Columns earlier = no_columns;
  Index going = B;
  for (Index t = 0; going > 0; ++t) {
    const Columns now{(t % 2) * B, going};
    decoder_step(weights.decoder, decoder.tables.decoder, config.query, tape.memory, fed, earlier,
                 now, tape.decoder);
    readout(weights.decoder, decoder.tables.decoder, fed, now, tape.decoder);
    earlier = now;

    const Index next = ((t + 1) % 2) * B;
    for (Index k = 0; k < going; ++k) {
      const auto place = static_cast<std::size_t>(k);
      if (done[place]) continue;
      Decoded& answer = answers[static_cast<std::size_t>(decoder.batch.order[place])];
      const int symbol = most_probable(tape.decoder.logits, now.first + k);
      const Index length = tape.memory.of(k).count;
      const Scalar* a = tape.decoder.attention.weights.col(now.first + k).data();
      answer.ids.push_back(symbol);
      answer.attention.insert(answer.attention.end(), a, a + length);
      if (decoder.keep_logits) {
        const auto logits = tape.decoder.logits.col(now.first + k);
        answer.logits.insert(answer.logits.end(), logits.data(), logits.data() + logits.size());
      }
      fed[static_cast<std::size_t>(next + k)] = symbol;
      done[place] = symbol == Vocabulary::end ||
                    static_cast<int>(answer.ids.size()) == longest_answer(static_cast<int>(length));
    }
    while (going > 0 && done[static_cast<std::size_t>(going - 1)]) --going;
  }
  return answers;
}

}  // namespace attnviz
