/** The same function, whose calls wait for one another: for what is so much work that two at once help nobody. */
export function oneAtATime<A extends readonly unknown[], R>(
  run: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const result = last.then(() => run(...args));
    last = result.catch(() => {});
    return result;
  };
}
