import { connect } from 'node:net';

const TIMEOUT_MS = 1_000;

/** @returns whether something takes a TCP connection there within a second. Never throws. */
export function reach(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const done = (there: boolean) => {
      socket.destroy();
      resolve(there);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
}
