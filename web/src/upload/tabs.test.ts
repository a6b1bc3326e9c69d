import { expect, it, vi } from "vitest";
import { Tabs } from "./tabs";

it("reach the other tabs of the same user, until they are closed", async () => {
  const [sender, tab, stranger] = [new Tabs("ada"), new Tabs("ada"), new Tabs("bob")];
  const [heard, notHeard] = [vi.fn(), vi.fn()];
  for (const other of [stranger, sender]) other.listen(notHeard);
  tab.listen(heard);
  const message = { kind: "progress", of: { id: "1", sent: 5 } } as const;
  sender.post(message);
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1));
  expect(heard).toHaveBeenCalledWith(message);
  expect(notHeard).not.toHaveBeenCalled();
  for (const other of [sender, tab, stranger]) other.dispose();
  // an upload that was just added may still report itself
  expect(() => sender.post({ kind: "added" })).not.toThrow();
});
