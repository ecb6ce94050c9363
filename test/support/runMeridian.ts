import { meridian } from '../../deploy/program.ts';

interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Runs `meridian` in this process. @returns its exit status, and what it wrote */
export async function runMeridian(words: readonly string[], { env, stdin = '', now = Date.now }: Surroundings) {
  let [out, err] = ['', ''];
  const status = await meridian(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    now,
    env,
    stdin: async () => stdin,
  });
  return { status, out, err };
}
