// Runs one command to its end; the caller gets its output or an error that carries it.
import { spawn } from 'node:child_process';

export function command(file, args, { cwd, input, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', (cause) =>
      reject(Object.assign(new Error(`cannot run ${file}: ${cause.message}`), { code: cause.code })),
    );
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(out));
      const text = Buffer.concat([...err, ...out])
        .toString()
        .trim();
      reject(new Error(`${file} ${args[0] ?? ''} failed (${signal ?? `exit ${code}`}): ${excerpt(text)}`));
    });
    // A child that exits before it has read everything reports through its exit code, not through EPIPE.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

// npm puts the reason first, pip last.
const excerpt = (text) => {
  const lines = text.split('\n').filter((line) => !/^npm (warn|error)\s*$/.test(line));
  return (lines.length > 8 ? [...lines.slice(0, 4), '…', ...lines.slice(-3)] : lines).join('\n    ');
};
