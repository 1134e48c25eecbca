"use strict";
// Draws the maps in #data: attnviz wrote them there, and nothing is read from anywhere else.
// Labels become text nodes, never markup; colours are set through the CSSOM, which the page's
// content security policy allows where it forbids style attributes.

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const svgNamespace = new DOMParser().parseFromString("<svg>", "text/html").body.firstChild.namespaceURI;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// All that changes. `row` and `column` are the cell looked at, `pinned` keeps it under the mouse;
// `over` is what the player goes through: -1 for outputs, else the number of an axis.
const state = { map: 0, view: "matrix", row: 0, column: 0, pinned: false, over: -1, timer: 0, stage: 0, threshold: 0.05 };
const now = () => data.maps[state.map];

// ---- What a map says ----

// With a copy gate the matrix has a column more: how far each output was copied.
const columnsOf = (map) => (map.copied ? [...map.source, "copied"] : map.source);
const weight = (map, row, column) => (column < map.source.length ? map.weights[row * map.source.length + column] : map.copied[row]);
const rowOf = (map, row) => map.weights.slice(row * map.source.length, (row + 1) * map.source.length);
const isGold = (map, row, column) => Boolean(map.gold && map.gold[row] && map.gold[row].includes(column));
const isWrong = (map, row) => Boolean(map.expected) && map.expected[row] !== map.target[row];
const isSigned = (map) => map.scale[0] < 0;

// With five digits, as the page's numbers are; small ones with an exponent.
function number(value, digits = 5) {
  if (value === null) return "masked";
  const rounded = Number(value.toPrecision(digits));
  return rounded !== 0 && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded);
}

const largest = (numbers) => numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const sum = (numbers) => numbers.reduce((total, x) => total + x, 0);

// The column of the largest weight of a row.
function strongest(map, row) {
  const weights = rowOf(map, row);
  return weights.reduce((best, w, c) => (w !== null && (weights[best] === null || w > weights[best]) ? c : best), 0);
}

// "output 2 'n' looks at input 9 'n': 0.9998 (true position)", as text and nodes.
function sentence(map, row, column) {
  const w = weight(map, row, column);
  const verb = map.kind || isSigned(map) ? "and" : w === null ? "cannot look at" : "looks at";
  const parts = [`${data.rows} ${row + 1} `, ...quoted(map.target[row]),
    ` ${verb} ${data.columns} ${column + 1} `, ...quoted(map.source[column]), `: ${number(w)}`];
  if (isGold(map, row, column)) parts.push(" (true position)");
  if (isWrong(map, row)) parts.push("; the output is wrong");
  if (isWrong(map, row) && map.expected[row]) parts.push(", expected ", ...quoted(map.expected[row]));
  return parts;
}

// ---- Colours ----

// Where a weight is on the colours, 0 to 1.
function place(scale, w) {
  const [low, high, kind] = scale;
  const within = Math.min(Math.max(w, low), high);
  if (low === high) return w < low ? 0 : w > high ? 1 : 0.5;
  if (kind === "log") return Math.log(within / low) / Math.log(high / low);
  const linear = (within - low) / (high - low);
  return kind === "sqrt" ? Math.sqrt(linear) : linear;
}

// Red, green and blue at a place of a palette: six hexadecimal digits a step.
function rgb(palette, at) {
  const position = at * (palette.length / 6 - 1);
  const step = Math.min(Math.floor(position), palette.length / 6 - 2);
  const part = (index) => parseInt(palette.substr(2 * index, 2), 16);
  return [0, 1, 2].map((i) => Math.round(part(3 * step + i) + (position - step) * (part(3 * step + 3 + i) - part(3 * step + i))));
}

const css = (parts) => `rgb(${parts.join(", ")})`;

