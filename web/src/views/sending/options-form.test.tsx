// @vitest-environment happy-dom
import { render } from "preact";
import { useState } from "preact/hooks";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EstimateLine } from "./estimate-line";
import { DEFAULT_FORM, readForm, type OptionsForm } from "./options";
import { OptionsFields } from "./options-form";

let root: HTMLElement;
let form: OptionsForm;

function Example() {
  const [current, setForm] = useState(DEFAULT_FORM);
  form = current;
  const read = readForm(form);
  const measure = { width: 1280, height: 720, pixels: 1280 * 720, jpeg: 100_000 };
  const videos = [{ name: "clip.mp4", seconds: 248, frameRate: 25, measure }];
  return (
    <>
      <OptionsFields form={form} read={read} rates={[25]} change={(changes) => setForm({ ...form, ...changes })} />
      <EstimateLine form={form} read={read} videos={videos} rates={[25]} isReading={false} />
    </>
  );
}

const text = () => root.textContent ?? "";
const button = (name: string) => [...root.querySelectorAll("button")].find((other) => other.textContent === name);
const field = (label: string) => {
  const found = [...root.querySelectorAll("label")].find((other) => other.textContent?.trim() === label);
  const input = found?.htmlFor ? document.getElementById(found.htmlFor) : found?.querySelector("input");
  if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) throw new Error(`no field ${label}`);
  return input;
};
const press = (name: string) => act(() => button(name)?.click());
const choose = (label: string) => act(() => field(label).click());
const type = (label: string, value: string) =>
  act(() => {
    const input = field(label);
    input.value = value;
    input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }));
  });

beforeEach(async () => {
  root = document.body.appendChild(document.createElement("div"));
  await act(() => render(<Example />, root));
});

afterEach(() => {
  render(null, root);
  root.remove();
});

describe("OptionsFields", () => {
  it("always shows about how many frames and bytes come", async () => {
    expect(text()).toContain("≈ 50 frames · ≈ 5.1 MB");
    await choose("Every…");
    await type("One frame every", "2");
    expect(text()).toContain("≈ 124 frames · ≈ 13 MB");
    await type("From", "50%");
    expect(text()).toContain("≈ 62 frames");
    await choose("Scenes");
    expect(text()).toContain("One frame for each scene.");
  });

  it("says what is wrong next to the field", async () => {
    await choose("How many");
    await type("Number of frames", "0");
    expect(field("Number of frames").getAttribute("aria-invalid")).toBe("true");
    expect(text()).toContain("Write a whole number from 1 to 50,000.");
    expect(text()).toContain("Check the marked options.");
  });

  it("offers no combination that the server refuses", async () => {
    await press("More options");
    expect(field("Fit").disabled).toBe(true);
    await type("Largest width", "640");
    await type("Largest height", "640");
    expect(field("Fit").disabled).toBe(false);
    await type("Fit", "cover");
    await type("Format", "png");
    expect(field("Quality").disabled).toBe(true);
    expect(readForm(form).extraction).toEqual({ width: 640, height: 640, fit: "cover", format: "png" });
    await type("Largest height", "");
    expect(readForm(form).extraction).toEqual({ width: 640, format: "png" });
  });

  it("has presets that show what they choose", async () => {
    await press("Contact sheet");
    expect(button("Contact sheet")?.getAttribute("aria-pressed")).toBe("true");
    expect(readForm(form).extraction).toMatchObject({ count: 20, sheet: { columns: 4, rows: 5 } });
    await press("Everything");
    expect(readForm(form).extraction).toMatchObject({ fps: 32 });
    expect(text()).toContain("≈ 6,200 frames");
    expect(text()).toContain("Every frame that is on screen for at least 1/32 s.");
  });

  it("warns of more frames than the server accepts", async () => {
    await choose("Every…");
    await type("One frame every", "0.001");
    expect(text()).toContain("clip.mp4: more than 50,000 frames");
  });
});
