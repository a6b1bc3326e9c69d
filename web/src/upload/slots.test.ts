import { expect, it } from "vitest";
import { Slots } from "./slots";

const turns = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

it("places are given out first come, first served, and those who leave lose theirs", async () => {
  const slots = new Slots(1);
  const { signal } = new AbortController();
  const order: string[] = [];
  const enter = (name: string, until = signal) =>
    slots.acquire(until).then((release) => {
      order.push(name);
      return release;
    });
  const release = await enter("a");
  const impatient = new AbortController();
  const left = enter("b", impatient.signal);
  const [third, fourth] = [enter("c"), enter("d")];
  impatient.abort("left");
  await expect(left).rejects.toBe("left");
  await turns();
  expect(order).toEqual(["a"]);
  release();
  (await third)();
  (await fourth)();
  (await enter("e"))();
  expect(order).toEqual(["a", "c", "d", "e"]);
});
