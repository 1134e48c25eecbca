"use strict";
// The view of a model's own maps that shows how an output comes about: from scores to weights, the
// context and the answer. A page whose maps carry no trace goes without this file; page.js has what
// is not defined here.

// A row of small coloured cells: a vector.
function strip(numbers, reach) {
  const canvas = make("canvas", { class: "strip", role: "img", width: numbers.length, height: 1,
    "aria-label": `${numbers.length} numbers, norm ${number(Math.hypot(...numbers), 3)}` });
  const context = canvas.getContext("2d");
  numbers.forEach((x, i) => {
    context.fillStyle = css(rgb(data.palettes.difference, place([-reach, reach, "linear"], x)));
    context.fillRect(i, 0, 1, 1);
  });
  return canvas;
}

const scoreTexts = {
  additive: "v' tanh(W q + U h)", dot: "q' U h", "scaled-dot": "q' U h / sqrt(A)", bilinear: "q' U h", uniform: "0",
};

// What a copy gate adds.
function copyText(map) {
  if (!map.copied) return "";
  const copied = map.copied[state.row];
  return ` of being generated. A gate counts it ${number(1 - copied, 4)} times, and adds ${number(copied, 4)} times the weights of the inputs that the symbol is copied from`;
}

function stageTexts(map) {
  const [head, ...steps] = map.trace;
  const { K, D, E } = head.sizes;
  const q = head.query === "current" ? "its present state s" : "its last state s";
  const hidden = head.sizes.R > 0 ? ", through a layer of tanh units" : "";
  return [
    ["Scores", `Each input j gets a score e = ${scoreTexts[head.score]}${head.coverage ? " (and how much it was looked at before)" : ""}. The query q of the decoder, ${q}, has the norm ${number(steps[state.row].q_norm, 4)}.`],
    ["Softmax", "exp(e - max) is positive; divided by its sum it is the weight a. The weights add up to 1."],
    ["Context", `Each annotation h of ${K} numbers is multiplied by its weight; their sum is the context c.`],
    ["Concatenate", `State s (${D} numbers), context c (${K}) and the embedding y of the output before, ${state.row > 0 ? `'${map.target[state.row - 1]}'` : "the start"} (${E}), make one vector [s ; c ; y] of ${D + K + E} numbers.`],
    ["Predict", `A matrix turns [s ; c ; y]${hidden} into a logit for each symbol; the softmax of these is its probability${copyText(map)}. The five most probable:`],
  ];
}

// The columns of the table that a stage has reached: name, of each input, and of all.
function sumColumns(map) {
  const [head, ...steps] = map.trace;
  const { e } = steps[state.row];
  const most = e.reduce((a, b) => Math.max(a, b));
  const powers = e.map((x) => Math.exp(x - most));
  const total = sum(powers);
  const a = powers.map((x) => x / total);
  const context = head.h[0].map((_, k) => sum(head.h.map((h, j) => a[j] * h[k])));
  const columns = [
    [0, "score e", (j) => number(e[j]), `max ${number(most)}`],
    [1, "exp(e - max)", (j) => number(powers[j]), `sum ${number(total)}`],
    [1, "a = exp / sum", (j) => number(a[j]), `sum ${number(sum(a))}`],
    [2, "h", (j) => strip(head.h[j], 1), ""],
    [2, "a h", (j) => strip(head.h[j].map((x) => a[j] * x), 1), strip(context, 1)],
  ];
  return columns.filter(([stage]) => stage <= state.stage);
}

const theSum = {
  build() {
    const step = (name, by) => button(name, () => go({ stage: Math.max(0, Math.min(4, state.stage + by)) }));
    return make("div", { class: "sum" }, make("div", { class: "stages" }, step("Back", -1), step("Next", 1), make("span", { "aria-live": "polite" })), make("div"));
  },
  paint() {},
  mark(map) {
    const [stages, body] = built().children;
    const [name, what] = stageTexts(map)[state.stage];
    stages.lastChild.textContent = `Step ${state.stage + 1} of 5: ${name}`;
    const columns = sumColumns(map);
    const row = (label, j) => make("tr", {}, make("th", { scope: "row" }, symbol(label)), ...columns.map(([, , cell]) => make("td", {}, cell(j))));
    const table = make("table", { "aria-label": "The sum" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, data.columns), ...columns.map(([stage, head]) => make("th", { scope: "col", class: stage === state.stage ? "lit" : "" }, head)))),
      make("tbody", {}, ...map.source.map(row)),
      make("tfoot", {}, make("tr", {}, make("th", { scope: "row" }, state.stage > 1 ? "together, c" : "together"), ...columns.map(([, , , all]) => make("td", {}, all)))));
    body.replaceChildren(make("p", {}, what), make("div", { class: "stages" }, table, state.stage > 3 ? this.top(map) : ""));
  },
  top(map) {
    const row = ([label, p]) => make("tr", {}, make("th", { scope: "row" }, symbol(label)), make("td", {}, number(p)));
    return make("table", { class: "top", "aria-label": "The most probable symbols" }, make("tbody", {}, ...map.trace[state.row + 1].top.map(row)));
  },
  cellAt: () => null,
};
