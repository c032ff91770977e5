// Distinguishing runs: distinct names for folders with equal names, and colours that stay with their runs.
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { after, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { tellingNames } from "../../web/src/watch/run_names.ts";
import { RunSlots } from "../../web/src/watch/run_slots.ts";
import { closeBrowser } from "./browser.ts";
import { makeRun, type MockRun } from "./watch_mock.ts";
import { button, chart, onMock, until, whenDrawn } from "./watch_visit.ts";

after(closeBrowser);

const namesOf = (...paths: string[]): string[] => tellingNames(paths.map((path) => ({ path, name: path.split("/").at(-1) ?? "" })));

describe("names", () => {
  test("a run is named by its folder if no other run has that name", () => {
    assert.deepEqual(namesOf("/x/a", "/x/b"), ["a", "b"]);
    assert.deepEqual(namesOf(), []);
  });

  test("runs with equal folder names have the part of the path that differs", () => {
    assert.deepEqual(namesOf("/x/a/out", "/x/b/out", "/x/c"), ["a/out", "b/out", "c"]);
    assert.deepEqual(namesOf("/a/m/out", "/b/m/out", "/b/n/out"), ["a/m/out", "b/m/out", "n/out"]);
  });

  test("the name is the whole path if another path ends with it, and the folder's name if paths are missing or equal", () => {
    assert.deepEqual(namesOf("/out", "/a/out"), ["/out", "a/out"]);
    assert.deepEqual(tellingNames([{ name: "r", path: "" }, { name: "r", path: "" }]), ["r", "r"]);
    assert.deepEqual(namesOf("/a/out", "/a/out"), ["out", "out"]);
  });
});

/** A browser's storage that several pages share. */
function storage(text: string | null = null) {
  return { read: () => text, write: (next: string) => void (text = next) };
}

const slotsOf = (slots: RunSlots, ids: string[]): number[] => ids.map((id) => slots.of(id));

describe("slots", () => {
  test("stay with their runs when others appear, disappear and change order, and after a reload", () => {
    const kept = storage();
    const slots = new RunSlots(kept);
    slots.give(["a", "b", "c"]);
    assert.deepEqual(slotsOf(slots, ["a", "b", "c"]), [0, 1, 2]);
    slots.give(["x", "c", "b", "a"]);
    assert.deepEqual(slotsOf(slots, ["a", "b", "c", "x"]), [0, 1, 2, 3]);
    slots.give(["x", "c", "a"]);
    const again = new RunSlots(kept);
    again.give(["b", "a", "c", "x"]);
    assert.deepEqual(slotsOf(again, ["a", "b", "c", "x"]), [0, 1, 2, 3]);
  });

  test("of removed runs are reused, and a run that reappears gets another one", () => {
    const slots = new RunSlots(storage());
    slots.give(["a", "b"]);
    slots.give(["b", "c"]);
    assert.deepEqual(slotsOf(slots, ["b", "c"]), [1, 0]);
    slots.give(["a", "b", "c"]);
    assert.deepEqual(slotsOf(slots, ["a", "b", "c"]), [2, 1, 0]);
  });

  test("are the same in a second page that was opened earlier", () => {
    const kept = storage();
    const first = new RunSlots(kept);
    const second = new RunSlots(kept);
    first.give(["a", "b"]);
    first.give(["z", "a", "b"]);
    second.give(["z", "a", "b"]);
    assert.deepEqual(slotsOf(second, ["a", "b", "z"]), [0, 1, 2]);
  });

  test("invalid data in the browser's storage is ignored", () => {
    for (const text of ["{", "{}", "[[1,2],[\"a\",-1],[\"a\",\"x\"],[\"a\"],null]", "[[\"b\",4]]"]) {
      const slots = new RunSlots(storage(text));
      slots.give(["a", "b"]);
      assert.notEqual(slots.of("a"), slots.of("b"));
    }
  });
});

const made = (id: string, seed: number, more: Partial<Parameters<typeof makeRun>[0]> = {}): MockRun =>
  makeRun({ id, seed, state: "finished", steps: 60, total: 60, learningRate: 2e-5 * seed, ...more });

const twins = (): MockRun[] => ["a", "b"].map((folder, i) =>
  made(`out-${folder}`, i + 1, { name: "out", fields: { path: `/home/ada/${folder}/out` } }));

onMock("runs with equal names are distinguished everywhere on the page", { runs: twins() }, async (page) => {
  await whenDrawn(page);
  assert.deepEqual((await page.locator(".run-title").allInnerTexts()).sort(), ["a/out", "b/out"]);
  assert.deepEqual(await page.locator(".chip").allInnerTexts(), ["a/out", "b/out"]);
  await chart(page, "Loss").locator(".u-over").hover();
  const tooltip = await page.locator(".tooltip").innerText();
  assert.ok(tooltip.includes("a/out") && tooltip.includes("b/out"), tooltip);
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Loss: save as CSV").click()]);
  const csv = await readFile(await download.path(), "utf8");
  assert.ok(csv.includes("\na/out,loss,") && csv.includes("\nb/out,loss,"), csv.slice(0, 200));
  await page.getByRole("tab", { name: "Configuration" }).click();
  await page.getByLabel("Compare with").selectOption({ label: "a/out" });
  await page.getByText("options differ").waitFor();
  assert.deepEqual((await page.locator("table.code thead th").allInnerTexts()).slice(1), ["b/out", "a/out"]);
});

/** The colour of each run, by its id. */
const colours = (page: Page): Promise<Record<string, string>> => page.locator(".chip").evaluateAll((chips) =>
  Object.fromEntries(chips.map((chip) => [chip.textContent ?? "", getComputedStyle(chip.querySelector(".swatch") ?? chip).borderTopColor])));

const three = (): MockRun[] => [made("first", 1), made("second", 2, { state: "stopped" }), made("third", 3)];

onMock("colours stay when a run is resumed, when others appear or disappear, and after a reload", { runs: three() }, async (page, mock) => {
  await whenDrawn(page);
  const before = await colours(page);
  assert.equal(new Set(Object.values(before)).size, 3);
  // Runs that started before and after all others; "first" is resumed.
  mock.runs.unshift(made("older", 0.5), made("newer", 9));
  Object.assign(mock.runs.find((run) => run.id === "first")?.fields ?? {}, { started_at: 1_799_000_000, state: "running" });
  await until("the new runs", async () => (await page.locator(".chip").count()) === 5);
  const now = await colours(page);
  assert.deepEqual({ ...now, ...before }, now);
  assert.equal(new Set(Object.values(now)).size, 5);
  mock.runs.splice(mock.runs.findIndex((run) => run.id === "second"), 1);
  await page.reload();
  await until("the runs that are left", async () => (await page.locator(".chip").count()) === 4);
  const { second: _, ...left } = now;
  assert.deepEqual(await colours(page), left);
});
