// The parts of a training step, each over a whole batch that is not split into shards. Indented
// names are contained in the one above.
#include <cmath>
#include <functional>
#include <memory>

#include "model/steps.h"
#include "nn/loss.h"
#include "register.h"
#include "sizes.h"

namespace attnviz::bench {
namespace {

/// A batch and everything that a step computes of it.
struct Pass {
  ModelConfig config;
  Seq2SeqWeights weights;
  UpdateWeights update;
  Random unused{0};  // of no dropout
  Batch batch;
  Tape tape;
  BackwardTape d_tape;
  Gradient gradient;
  Matrix d_embedding;  // a buffer
  AdamState adam;
  std::vector<EncodedPair> pairs;
  LossOptions options;

  explicit Pass(const Size& size) : config(config_of(size)) {
    Random random(1, 1);
    initialise(config, {}, random, weights);
    update.resize(config);
    gradient.resize(config);
    adam.resize(config);
    pairs = draw_pairs(size.batch, usual_length, usual_length, random);
    options.scale = 1.0 / count_symbols(pairs);
    pack(pointers(pairs), batch);
    prepare();
    gradient.set_zero(update);
    forward_backward(weights, update, config, batch, options, tape, d_tape, gradient);
  }

  void prepare() {
    update.gather(weights, 0.0, unused);
    for (const ModelPart part : model_parts) update.prepare(part, weights);
  }

  Index source_columns() const { return tape.memory.size(); }
  Index target_columns() const { return static_cast<Index>(batch.labels.size()); }

  template <typename F>
  void for_each_step(F&& f) {
    Columns earlier = no_columns;
    for (Index t = 0; t < batch.target_steps(); ++t) {
      const Columns now = step_columns(batch.target_first, t);
      f(earlier, now);
      earlier = now;
    }
  }
};

void decode(Pass& p) {
  p.for_each_step([&](Columns earlier, Columns now) {
    decoder_step(p.weights.decoder, p.update.tables.decoder, p.config.query, p.tape.memory,
                 p.batch.inputs, earlier, now, p.tape.decoder);
  });
}

void attend_all(Pass& p) {
  p.for_each_step([&](Columns earlier, Columns now) {
    attend(p.weights.decoder.attention, p.tape.memory, columns(p.tape.decoder.recurrent.after, now),
           earlier, now, p.tape.decoder.attention, columns(p.tape.decoder.contexts, now));
  });
}

void attend_all_backward(Pass& p) {
  const DecoderTape& tape = p.tape.decoder;
  DecoderBackwardTape& d_tape = p.d_tape.decoder;
  d_tape.d_state.setZero();
  p.for_each_step([&](Columns, Columns now) {
    attend_backward(p.update.decoder_backward.attention, p.tape.memory,
                    columns(d_tape.d_contexts, now), now, d_tape.entropy_weights, tape.attention,
                    d_tape.attention, d_tape.d_state.leftCols(now.count),
                    p.gradient.weights.decoder.attention);
  });
  annotations_backward(d_tape.d_contexts, p.batch.target_first, p.tape.memory, tape.attention,
                       d_tape.attention);
}

void loss(Pass& p) {
  const Index N = p.target_columns();
  cross_entropy(p.tape.decoder.logits.leftCols(N), p.batch.labels,
                static_cast<Scalar>(p.options.scale), p.d_tape.decoder.d_logits.leftCols(N));
}

void weight_gradients(Pass& p) {
  Seq2SeqWeights& d = p.gradient.weights;
  const Index N = p.target_columns();
  const EncoderTape& encoder = p.tape.encoder;
  const EncoderBackwardTape& d_encoder = p.d_tape.encoder;
  recurrent_weights_backward(encoder.backward, d_encoder.backward, p.source_columns(),
                             d.encoder.backward);
  recurrent_weights_backward(encoder.forward, d_encoder.forward, p.source_columns(),
                             d.encoder.forward);
  recurrent_weights_backward(p.tape.decoder.recurrent, p.d_tape.decoder.recurrent, N,
                             d.decoder.recurrent);
  attention_weights_backward(p.update.decoder_backward.attention,
                             p.tape.decoder.recurrent.after.leftCols(N), p.tape.memory,
                             p.d_tape.decoder.attention, d.decoder.attention);
}

void optimize(Pass& p) {
  double squares = 0.0;
  Seq2SeqWeights::visit([&](std::string_view, const auto& g) { squares += g.squaredNorm(); },
                        p.gradient.weights);
  ++p.adam.updates;
  for (const ModelPart part : model_parts) {
    adam_update({}, 1e-4, std::sqrt(squares), part, {}, p.gradient.weights, p.adam, p.weights);
  }
}

struct Part {
  const char* name;
  std::function<void(Pass&)> run;
};

const std::vector<Part>& parts() {
  static const std::vector<Part> all{
      {"all",
       [](Pass& p) {
         p.gradient.set_zero(p.update);
         forward_backward(p.weights, p.update, p.config, p.batch, p.options, p.tape, p.d_tape,
                          p.gradient);
       }},
      {"tables and transposes", [](Pass& p) { p.prepare(); }},
      {"encoder",
       [](Pass& p) {
         encode(p.weights.encoder, p.update.tables.encoder, p.batch, p.tape.encoder, p.tape.memory);
       }},
      {"keys, first state",
       [](Pass& p) { start_decoder(p.weights.decoder, p.tape.memory, p.tape.decoder); }},
      {"decoder", decode},
      {"  attention", attend_all},
      {"readout",
       [](Pass& p) {
         readout(p.weights.decoder, p.update.tables.decoder, p.batch.inputs,
                 {0, p.target_columns()}, p.tape.decoder);
       }},
      {"loss", loss},
      {"decoder backward",
       [](Pass& p) {
         decode_backward(p.update.decoder_backward, p.config.query, p.batch, 0, p.tape.memory,
                         p.tape.decoder, p.d_tape.decoder, p.gradient.weights.decoder,
                         p.gradient.tables.decoder);
       }},
      {"  attention backward", attend_all_backward},
      {"encoder backward",
       [](Pass& p) {
         encode_backward(p.update.encoder_backward, p.batch, p.tape.memory,
                         p.d_tape.decoder.attention.d_annotations, p.tape.encoder, p.d_tape.encoder,
                         p.gradient.weights.encoder, p.gradient.tables.encoder);
       }},
      {"  weight gradients of both", weight_gradients},
      {"tables backward",
       [](Pass& p) {
         for (const ModelPart part : model_parts) {
           p.gradient.finish(part, p.update, p.d_embedding);
         }
       }},
      {"optimizer", optimize}};
  return all;
}

}  // namespace

void register_all() {
  for (const Size& size : sizes) {
    for (const Part& part : parts()) {
      add(std::string("part/") + size.name + "/" + part.name, [&size,
                                                               &part](benchmark::State& state) {
        const auto pass = std::make_unique<Pass>(size);
        for (auto _ : state) part.run(*pass);
      })->Unit(benchmark::kMicrosecond);
    }
  }
}

}  // namespace attnviz::bench
