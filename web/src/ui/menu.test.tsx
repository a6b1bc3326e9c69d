// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Menu } from "./menu";

const select = vi.fn();
const items = [
  { label: "Download", onSelect: () => select("Download") },
  { label: "Open", onSelect: () => select("Open") },
  { label: "Delete", danger: true, onSelect: () => select("Delete") },
];

// happy-dom has no popovers
Object.assign(HTMLElement.prototype, { showPopover: vi.fn(), hidePopover: vi.fn() });

const button = () => document.querySelector<HTMLElement>("[aria-haspopup]");
const focused = () => document.activeElement?.textContent?.trim();
const press = (key: string) =>
  document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

beforeEach(() => render(<Menu label="Actions" items={items} />, document.body));
afterEach(() => render(null, document.body));

it("opens by arrow keys at its first or last item, and by a press", () => {
  button()?.focus();
  press("ArrowDown");
  expect(focused()).toBe("Download");
  button()?.focus();
  press("ArrowUp");
  expect(focused()).toBe("Delete");
  button()?.click();
  expect(focused()).toBe("Download");
});

it("goes round by arrows, to the ends, and to a first letter", () => {
  button()?.click();
  const way = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Home", "o", "d", "d"].map((key) => {
    press(key);
    return focused();
  });
  expect(way).toEqual(["Open", "Delete", "Download", "Delete", "Download", "Open", "Delete", "Download"]);
});

it("runs the chosen action, with the focus back on the button", () => {
  button()?.click();
  press("End");
  (document.activeElement as HTMLElement).click();
  expect(select).toHaveBeenCalledWith("Delete");
  expect(document.activeElement).toBe(button());
});
