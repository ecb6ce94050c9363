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
