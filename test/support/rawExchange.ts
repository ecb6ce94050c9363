import { connect } from 'node:net';

export interface RawOptions {
  /** Close our half after sending. */
  readonly half?: boolean;
  /** Wait so long for the answer and the close, in ms. */
  readonly patience?: number;
}

/** Writes bytes to a port and reads until the other side closes, or patience ends. @returns what was answered; whether it closed */
export function rawExchange(
  url: string,
  bytes: string | Buffer,
  { half = false, patience = 5_000 }: RawOptions = {},
): Promise<{ readonly answer: string; readonly closed: boolean }> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    const done = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answer, closed });
    };
    const timer = setTimeout(() => done(false), patience);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (isWhole(answer)) done(false);
    });
    socket.once('close', () => done(true));
    socket.on('error', () => {});
    if (half) socket.end(bytes);
    else socket.write(bytes);
  });
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  const length = /^content-length: (\d+)/im.exec(answer.slice(0, end))?.[1];
  return end > 0 && length !== undefined && answer.length >= end + 4 + Number(length);
}
