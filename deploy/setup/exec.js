// Runs a file under the Node that was set up, as if it were this process: same terminal, signals, exit code.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export function runToEnd(node, args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    // An own process group: Ctrl-C reaches the child through us only, so exactly once.
    const child = spawn(node, args, { cwd, env, stdio: 'inherit', detached: process.platform !== 'win32' });
    const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
      const forward = () => child.kill(signal);
      process.on(signal, forward);
      return [signal, forward];
    });
    const unwatch = endWithNpm(() => child.kill('SIGTERM'));
    child.on('error', (cause) => reject(new Error(`cannot run ${node}: ${cause.message}`)));
    child.on('exit', (code, signal) => {
      unwatch();
      for (const [name, forward] of forwarded) process.off(name, forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

const LOOK_MS = 300;

/**
 * A SIGTERM to `npm start` ends npm and its shell, but never reaches us: so under npm the end of our parent means the same.
 * Returns the function that stops looking.
 */
function endWithNpm(end) {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
