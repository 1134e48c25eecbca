// node browser_test.mjs PROGRAM PACKAGES WORK
// Opens pages that the program writes in a browser, as a reader does. PACKAGES is a folder whose
// node_modules has playwright-core and axe-core, as scripts/dependencies.sh ci installs them; WORK
// is replaced by one with the pages.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [program, packages, work] = process.argv.slice(2).map((path) => resolve(path));
const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

function skip(what) {
  console.log(`skipped: ${what} is not installed`);
  process.exit(0);
}
if (!browserPath) skip("chromium");
const require = createRequire(join(packages, "node_modules/"));
let playwright, axePath;
try {
  playwright = require("playwright-core");
  axePath = require.resolve("axe-core");
} catch {
  skip("playwright-core");
}

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const render = (name, ...options) => {
  execFileSync(program, ["render", "--quiet", "--out", `${name}.html`, ...options], { cwd: work, stdio: "inherit" });
  return pathToFileURL(join(work, `${name}.html`)).href;
};

// ---- The maps ----

const hostile = ["</script><img src=x onerror=alert(1)>", "\u202eabc", "\u05d0\u05d1", "a\u0301", "\u0000", "'\"&"];

function mapJson(source, target, weights, more = {}) {
  return JSON.stringify({ source, target, weights, ...more });
}

function writeMaps() {
  const reverse = [..."mono"].map((_, r, all) => all.map((__, c) => (c === 3 - r ? 0.9998 : 0.0001 / 1.5)));
  writeFileSync(join(work, "reverse.json"), mapJson([..."mono"], [..."onom"], reverse,
    { gold: [[3], [2], [1], [0]], expected: [..."onoM"] }));
  writeFileSync(join(work, "hostile.json"), mapJson(hostile, ["x"], [[1, 0, 0, 0, 0, null]], { title: hostile[0] }));
  const film = [0, 10, 20].map((step) => mapJson(["a", "b"], ["b", "a"], [[1 - step / 20, step / 20], [0.5, 0.5]], { facts: { step: String(step) } }));
  writeFileSync(join(work, "film.jsonl"), film.join("\n") + "\n");
  const wide = [0, 1, 2].map((r) => Array.from({ length: 300 }, (_, c) => (c === 100 * r ? 1 : 0)));
  writeFileSync(join(work, "wide.json"), mapJson(wide[0].map((_, c) => `w${c}`), ["x", "y", "z"], wide));
}

// ---- The browser ----

