import { describe, expect, it } from "vitest";
import { cellPlace, cellsBetween, layoutGrid } from "./grid-layout";
import { commandOf, type KeyPress } from "./keys";
import { everything, extend, NOTHING, selected, toggle } from "./selection";
import { nearestFrame, shareOf, timeAt, timeAxis } from "./time-axis";
import type { FrameEntry } from "../../zip";

const WIDE = 16 / 9;
const at = (...times: number[]) => times.map((time) => ({ time }));

describe("layoutGrid", () => {
  it("has two columns on a phone and more on larger screens", () => {
    expect(layoutGrid(288, 100, WIDE).columns).toBe(2);
    const desktop = layoutGrid(1200, 50_000, WIDE);
    expect(desktop.columns).toBeGreaterThan(4);
    expect(desktop.rows).toBe(Math.ceil(50_000 / desktop.columns));
    expect(desktop.columns * desktop.cellWidth + (desktop.columns - 1) * desktop.gap).toBeCloseTo(1200);
    expect(layoutGrid(1200, 100, 9 / 16).columns).toBeGreaterThan(desktop.columns);
  });

  it("finds the cells on the screen", () => {
    const layout = layoutGrid(1200, 50_000, WIDE);
    const row = layout.cellHeight + layout.gap;
    const area = { top: row * 100 + 1, bottom: row * 103 };
    expect(cellsBetween(layout, 50_000, area)).toEqual({ first: 100 * layout.columns, end: 103 * layout.columns });
    expect(cellsBetween(layout, 50_000, { ...area, extra: 2 })).toEqual({
      first: 98 * layout.columns,
      end: 105 * layout.columns,
    });
    expect(cellsBetween(layout, 50_000, { top: -900, bottom: -1 })).toEqual({ first: 0, end: 0 });
    expect(cellsBetween(layout, 50_000, { top: layout.height - 1, bottom: layout.height + 900 }).end).toBe(50_000);
    expect(cellPlace(layout, layout.columns + 1)).toEqual({ x: layout.cellWidth + layout.gap, y: row });
  });
});

describe("the time axis", () => {
  it("shows the whole video, or the part that has frames", () => {
    expect(timeAxis(at(0, 50), 60)).toEqual({ from: 0, to: 60 });
    expect(timeAxis(at(5), undefined)).toEqual({ from: 0, to: 5 });
    expect(timeAxis(at(0), undefined)).toEqual({ from: 0, to: 1 });
    expect(timeAxis(at(1000, 1010), 7200)).toEqual({ from: 999.5, to: 1010.5 });
  });

  it("converts times and shares", () => {
    const axis = { from: 10, to: 20 };
    expect([shareOf(axis, 15), shareOf(axis, 0), timeAt(axis, 0.25), timeAt(axis, 7)]).toEqual([0.5, 0, 12.5, 20]);
  });

  it("finds the nearest frame", () => {
    const frames = at(0, 2, 4, 10);
    expect([-1, 0.9, 1.1, 6.9, 7.1, 99].map((time) => nearestFrame(frames, time))).toEqual([0, 0, 1, 2, 3, 3]);
  });
});

describe("the selection", () => {
  const frames = [10, 20, 30, 40].map((bytes, index) => ({ bytes, index }) as FrameEntry);

  it("counts the bytes of what is selected", () => {
    const one = toggle(NOTHING, frames, 3);
    const range = extend(one, frames, 1);
    expect(range.bytes).toBe(90);
    expect(extend(range, frames, 2).bytes).toBe(90);
    expect(toggle(range, frames, 2).bytes).toBe(60);
    expect(selected(range, frames).map((frame) => frame.bytes)).toEqual([20, 30, 40]);
    expect(everything(frames).bytes).toBe(100);
  });
});

describe("commandOf", () => {
  const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
    key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more,
  });

  it("maps the keys", () => {
    expect(commandOf(press("ArrowRight"), false)).toEqual({ do: "move", by: 1 });
    expect(commandOf(press("ArrowLeft", { shiftKey: true }), false)).toEqual({ do: "move", by: -10 });
    expect(commandOf(press("ArrowDown"), true)).toEqual({ do: "row", by: 1 });
    expect(commandOf(press(" ", { shiftKey: true }), true)).toEqual({ do: "selectRange" });
    expect(commandOf(press("D"), false)).toEqual({ do: "download" });
    expect(commandOf(press("?", { shiftKey: true }), false)).toEqual({ do: "showKeys" });
  });

  it("leaves the browser its own", () => {
    expect(commandOf(press("ArrowDown"), false)).toBeUndefined();
    expect(commandOf(press("c", { ctrlKey: true }), true)).toBeUndefined();
    expect(commandOf(press("a", { ctrlKey: true }), false)).toBeUndefined();
    expect(commandOf(press("ArrowLeft", { altKey: true }), false)).toBeUndefined();
  });
});
