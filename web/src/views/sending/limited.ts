/** Returns a function that runs tasks, at most this many at a time, in the order in which they come. */
export function limited(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await task();
    } finally {
      // the place passes to the next task, so no other task takes it in between
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