// Black or white, whichever has more contrast (WCAG 2).
function inkOn(parts) {
  const [red, green, blue] = parts.map((part) => {
    const s = part / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

const cellRgb = (map, w) => rgb(data.palettes[map.palette], place(map.scale, w));

function shade(node, map, w) {
  const parts = w === null ? null : cellRgb(map, w);
  node.style.backgroundColor = parts ? css(parts) : "";
  node.style.color = parts ? inkOn(parts) : "";
}

// ---- Building ----

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const makeSvg = (tag, attributes, ...children) => fill(document.createElementNS(svgNamespace, tag), attributes, children);
const on = (node, event, react) => node.addEventListener(event, react);
const symbol = (label) => make("span", { class: "symbol" }, label);
const quoted = (label) => ["'", symbol(label), "'"];
const boxOf = (node) => node.getBoundingClientRect();
// What the present view has built.
const built = () => $("view").firstChild;

function button(name, react) {
  const node = make("button", {}, name);
  on(node, "click", react);
  return node;
}

// ---- The matrix: a grid of cells, or a canvas where there are too many ----

// Rows of the matrix may count upwards.
const flip = (row) => (data.upwards ? now().target.length - 1 - row : row);
// A weight as the page was asked to write it into cells.
const inCell = (w) => (data.percent ? `${(100 * w).toFixed(data.decimals)}%` : w.toFixed(data.decimals));
const needsCanvas = (map) => map.source.length > 200 || map.weights.length > 40000;

// The side of a cell in pixels, so that the map fills the window where it can.
function cellSize(map, least, most) {
  const letters = map.target.reduce((most, label) => Math.max(most, label.length), 0);
  const above = map.source.reduce((most, label) => Math.max(most, label.length), 0);
  const wide = $("view").clientWidth - 30 - 10 * Math.min(letters, 40);
  const high = innerHeight - $("view").offsetTop - 150 - (above > 2 ? 9 * Math.min(above, 40) : 20);
  const side = Math.floor(Math.min(wide / map.source.length, high / map.target.length)) - 1;
  return Math.max(least, Math.min(most, side));
}

// What the cell looked at lights up.
let marked = [];

function unmark() {
  for (const node of marked) node.classList.remove("lit", "now");
  marked = [];
}

const grid = {
  build(map) {
    const corner = make("td", { class: "corner" }, `${data.rows} \u2193 ${data.columns} \u2192`);
    const heads = columnsOf(map).map(() => make("th", { scope: "col" }, symbol("")));
    const rows = map.target.map(() =>
      make("tr", {}, make("th", { scope: "row" }, symbol("")), ...heads.map(() => make("td", { tabindex: -1 }))));
    const table = make("table", { class: map.copied ? "matrix copied" : "matrix", role: "grid", "aria-label": "weights of inputs for each output" },
      make("thead", {}, make("tr", {}, corner, ...heads)), make("tbody", {}, ...rows));
    const side = cellSize(map, 16, 56);
    // Capitals, as small letters after two hyphens are options of the command.
    table.style.setProperty("--Side", `${side}px`);
    table.style.setProperty("--Letters", `${Math.max(12, Math.min(20, Math.round(0.6 * side)))}px`);
    return table;
  },
  paint(map) {
    const table = built();
    columnsOf(map).forEach((label, c) => {
      const head = table.tHead.rows[0].cells[c + 1];
      head.firstChild.textContent = label;
      head.classList.toggle("upright", [...label].length > 2);
    });
    map.target.forEach((label, r) => {
      const { cells } = table.tBodies[0].rows[flip(r)];
      cells[0].firstChild.textContent = label;
      cells[0].classList.toggle("wrong", isWrong(map, r));
      columnsOf(map).forEach((_, c) => this.paintCell(map, cells[c + 1], r, c));
    });
  },
  paintCell(map, cell, r, c) {
    const w = weight(map, r, c);
    const gold = isGold(map, r, c);
    shade(cell, map, w);
    cell.classList.toggle("gold", gold);
    cell.setAttribute("aria-label", number(w) + (gold ? ", true position" : ""));
    cell.textContent = w === null ? "/" : data.decimals !== undefined ? inCell(w) : data.marks && c === strongest(map, r) ? "\u25cf" : "";
  },
  mark() {
    const table = built();
    for (const cell of marked) if (cell.tagName === "TD") cell.tabIndex = -1;
    unmark();
    const { cells } = table.tBodies[0].rows[flip(state.row)];
    const cell = cells[state.column + 1];
    // The grid's only tab stop.
    cell.tabIndex = 0;
    cell.classList.add("now");
    marked = [cell, cells[0], table.tHead.rows[0].cells[state.column + 1]];
    marked.slice(1).forEach((label) => label.classList.add("lit"));
    return cell;
  },
  cellAt(event) {
    const cell = event.target.closest("tbody td");
    return cell && { row: flip(cell.parentNode.sectionRowIndex), column: cell.cellIndex - 1 };
  },
};

const canvas = {
  build(map) {
    const node = make("canvas", { role: "img", tabindex: 0,
      "aria-label": `${map.target.length} by ${map.source.length} weights; arrow keys move, the numbers are under View` });
    this.side = cellSize(map, 1, 16);
    node.width = this.side * map.source.length;
    node.height = this.side * map.target.length;
    return node;
  },
  paint(map) {
    this.picture = make("canvas", { width: map.source.length, height: map.target.length });
    const context = this.picture.getContext("2d");
    const pixels = context.createImageData(map.source.length, map.target.length);
    map.target.forEach((_, r) => map.source.forEach((__, c) => {
      const w = weight(map, r, c);
      pixels.data.set([...(w === null ? [128, 128, 128] : cellRgb(map, w)), 255], 4 * (flip(r) * map.source.length + c));
    }));
    context.putImageData(pixels, 0, 0);
  },
  mark() {
    const node = built();
    const context = node.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(this.picture, 0, 0, node.width, node.height);
    context.lineWidth = 3;
    for (const [color, more] of [["#000", 3], ["#fff", 1]]) {
      context.strokeStyle = color;
      context.strokeRect(this.side * state.column - more, this.side * flip(state.row) - more, this.side + 2 * more, this.side + 2 * more);
    }
    return node;
  },
  cellAt(event) {
    const within = (at, count) => Math.max(0, Math.min(count - 1, Math.floor(at / this.side)));
    return event.target.tagName === "CANVAS" &&
      { row: flip(within(event.offsetY, now().target.length)), column: within(event.offsetX, now().source.length) };
  },
};

// ---- Lines from outputs to inputs ----

// The middles of labels that stand in a row, and how long it is.
function spread(labels, size) {
  const context = make("canvas").getContext("2d");
  context.font = `${size}px monospace`;
  let at = 0;
  const middles = labels.map((label) => {
    const width = context.measureText(label).width + size;
    at += width;
    return at - width / 2;
  });
  return { middles, length: at };
}

const lines = {
  build() {
    const slider = make("input", { type: "range", min: 0, max: 0.5, step: 0.01, value: state.threshold });
    on(slider, "input", () => go({ threshold: Number(slider.value) }));
    return make("div", {},
      make("div", { tabindex: 0, role: "group", "aria-label": "Lines; arrow keys choose an output, Enter shows it alone" }),
      make("label", {}, "Hide lines below ", slider), make("p", { class: "faint" }));
  },
  paint() {},
  mark(map) {
    const [plot, , note] = built().children;
    const rows = state.pinned ? [state.row] : [...map.target.keys()];
    plot.replaceChildren(this.draw(map, rows));
    const all = rows.flatMap((r) => rowOf(map, r)).map((w) => Math.abs(w || 0));
    const bound = state.threshold * largest(map.scale.slice(0, 2));
    const share = sum(all.filter((w) => w < bound)) / (sum(all) || 1);
    note.textContent = `${state.pinned ? "Of the pinned output alone: lines" : "Lines"} below ${number(bound, 2)} are hidden, ` +
      `${number(100 * share, 2)} % of the weight.${isSigned(map) ? " Dashed: below 0." : ""}`;
    return plot;
  },
  draw(map, rows) {
    const room = $("view").clientWidth - 120;
    const spreadAll = (size) => [map.source, map.target].map((labels) => spread(labels, size));
    const lengthOf = (sides) => Math.max(sides[0].length, sides[1].length);
    // Smaller letters where that makes room, wider gaps where there is some.
    const size = Math.max(12, Math.min(22, Math.floor((22 * room) / lengthOf(spreadAll(22)))));
    const sides = spreadAll(size);
    const stretch = Math.max(1, Math.min(2, room / lengthOf(sides)));
    const width = stretch * lengthOf(sides) + 100;
    const high = Math.max(240, innerHeight - $("view").offsetTop - 240);
    const [xs, ys] = sides.map((side) => side.middles.map((x) => 80 + stretch * x + (width - 100 - stretch * side.length) / 2));
    const svg = makeSvg("svg", { width, height: high, viewBox: `0 0 ${width} ${high}` });
    for (const r of rows) map.source.forEach((_, c) => this.line(svg, map, r, c, ys[r], xs[c], high));
    const label = (text, x, y, more) =>
      svg.append(makeSvg("text", { x, y, "font-family": "monospace", "font-size": size, "text-anchor": "middle", ...more }, text));
    label(data.columns, 40, 24, { "font-size": 14 });
    label(data.rows, 40, high - 10, { "font-size": 14 });
    const bold = (yes) => (yes ? { "font-weight": "bold" } : {});
    map.source.forEach((text, c) => label(text, xs[c], 24, bold(c === state.column)));
    map.target.forEach((text, r) => label(text, ys[r], high - 10,
      { "data-row": r, ...bold(r === state.row), ...(isWrong(map, r) ? { class: "wrong", "text-decoration": "underline" } : {}) }));
    return svg;
  },
  line(svg, map, r, c, x1, x2, high) {
    const w = weight(map, r, c) || 0;
    const share = Math.min(1, Math.abs(w) / (largest(map.scale.slice(0, 2)) || 1));
    if (share === 0 || share < state.threshold) return;
    svg.append(makeSvg("line", { x1, x2, y1: high - 36, y2: 34, class: r === state.row ? "here" : "",
      "stroke-width": 1 + 6 * share, "stroke-opacity": 0.15 + 0.85 * share, ...(w < 0 ? { "stroke-dasharray": "6 5" } : {}) }));
  },
  cellAt(event) {
    const row = event.target.getAttribute("data-row");
    return row !== null && { row: Number(row), column: strongest(now(), Number(row)) };
  },
};

// ---- Text: the input as one output sees it, and the answer so far ----

const text = {
  build: () => make("div", { class: "text", tabindex: 0, role: "group", "aria-label": "Text; arrow keys choose an output" }),
  paint() {},
  mark(map) {
    const node = built();
    const spaced = [...map.source, ...map.target].some((label) => [...label].length > 1 && label !== "</s>");
    node.classList.toggle("spaced", spaced);
    const source = map.source.map((label, c) => {
      const span = symbol(label);
      shade(span, map, weight(map, state.row, c));
      span.classList.toggle("gold", isGold(map, state.row, c));
      span.dataset.column = c;
      return span;
    });
    const answer = map.target.slice(0, state.row + 1).map((label, r) => {
      const span = symbol(label);
      if (isWrong(map, r)) span.classList.add("wrong");
      if (r === state.row) span.classList.add("now");
      return span;
    });
    node.replaceChildren(make("p", {}, make("span", { class: "faint" }, `${data.columns} `), ...source),
      make("p", {}, make("span", { class: "faint" }, `${data.rows} so far `), ...answer));
    return node;
  },
  cellAt(event) {
    const column = event.target.dataset.column;
    return column !== undefined && { row: state.row, column: Number(column) };
  },
};

// ---- Numbers: a table to read and to copy ----

function toTsv(map) {
  const row = (label, cells) => [label, ...cells].join("\t");
  return [row("", map.source), ...map.target.map((label, r) => row(label, rowOf(map, r).map((w) => (w === null ? "" : w))))].join("\n") + "\n";
}

// A page in a frame may not be let near the clipboard: then the text is shown, ready to be copied.
async function copyTsv(pressed) {
  const tsv = toTsv(now());
  try {
    await navigator.clipboard.writeText(tsv);
    pressed.textContent = "Copied";
  } catch {
    const area = make("textarea", { readonly: "", "aria-label": "The numbers as TSV" }, tsv);
    pressed.after(area);
    area.select();
  }
}

const numbers = {
  build() {
    const copy = button("Copy as TSV", () => copyTsv(copy));
    return make("div", { class: "numbers" }, copy, make("table", { "aria-label": "The weights as numbers" }));
  },
  paint(map) {
    const row = (label, r) => {
      const cells = rowOf(map, r).map((w, c) => make("td", isGold(map, r, c) ? { class: "gold" } : {}, number(w)));
      return make("tr", {}, make("th", { scope: "row", ...(isWrong(map, r) ? { class: "wrong" } : {}) }, symbol(label)), ...cells);
    };
    const heads = map.source.map((label) => make("th", { scope: "col" }, symbol(label)));
    built().lastChild.replaceChildren(
      make("thead", {}, make("tr", {}, make("td"), ...heads)), make("tbody", {}, ...map.target.map(row)));
  },
  mark() {
    unmark();
    const { tHead, tBodies } = built().lastChild;
    marked = [tBodies[0].rows[state.row].cells[0], tHead.rows[0].cells[state.column + 1]];
    marked.forEach((label) => label.classList.add("lit"));
  },
  cellAt: () => null,
};

// ---- What all views share ----

const views = { matrix: ["Matrix"], lines: ["Lines", lines], text: ["Text", text], numbers: ["Numbers", numbers] };
// Of sum.js, which is not in every page.
if (typeof theSum !== "undefined") views.sum = ["The sum", theSum];
const view = () => views[state.view][1] || (needsCanvas(now()) ? canvas : grid);
// The view and the shape that the page is built for.
let drawn = "";

function go(changes, focus = false) {
  const repaint = "map" in changes || "view" in changes;
  Object.assign(state, changes);
  if (state.view === "sum" && !now().trace) state.view = "matrix";
  state.row = Math.min(state.row, now().target.length - 1);
  state.column = Math.min(state.column, now().source.length - 1);
  show(repaint, focus);
}

function show(repaint, focus) {
  const map = now();
  const shape = [state.view, map.target.length, columnsOf(map).length].join();
  if (shape !== drawn) {
    marked = [];
    $("view").replaceChildren(view().build(map));
    drawn = shape;
  }
  if (repaint) {
    view().paint(map);
    showTexts(map);
  }
  const node = view().mark(map);
  if (focus && node) node.focus();
  $("sentence").replaceChildren(...sentence(map, state.row, state.column), state.pinned ? " \u2014 pinned" : "");
  showPlayer(map);
}

function showTexts(map) {
  $("title").textContent = document.title = map.title || "attnviz";
  $("caption").textContent = map.caption || "";
  const bar = make("span", { class: "bar" }, ...[...Array(24).keys()].map(() => make("i")));
  bar.childNodes.forEach((part, i) => { part.style.backgroundColor = css(rgb(data.palettes[map.palette], i / 23)); });
  const parts = [make("span", {}, number(map.scale[0]), bar, number(map.scale[1])), map.unit || ""];
  if (map.gold && map.gold.some((row) => row.length > 0)) parts.push(make("span", { class: "gold" }, " true position "));
  if (map.weights.includes(null)) parts.push("/ masked");
  if (map.target.some((_, r) => isWrong(map, r))) parts.push(make("span", { class: "wrong" }, "wrong output"));
  $("legend").replaceChildren(...parts);
  for (const input of $("views").querySelectorAll("input")) {
    input.checked = input.value === state.view;
    input.disabled = input.value === "sum" && !map.trace;
  }
  data.axes.forEach((_, i) => { if (selectors[i]) selectors[i].value = map.at[i]; });
}

// ---- Selectors: an axis tells maps apart, as the input, the model or the training step ----

const valuesOf = (axis) => [...new Set(data.maps.map((map) => map.at[axis]))];
const selectors = [];

// The map with another value on an axis, as like the present one otherwise as there is.
function mapAt(axis, value) {
  const likeness = (map) => (map.at[axis] === value ? 1000 : 0) + map.at.filter((v, i) => v === now().at[i]).length;
  return data.maps.reduce((best, map, i) => (likeness(map) > likeness(data.maps[best]) ? i : best), 0);
}

function addSelectors() {
  data.axes.forEach((name, axis) => {
    const values = valuesOf(axis);
    if (values.length < 2) return;
    const select = make("select", {}, ...values.map((value) => make("option", { value }, value)));
    on(select, "change", () => go({ map: mapAt(axis, select.value) }));
    selectors[axis] = select;
    $("save").before(make("label", {}, `${name} `, select));
  });
}

function addViews() {
  for (const [name, [title]] of Object.entries(views)) {
    const input = make("input", { type: "radio", name: "view", value: name });
    on(input, "change", () => go({ view: name }));
    $("views").append(make("label", {}, input, title));
  }
}

// ---- The player ----

const stops = () => (state.over < 0 ? now().target : valuesOf(state.over));
const stop = () => (state.over < 0 ? state.row : stops().indexOf(now().at[state.over]));

function goTo(place, focus = false) {
  if (state.over < 0) go({ row: place, column: strongest(now(), place) }, focus);
  else go({ map: mapAt(state.over, stops()[place]) }, focus);
}

function advance() {
  const next = stop() + 1;
  if (next >= stops().length) pause();
  else goTo(next);
}

function pause() {
  clearInterval(state.timer);
  state.timer = 0;
  showPlayer(now());
}

// Starts again from the end. Where motion is unwelcome it goes a single step.
function play() {
  if (state.timer) return pause();
  if (stop() + 1 >= stops().length) goTo(0);
  else if (calm.matches) advance();
  if (!calm.matches) state.timer = setInterval(advance, state.over < 0 ? 900 : 400);
  showPlayer(now());
}

function showPlayer() {
  const count = stops().length;
  $("play").textContent = state.timer ? "Pause" : calm.matches ? "Next" : "Play";
  $("place").max = count - 1;
  $("place").value = stop();
  const name = state.over < 0 ? data.rows : data.axes[state.over];
  $("place").setAttribute("aria-valuetext", `${name} ${stops()[stop()]}`);
  $("where").textContent = state.over < 0 ? `${name} ${stop() + 1} of ${count}` : `${name} ${stops()[stop()]}`;
}

function addPlayer() {
  const axes = data.axes.map((name, axis) => [name, axis]).filter(([, axis]) => valuesOf(axis).length > 1);
  state.over = axes.reduce((over, [name, axis]) => (name === "step" ? axis : over), -1);
  if (axes.length > 0) {
    const select = make("select", {}, make("option", { value: -1 }, `${data.rows}s`), ...axes.map(([name, axis]) => make("option", { value: axis }, name)));
    select.value = state.over;
    on(select, "change", () => { pause(); go({ over: Number(select.value) }); });
    $("play").before(make("label", {}, "through ", select));
  }
  on($("play"), "click", play);
  on($("place"), "input", () => goTo(Number($("place").value)));
}

// ---- Mouse and keys ----

// Where an arrow leads: in the matrix to its neighbour, elsewhere to another output.
function move(key, map) {
  const down = { ArrowDown: 1, ArrowUp: -1 }[key] || 0;
  const right = { ArrowRight: 1, ArrowLeft: -1 }[key] || 0;
  const last = { row: map.target.length - 1, column: map.source.length - 1 };
  const within = (at, end) => Math.max(0, Math.min(end, at));
  if (state.view !== "matrix") {
    const row = key === "Home" ? 0 : key === "End" ? last.row : within(state.row + down + right, last.row);
    return { row, column: strongest(map, row) };
  }
  const column = key === "Home" ? 0 : key === "End" ? last.column : within(state.column + right, last.column);
  return { row: within(state.row + (data.upwards ? -down : down), last.row), column };
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, button, textarea")) return;
  const inView = $("view").contains(event.target);
  if (event.key === " ") play();
  else if (event.key === "Enter" && inView) go({ pinned: !state.pinned });
  else if (event.key === "Escape") go({ pinned: false });
  else if (!/^(Arrow|Home$|End$)/.test(event.key)) return;
  else if (inView) go(move(event.key, now()), true);
  else if (/Left|Right/.test(event.key)) goTo(Math.max(0, Math.min(stops().length - 1, stop() + (event.key === "ArrowLeft" ? -1 : 1))));
  else return;
  event.preventDefault();
}

function listen() {
  on($("view"), "mousemove", (event) => {
    const cell = !state.pinned && view().cellAt(event);
    if (cell && (cell.row !== state.row || cell.column !== state.column)) go(cell);
  });
  on($("view"), "click", (event) => {
    const cell = view().cellAt(event);
    if (!cell) return;
    const same = cell.row === state.row && cell.column === state.column;
    go({ ...cell, pinned: !(state.pinned && same) }, true);
  });
  on(document, "keydown", onKey);
  on($("save"), "click", save);
  on(window, "resize", () => { drawn = ""; show(true, false); });
}

// ---- The present view as SVG: boxes, lines and words, copied from where the browser put them ----

function copyWords(node, svg, origin) {
  const style = getComputedStyle(node.parentNode);
  const size = parseFloat(style.fontSize);
  const range = document.createRange();
  for (const word of node.data.matchAll(/\S+/g)) {
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const box = boxOf(range);
    const x = box.left - origin.x + box.width / 2;
    const y = box.top - origin.y + box.height / 2;
    const upright = style.writingMode !== "horizontal-tb" && box.height > box.width;
    svg.append(makeSvg("text", { x, y: y + 0.35 * size, fill: style.color, "font-family": style.fontFamily, "font-size": size,
      "font-weight": style.fontWeight, "text-anchor": "middle", ...(upright ? { transform: `rotate(-90 ${x} ${y})` } : {}),
      ...(node.parentNode.closest(".wrong") ? { "text-decoration": "underline" } : {}) }, word[0]));
  }
}

function copyBox(node, svg, x, y, { width, height }) {
  const style = getComputedStyle(node);
  const rect = (stroke, line, inset = line / 2) =>
    svg.append(makeSvg("rect", { x: x + inset, y: y + inset, width: width - 2 * inset, height: height - 2 * inset, fill: "none", stroke, "stroke-width": line }));
  svg.append(makeSvg("rect", { x, y, width, height, fill: style.backgroundColor === "rgba(0, 0, 0, 0)" ? "none" : style.backgroundColor }));
  const rings = { gold: [["#fff", 1], ["#000", 2, 2]], now: [["#000", 2, -1], ["#fff", 2, -3]] };
  for (const name in rings) if (node.classList.contains(name)) rings[name].forEach((ring) => rect(...ring));
}

function copyNode(node, svg, origin) {
  if (node.nodeType === Node.TEXT_NODE) return copyWords(node, svg, origin);
  const box = boxOf(node);
  const [x, y] = [box.left - origin.x, box.top - origin.y];
  if (box.width === 0 || /^(BUTTON|LABEL)$/.test(node.tagName)) return;
  if (node.tagName === "CANVAS") return svg.append(makeSvg("image", { x, y, width: box.width, height: box.height, href: node.toDataURL(), preserveAspectRatio: "none" }));
  if (node.tagName === "svg") {
    const clone = fill(node.cloneNode(true), { x, y }, []);
    // What the style sheet gave them.
    [...clone.children].forEach((part, i) => {
      const style = getComputedStyle(node.children[i]);
      fill(part, { fill: style.fill, stroke: style.stroke }, []).removeAttribute("class");
    });
    return svg.append(clone);
  }
  copyBox(node, svg, x, y, box);
  node.childNodes.forEach((child) => copyNode(child, svg, origin));
}

function toSvg() {
  const blocks = ["title", "sentence", "view", "legend", "caption"].map($);
  const width = Math.max(...blocks.map((block) => block.scrollWidth)) + 20;
  const svg = makeSvg("svg", { width });
  let height = 10;
  svg.append(makeSvg("rect", { width: "100%", height: "100%", fill: getComputedStyle(document.body).backgroundColor }));
  for (const block of blocks) {
    const { left, top } = boxOf(block);
    copyNode(block, svg, { x: left - block.scrollLeft - 10, y: top - height });
    height += block.scrollHeight + 8;
  }
  svg.setAttribute("height", height);
  return new XMLSerializer().serializeToString(svg);
}

function save() {
  const link = make("a", { download: "attention.svg", href: URL.createObjectURL(new Blob([toSvg()], { type: "image/svg+xml" })) });
  link.click();
  URL.revokeObjectURL(link.href);
}

// ---- Begin ----

const dark = matchMedia("(prefers-color-scheme: dark)");
function setTheme() {
  document.documentElement.classList.toggle("dark", data.theme ? data.theme === "dark" : dark.matches);
}
on(dark, "change", setTheme);
setTheme();
addViews();
addSelectors();
addPlayer();
listen();
state.column = strongest(now(), 0);
go({ map: 0 });
