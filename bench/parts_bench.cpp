// The parts of a training step, each over a whole batch that is not dealt out to shards. Indented
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

/// A batch on its way through the model, with everything the step has filled in.
struct Pass {
  ModelConfig config;
  Seq2SeqWeights weights;
  StepWeights step;
  Random unused{0};  // of no dropout
  Batch batch;
  Tape tape;
  Gradient gradient;
  AdamState adam;
  std::vector<EncodedPair> pairs;
  LossOptions options;

  explicit Pass(const Size& size) : config(config_of(size)) {
    Random random(1, 1);
    initialise(config, {}, random, weights);
    step.resize(config);
    gradient.resize(config);
    adam.resize(config);
    pairs = draw_pairs(size.batch, usual_length, usual_length, random);
    options.scale = 1.0 / count_symbols(pairs);
    pack(pointers(pairs), batch);
    prepare();
    gradient.set_zero(step);
    forward_backward(weights, step, config, batch, options, tape, gradient);
  }

  void prepare() {
    gather_tokens(weights, 0.0, unused, step);
    for (const Half half : halves) attnviz::prepare(weights, half, step);
  }

  Index source_columns() const { return tape.memory.size(); }
  Index target_columns() const { return static_cast<Index>(batch.wanted.size()); }

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
    decoder_step(p.weights.decoder, p.step.tables.decoder, p.config.query, p.tape.memory,
                 p.batch.fed, earlier, now, p.tape.decoder);
  });
}

void attend_all(Pass& p) {
  p.for_each_step([&](Columns, Columns now) {
    attend(p.weights.decoder.attention, p.tape.memory, columns(p.tape.decoder.gru.after, now), now,
           p.tape.decoder.attention, columns(p.tape.decoder.contexts, now));
  });
}

void attend_all_backward(Pass& p) {
  p.tape.decoder.d_state.setZero();
  p.for_each_step([&](Columns, Columns now) {
    attend_backward(p.weights.decoder.attention, p.step.transposed.decoder.attention, p.tape.memory,
                    columns(p.tape.decoder.d_contexts, now), now, p.tape.decoder.entropy_weights,
                    p.tape.decoder.attention, p.tape.decoder.d_state.leftCols(now.count),
                    p.gradient.weights.decoder.attention);
  });
  annotations_backward(p.tape.decoder.d_contexts, p.batch.target_first, p.tape.decoder.attention,
                       p.tape.memory);
}

void loss(Pass& p) {
  const Index N = p.target_columns();
  cross_entropy(p.tape.decoder.logits.leftCols(N), p.batch.wanted,
                static_cast<Scalar>(p.options.scale), p.tape.decoder.d_logits.leftCols(N));
}

void weight_gradients(Pass& p) {
  Seq2SeqWeights& d = p.gradient.weights;
  const Index N = p.target_columns();
  gru_weights_backward(p.tape.encoder.backward, p.source_columns(), d.encoder.backward);
  gru_weights_backward(p.tape.encoder.forward, p.source_columns(), d.encoder.forward);
  gru_weights_backward(p.tape.decoder.gru, N, d.decoder.gru);
  attention_weights_backward(p.step.transposed.decoder.attention,
                             p.tape.decoder.gru.after.leftCols(N), p.tape.decoder.attention,
                             p.tape.memory, d.decoder.attention);
}

void optimize(Pass& p) {
  double squares = 0.0;
  for (const Half half : halves) squares += squared_norm(p.gradient.weights, half);
  ++p.adam.updates;
  for (const Half half : halves) {
    adam_update({}, 1e-4, std::sqrt(squares), half, p.gradient.weights, p.adam, p.weights);
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
         p.gradient.set_zero(p.step);
         forward_backward(p.weights, p.step, p.config, p.batch, p.options, p.tape, p.gradient);
       }},
      {"tables and transposes", [](Pass& p) { p.prepare(); }},
      {"encoder",
       [](Pass& p) {
         encode(p.weights.encoder, p.step.tables.encoder, p.batch, p.tape.encoder, p.tape.memory);
       }},
      {"keys, first state",
       [](Pass& p) { start_decoder(p.weights.decoder, p.tape.memory, p.tape.decoder); }},
      {"decoder", decode},
      {"  attention", attend_all},
      {"readout",
       [](Pass& p) {
         readout(p.weights.decoder, p.step.tables.decoder, p.batch.fed, {0, p.target_columns()},
                 p.tape.decoder);
       }},
      {"loss", loss},
      {"decoder backward",
       [](Pass& p) {
         decode_backward(p.weights.decoder, p.step.transposed.decoder, p.config.query, p.batch, 0,
                         p.tape.memory, p.tape.decoder, p.gradient.weights.decoder,
                         p.gradient.tables.decoder);
       }},
      {"  attention backward", attend_all_backward},
      {"encoder backward",
       [](Pass& p) {
         encode_backward(p.step.transposed.encoder, p.batch, p.tape.memory, p.tape.encoder,
                         p.gradient.weights.encoder, p.gradient.tables.encoder);
       }},
      {"  weight gradients of both", weight_gradients},
      {"tables backward",
       [](Pass& p) {
         for (const Half half : halves) finish_gradient(p.step, half, p.gradient);
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
