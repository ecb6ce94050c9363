/** Calls back after so many milliseconds, and keeps no process running for it. Returns what takes it back. */
export function later(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
