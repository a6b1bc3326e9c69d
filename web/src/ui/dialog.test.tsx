// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it, vi } from "vitest";
import { ApiError } from "../api/errors";
import { setLanguage } from "../i18n";
import { ConfirmDialog } from "./confirm-dialog";

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
