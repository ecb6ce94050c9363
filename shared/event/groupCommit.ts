/** Asks for one item to be written with others; resolves with what became of it. */
export type Commit<Item, Result> = (item: Item) => Promise<Result>;

/** What became of one item of a batch. */
export type Outcome<Result> = { readonly result: Result } | { readonly error: unknown };

/**
 * Group commit: while one batch is under way the next items gather, and go together. One commit costs an fsync whether it
 * holds one item or 64, so the throughput under load grows with the batch, and a lone item waits for nobody.
 * @param write writes a batch of at most `limit` items, one outcome each, in order; when it throws, all of them failed.
 */
export function groupCommit<Item, Result>(
  write: (batch: readonly Item[]) => Promise<readonly Outcome<Result>[]>,
  limit: number,
): Commit<Item, Result> {
  const queue: { readonly item: Item; readonly settle: (outcome: Outcome<Result>) => void }[] = [];
  let running = false;

  const drain = async () => {
    while (queue.length > 0) {
      const batch = queue.splice(0, limit);
      let outcomes: readonly Outcome<Result>[];
      try {
        outcomes = await write(batch.map(({ item }) => item));
      } catch (error) {
        outcomes = batch.map(() => ({ error }));
      }
      batch.forEach(({ settle }, i) => {
        settle(outcomes[i] ?? { error: new Error('the batch gave no outcome for this item') });
      });
    }
    running = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      queue.push({
        item,
        settle: (outcome) => ('result' in outcome ? resolve(outcome.result) : reject(outcome.error)),
      });
      if (running) return;
      running = true;
      // When this turn is over, so that what is asked for in it goes together.
      void Promise.resolve().then(drain);
    });
}
