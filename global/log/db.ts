export type Row = Readonly<Record<string, unknown>>;

/** What the log needs of a database; PostgreSQL and PGlite both are one, with the same SQL. */
export interface Db {
  /** @throws LogUnavailable when the database cannot be reached; other errors as the database says them, with SQLSTATE as `code`. */
  query(sql: string, params?: readonly unknown[]): Promise<readonly Row[]>;
  /** Several statements in one transaction, without parameters: a migration, a rebuild. May take long. */
  script(sql: string): Promise<void>;
  /**
   * Calls back on every NOTIFY of the channel, and with an empty payload when some may have been missed because the
   * connection was away. Returns the function that ends it.
   */
  listen(channel: string, wake: (payload: string) => void): Promise<() => Promise<void>>;
  /**
   * Takes the cluster-wide lock if nobody has it. The lock lives as long as its connection.
   * @returns a handle, or undefined when another instance leads, or the database is away.
   */
  tryLead(lock: number): Promise<Leadership | undefined>;
  close(): Promise<void>;
}

export interface Leadership {
  /** Aborts when the lock is lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}
