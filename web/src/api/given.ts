/** `T` without `undefined` as a value: such fields are absent instead. */
export type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Returns the fields that have a value. */
export function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** Returns the path parameter of a route such as `/videos/{id}`. */
export function pathOf(id: string): { path: { id: string } } {
  return { path: { id } };
}
