import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { LogDestination } from './logDestination.ts';

type Options = {
  /** `accessLogPipe` */
  readonly path: string;
  readonly log: (message: string, fields?: object) => void;
};

/** Takes Envoy's access logs that are to go somewhere by TCP. */
export interface AccessLogStreamer {
  /** What has not been sent by then is dropped. */
  stop(): void;
}

/**
 * Makes the FIFO and forwards what Envoy writes there: lines `<host:port>;<text>`, the text to that address (Kuma:
 * app/kuma-dp/pkg/dataplane/accesslogs). It is open before Envoy opens it and is always read, so that Envoy never waits for who takes the logs.
 * @throws Error when there can be no FIFO
 */
export async function startAccessLogStreamer({ path, log }: Options): Promise<AccessLogStreamer> {
  rmSync(path, { force: true });
  await promisify(execFile)('mkfifo', ['-m', '600', path]);
  // For writing too: so it never ends, however often Envoy comes and goes.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const pipe = openPipe(fd);
  pipe.on('error', ({ message }) => log(`access logs cannot be read: ${message}`, { path }));
  const destinations = new Map<string, LogDestination>();
  const lines = createInterface({ input: pipe, terminal: false });
  lines.on('line', (line) => {
    const end = line.indexOf(';');
    if (end < 0) return;
    const address = line.slice(0, end);
    let destination = destinations.get(address);
    if (!destination) {
      destination = new LogDestination(address, log);
      destinations.set(address, destination);
    }
    destination.send(`${line.slice(end + 1)}\n`);
  });
  return {
    stop: () => {
      lines.close();
      pipe.destroy();
      for (const destination of destinations.values()) destination.close();
      rmSync(path, { force: true });
    },
  };
}

function openPipe(fd: number): Socket {
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (cause) {
    closeSync(fd);
    throw cause;
  }
}
