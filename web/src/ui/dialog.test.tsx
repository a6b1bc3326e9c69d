// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it, vi } from "vitest";
import { ApiError } from "../api/errors";
import { setLanguage } from "../i18n";
import { ConfirmDialog } from "./confirm-dialog";
import { Dialog } from "./dialog";

setLanguage("en");

function show(onConfirm: () => Promise<void>, onClose: () => void): void {
  render(
    <main id="main" tabIndex={-1}>
      <button type="button">Opener</button>
    </main>,
    document.body,
  );
  document.querySelector("button")?.focus();
  render(
    <main id="main" tabIndex={-1}>
      <button type="button">Opener</button>
      <ConfirmDialog title="Delete?" confirm="Delete" cancel="Cancel" onConfirm={onConfirm} onClose={onClose}>
        <p>It cannot be brought back.</p>
      </ConfirmDialog>
    </main>,
    document.body,
  );
}

const press = (text: string) =>
  [...document.querySelectorAll("button")].find((button) => button.textContent === text)?.click();

afterEach(() => render(null, document.body));

it("is open and named by its title", async () => {
  show(vi.fn(), vi.fn());
  await vi.waitFor(() => expect(document.querySelector("dialog")?.open).toBe(true));
  const title = document.getElementById(document.querySelector("dialog")?.getAttribute("aria-labelledby") ?? "");
  expect(title?.textContent).toBe("Delete?");
});

it("closes after the action, and stays open with its error", async () => {
  const close = vi.fn();
  const confirm = vi.fn().mockRejectedValueOnce(new ApiError(403, "forbidden")).mockResolvedValueOnce(undefined);
  show(confirm, close);
  press("Delete");
  await vi.waitFor(() => expect(document.querySelector("[role=alert]")?.textContent).toMatch(/administrators/));
  expect(close).not.toHaveBeenCalled();
  press("Delete");
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
});

it("returns the focus to its opener", async () => {
  show(vi.fn(), vi.fn());
  await vi.waitFor(() => expect(document.querySelector("dialog")?.open).toBe(true));
  document.querySelector<HTMLElement>("dialog button")?.focus();
  render(
    <main id="main" tabIndex={-1}>
      <button type="button">Opener</button>
    </main>,
    document.body,
  );
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe("Opener"));
});

async function opened(): Promise<HTMLDialogElement> {
  return vi.waitUntil(() => document.querySelector<HTMLDialogElement>("dialog[open]"));
}

// every point is outside, because happy-dom lays nothing out
const pressOutside = (dialog: HTMLElement) =>
  dialog.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, clientX: 9, clientY: 9 }));

it("closes by a press outside and by Escape", async () => {
  const close = vi.fn();
  render(<Dialog title="Keys" onClose={close}>Text</Dialog>, document.body);
  const dialog = await opened();
  pressOutside(dialog);
  expect(close).toHaveBeenCalledOnce();
  dialog.dispatchEvent(new Event("cancel", { cancelable: true }));
  expect(close).toHaveBeenCalledTimes(2);
});

it("closes by Escape only, if it ignores presses outside", async () => {
  const close = vi.fn();
  render(<Dialog title="Options" onClose={close} ignoresOutside>Text</Dialog>, document.body);
  const dialog = await opened();
  pressOutside(dialog);
  expect(close).not.toHaveBeenCalled();
  dialog.dispatchEvent(new Event("cancel", { cancelable: true }));
  expect(close).toHaveBeenCalledOnce();
});

it("stays open without onClose, also when the browser closes it by a second Escape", async () => {
  render(<Dialog title="Secret">Text</Dialog>, document.body);
  const dialog = await opened();
  pressOutside(dialog);
  const escape = new Event("cancel", { cancelable: true });
  dialog.dispatchEvent(escape);
  expect(escape.defaultPrevented).toBe(true);
  dialog.close();
  await vi.waitFor(() => expect(dialog.open).toBe(true));
});
