/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP. The second one ends this process at once; the family's exit hook then
 * kills what still runs.
 */
export function untilStopped(): Promise<NodeJS.Signals> {
  let asked = false;
  return new Promise((resolve) => {
    const take = (signal: NodeJS.Signals) => {
      if (asked) process.exit(130);
      asked = true;
      resolve(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, take);
  });
}

const LOOK_MS = 500;

/** Resolves when the process that started us is gone: a test or benchmark that was killed could not tell us to stop. */
export function untilParentEnds(): Promise<'parent'> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      resolve('parent');
    }, LOOK_MS);
    timer.unref();
  });
}