const browser = await playwright.chromium.launch({ executablePath: browserPath, headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
let problems = [];

async function open(address, options = {}) {
  problems = [];
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 }, acceptDownloads: true, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("dialog", (dialog) => { problems.push("a dialog"); dialog.dismiss(); });
  await page.goto(address);
  assert.equal(requests.length, 1, `one request: ${requests}`);
  return page;
}

const sentence = (page) => page.textContent("#sentence");
const cell = (page, row, column) => page.locator(`#view tbody tr:nth-child(${row + 1}) td`).nth(column);

async function checkAxe(page) {
  // By the debugger, which the page's policy does not bind.
  await page.evaluate(readFileSync(axePath, "utf8"));
  const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).slice(0, 3)}`), []);
}

const tests = [];
const test = (name, run) => tests.push([name, run]);

test("a cell under the mouse is told, and a click pins it", async (reverse) => {
  const page = await open(reverse);
  await cell(page, 1, 2).hover();
  assert.equal(await sentence(page), "output 2 'n' looks at input 3 'n': 0.9998 (true position)");
  assert.equal(await page.locator(".lit").count(), 2);
  await cell(page, 1, 2).click();
  await cell(page, 0, 0).hover();
  assert.match(await sentence(page), /^output 2 'n' looks at input 3 'n'.* \u2014 pinned$/);
  await page.keyboard.press("Escape");
  await cell(page, 0, 0).hover({ position: { x: 2, y: 2 } });
  await cell(page, 3, 0).hover();
  assert.equal(await sentence(page), "output 4 'm' looks at input 1 'm': 0.9998 (true position); the output is wrong, expected 'M'");
});

test("gold cells and wrong symbols are marked, not by colour alone", async (reverse) => {
  const page = await open(reverse);
  assert.equal(await page.locator("#view td.gold").count(), 4);
  assert.equal(await cell(page, 0, 3).getAttribute("aria-label"), "0.9998, true position");
  const wrong = page.locator("#view th.wrong");
  assert.equal(await wrong.count(), 1);
  assert.match(await wrong.evaluate((node) => getComputedStyle(node).textDecorationLine), /underline/);
});

test("the grid has one tab stop, and arrows, Home and End move in it", async (reverse) => {
  const page = await open(reverse);
  assert.equal(await page.locator("#view [tabindex='0']").count(), 1);
  await page.locator("#view [tabindex='0']").focus();
  const told = [];
  for (const key of ["Home", "ArrowRight", "ArrowDown", "End", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowLeft"]) {
    await page.keyboard.press(key);
    told.push((await sentence(page)).match(/output (\d) .* input (\d)/).slice(1).join());
    assert.equal(await page.evaluate(() => document.activeElement === document.querySelector("#view [tabindex='0']")), true);
  }
  assert.deepEqual(told, ["1,1", "1,2", "2,2", "2,4", "2,4", "1,4", "1,4", "1,3"]);
  assert.equal(await page.locator("#view [tabindex='0']").count(), 1);
  await page.keyboard.press("Enter");
  assert.match(await sentence(page), /pinned/);
});

test("the sentences are live", async (reverse) => {
  const page = await open(reverse);
  assert.equal(await page.getAttribute("#sentence", "aria-live"), "polite");
});

test("lines: weights below the threshold are hidden, a pinned output stands alone", async (reverse) => {
  const page = await open(reverse);
  await page.check("input[value=lines]");
  assert.equal(await page.locator("#view line").count(), 4);
  assert.match(await page.textContent("#view"), /Lines below 0.05 are hidden, 0.02 % of the weight/);
  await page.locator("#view text[data-row='1']").click();
  assert.equal(await page.locator("#view line").count(), 1);
  assert.match(await sentence(page), /^output 2 'n' looks at input 3/);
  await page.keyboard.press("ArrowRight");
  assert.match(await sentence(page), /^output 3 'o' looks at input 2/);
});

test("text: the source is shaded for the output, and the answer goes so far", async (reverse) => {
  const page = await open(reverse);
  await page.check("input[value=text]");
  await page.locator("#place").fill("1");
  const [source, answer] = await page.locator("#view p").allTextContents();
  assert.match(source, /mono$/);
  assert.match(answer, /so far on$/);
  const colors = await page.locator("#view p:first-child .symbol").evaluateAll((nodes) => nodes.map((node) => node.style.backgroundColor));
  assert.equal(colors[2], "rgb(253, 231, 37)");
  assert.equal(colors[0], "rgb(68, 1, 84)");
});

test("numbers: a table, and TSV of it", async (reverse) => {
  const page = await open(reverse, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.check("input[value=numbers]");
  assert.equal(await cell(page, 0, 3).textContent(), "0.9998");
  await page.click("text=Copy as TSV");
  const tsv = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(tsv.split("\n")[0], "\tm\to\tn\to");
  assert.equal(tsv.split("\n")[1], "o\t0.000066667\t0.000066667\t0.000066667\t0.9998");
});

test("each view is saved as SVG that holds what is shown", async (reverse) => {
  const page = await open(reverse);
  for (const view of ["matrix", "lines", "text", "numbers"]) {
    await page.check(`input[value=${view}]`);
    const download = page.waitForEvent("download");
    await page.click("#save");
    const svg = readFileSync(await (await download).path(), "utf8");
    assert.match(svg, /^<svg [^>]*xmlns=/);
    assert.ok(!/NaN|undefined|style=|class=/.test(svg), view);
    if (view === "matrix") assert.equal(svg.match(/fill="rgb\(253, 231, 37\)"/g).length >= 4, true);
    const shown = await page.evaluate((text) => {
      const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
      return root.querySelector("parsererror") ? "" : root.textContent;
    }, svg);
    assert.match(shown, /output1'o'looksatinput4'o':0.9998/, view);
  }
});

test("the player goes through the outputs by space, arrows and slider", async (reverse) => {
  const page = await open(reverse);
  await page.keyboard.press("ArrowRight");
  assert.match(await sentence(page), /^output 2/);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press(" ");
  assert.equal(await page.textContent("#play"), "Pause");
  await page.waitForFunction(() => document.getElementById("where").textContent === "output 4 of 4");
  await page.waitForFunction(() => document.getElementById("play").textContent === "Play");
  await page.locator("#place").fill("1");
  assert.match(await sentence(page), /^output 2/);
});

test("where motion is unwelcome, the player makes single steps", async (reverse) => {
  const page = await open(reverse, { reducedMotion: "reduce" });
  assert.equal(await page.textContent("#play"), "Next");
  await page.click("#play");
  assert.match(await sentence(page), /^output 2/);
  await page.waitForTimeout(1100);
  assert.match(await sentence(page), /^output 2/);
});

test("maps of several training steps are a film", async () => {
  const page = await open(render("film", "--matrix", "film.jsonl", "--sentence", "all"));
  assert.deepEqual(await page.locator("select").first().locator("option").allTextContents(), ["0", "10", "20"]);
  assert.equal(await page.textContent("#where"), "step 0");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.textContent("#where"), "step 10");
  assert.equal(await cell(page, 0, 0).getAttribute("aria-label"), "0.5");
  await page.locator("select").first().selectOption("20");
  assert.equal(await cell(page, 0, 0).getAttribute("aria-label"), "0");
  await checkAxe(page);
});

test("a wide map is a canvas, with the same keys and sentences", async () => {
  const page = await open(render("wide", "--matrix", "wide.json"));
  assert.equal(await page.locator("#view canvas").count(), 1);
  await page.locator("#view canvas").focus();
  for (const key of ["ArrowDown", "End", "ArrowLeft"]) await page.keyboard.press(key);
  assert.equal(await sentence(page), "output 2 'y' looks at input 299 'w298': 0");
  await page.locator("#view canvas").hover({ position: { x: 1, y: 1 } });
  assert.equal(await sentence(page), "output 1 'x' looks at input 1 'w0': 1");
  await checkAxe(page);
  await page.check("input[value=numbers]");
  assert.equal(await page.locator("#view td").count(), 1 + 3 * 300);
});

test("labels stay labels", async () => {
  const page = await open(render("hostile", "--matrix", "hostile.json"));
  assert.equal(await page.title(), hostile[0]);
  assert.equal(await page.locator("#view thead th").first().textContent(), hostile[0]);
  assert.equal(await page.locator("img").count(), 0);
  await cell(page, 0, 5).hover();
  assert.match(await sentence(page), /^output 1 'x' cannot look at input 6 .*: masked$/);
  await checkAxe(page);
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in any view, ${colorScheme}`, async (reverse) => {
    const page = await open(reverse, { colorScheme });
    for (const view of ["matrix", "lines", "text", "numbers"]) {
      await page.check(`input[value=${view}]`);
      await checkAxe(page);
    }
  });
}

