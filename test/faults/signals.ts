/** Runs `while` with the process stopped (SIGSTOP): it keeps its connections, and does nothing. */
export async function whileStopped(pid: number, during: () => Promise<void>): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await during();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
