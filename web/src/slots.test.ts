import { expect, it } from "vitest";
import { Slots } from "./slots";

const turns = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

it("places are given out first come, first served, and those who leave lose theirs", async () => {
  const slots = new Slots(1);
  const { signal } = new AbortController();
  const order: string[] = [];
  /** Resolves, once the task has begun, to the function that ends it. */
  const enter = (name: string, until = signal) =>
    new Promise<() => void>((entered, left) => {
      const task = () => {
        order.push(name);
        return new Promise<void>((end) => entered(end));
      };
      slots.run(task, { signal: until }).catch(left);
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
    slots.run(task("aborted"), { signal: stop.signal }),
    slots.run(task("normal")),
    slots.run(task("urgent"), { urgent: true }),
  ];
  stop.abort();
  await Promise.allSettled(runs);
  expect(order).toEqual(["first", "urgent", "normal"]);
});

it("runs at most some tasks at a time, in order, also after a failure", async () => {
  const slots = new Slots(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const task = (number: number) => () => {
    started.push(number);
    return new Promise<void>((done, failed) => ends.push(number === 1 ? () => failed(new Error("1")) : done));
  };
  const all = [1, 2, 3, 4].map((number) => slots.run(task(number)).catch(() => undefined));
  await turns();
  expect(started).toEqual([1, 2]);
  ends[0]?.();
  await all[0];
  expect(started).toEqual([1, 2, 3]);
  for (let index = 1; index < 4; index += 1) {
    ends[index]?.();
    await all[index];
  }
  expect(started).toEqual([1, 2, 3, 4]);
});
