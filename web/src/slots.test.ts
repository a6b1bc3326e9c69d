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

it("runs a limited number at a time, urgent ones first, and none that was aborted", async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const task = (name: string) => async () => {
    order.push(name);
  };
  const stop = new AbortController();
  const runs = [
    slots.run(task("first")),
    slots.run(task("aborted"), stop.signal),
    slots.run(task("normal")),
    slots.run(task("urgent"), undefined, true),
  ];
  stop.abort();
  await Promise.allSettled(runs);
  expect(order).toEqual(["first", "urgent", "normal"]);
});