test("the sum: five steps to the answer, with numbers that add up", async () => {
  execFileSync(program, ["train", "--task", "reverse", "--steps", "60", "--quiet", "--out", "run"], { cwd: work });
  const page = await open(render("sum", "--model", "run", "--input", "mono"));
  await page.check("input[value=sum]");
  const heads = () => page.locator("#view thead th").allTextContents();
  const told = [];
  for (let step = 0; step < 5; ++step) {
    told.push(`${await page.textContent("#view .stages span")}: ${(await heads()).length}`);
    await checkAxe(page);
    await page.click("text=Next");
  }
  assert.deepEqual(told, ["Step 1 of 5: Scores: 2", "Step 2 of 5: Softmax: 4", "Step 3 of 5: Context: 6",
    "Step 4 of 5: Concatenate: 6", "Step 5 of 5: Predict: 6"]);
  const cells = await page.locator("#view tbody tr:first-child td:nth-child(4)").first().textContent();
  const map = JSON.parse(await page.textContent("#data")).maps[0];
  assert.ok(Math.abs(Number(cells) - map.weights[0]) < 1e-4 * map.weights[0] + 1e-9, `${cells} is ${map.weights[0]}`);
  assert.equal(await page.locator("#view .top tr").count(), 5);
  assert.match(await page.textContent("#view tfoot"), /max .*sum .*sum 1/);
  await page.click("text=Back");
  assert.equal(await page.textContent("#view .stages span"), "Step 4 of 5: Concatenate");
  await page.locator("#place").fill("2");
  assert.match(await sentence(page), /^output 3/);
});

test("printed in the dark, a page is black on white", async (reverse) => {
  const page = await open(reverse, { colorScheme: "dark" });
  await page.check("input[value=lines]");
  const stroke = () => page.locator("#view line:not(.here)").first().evaluate((node) => getComputedStyle(node).stroke);
  assert.equal(await stroke(), "rgb(232, 232, 232)");
  await page.emulateMedia({ media: "print" });
  assert.equal(await stroke(), "rgb(34, 34, 34)");
  assert.equal(await page.locator("#controls").isVisible(), false);
});

test("two pages in frames of one, as a notebook shows them", async (reverse) => {
  const file = join(work, "frames.html");
  writeFileSync(file, `<iframe src="${reverse}" width="700" height="500"></iframe>`.repeat(2));
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("console", (message) => problems.push(message.text()));
  await page.goto(pathToFileURL(file).href);
  for (const frame of page.frames().slice(1)) {
    assert.match(await frame.textContent("#sentence"), /^output 1 'o' looks at/);
  }
});

// ---- Run ----

writeMaps();
const reverse = render("reverse", "--matrix", "reverse.json");
let failed = 0;
for (const [name, run] of tests) {
  try {
    await run(reverse);
    assert.deepEqual(problems, [], "no messages of the browser");
    console.log(`passed: ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED: ${name}\n${error.message}`);
  }
  for (const context of browser.contexts()) await context.close();
}
await browser.close();
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
