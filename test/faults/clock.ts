import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, type Ground } from '../../deploy/demo/ground.ts';

const LIBRARY = 'libfaketimeMT.so.1';
/** Where Debian and others put it. */
const FOLDERS = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];

function findLibrary(): string | undefined {
  const folders = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) => [
    folder,
    ...readdirSync(folder).map((inner) => join(folder, inner)),
  ]);
  return folders.map((folder) => join(folder, 'faketime', LIBRARY)).find((file) => existsSync(file));
}

/** For `lacks` of a scenario. */
export function lacksClock(): string {
  return findLibrary() ? '' : `libfaketime (${LIBRARY}; Debian: apt-get install faketime)`;
}

/**
 * The clock of one program, set while it runs, by libfaketime: what it is told of the time of day is off by so much. The clock that
 * only runs stays as it is, as when somebody sets a machine's time. Of use for programs that take the time from the C library: Node
 * does, nats-server does not.
 */
export class Clock {
  /** Environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly #file: string;

  constructor(ground: Ground) {
    this.#file = join(folderOf(ground, 'clocks'), `clock-${Date.now()}`);
    this.set(0);
    this.env = {
      LD_PRELOAD: findLibrary() ?? '',
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_CACHE_DURATION: '1',
    };
  }

  /** Noticed by the program within a second. @param hours ahead of the truth; negative: behind */
  set(hours: number): void {
    const seconds = hours * 3_600;
    // Replaced as a whole: whoever reads it never sees half of it.
    writeFileSync(`${this.#file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`, { mode: 0o644 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}
