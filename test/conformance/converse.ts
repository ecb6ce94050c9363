import type { Exchange } from '../support/exchange.ts';
import { exchangeMismatches } from '../support/exchangeMismatches.ts';
import type { ConformanceScript, ServedRole } from './scripts.ts';

/** A running control plane. */
export interface Served {
  /** `http://127.0.0.1:5681` */
  readonly url: string;
  /** Sent with every request: who asks. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Conversed {
  readonly request: string;
  readonly why: string | undefined;
  /** Empty: answered as recorded. */
  readonly mismatches: readonly string[];
}

/** Asks a control plane what a script asks, and compares. What the script makes is deleted before and after. */
export async function* converse(served: Served, script: ConformanceScript): AsyncIterable<Conversed> {
  const cleanUp = async () => {
    for (const path of script.cleanup) await ask(served, { request: `DELETE ${path}`, status: 0 });
  };
  await cleanUp();
  try {
    for (const exchange of script.exchanges) {
      const answer = await ask(served, exchange);
      yield { request: exchange.request, why: exchange.why, mismatches: exchangeMismatches(exchange, answer) };
    }
  } finally {
    await cleanUp();
  }
}

/** Which role a control plane has, by the `mode` of its `GET /config` and whether that names a global one. @throws Error when it does not say */
export async function roleOf(served: Served): Promise<ServedRole> {
  const { body } = await ask(served, { request: 'GET /config', status: 200 });
  const { mode, multizone } = JSON.parse(body) as {
    mode?: string;
    multizone?: { zone?: { globalAddress?: string } };
  };
  if (mode === 'global') return 'global';
  if (mode !== 'zone') throw new Error(`GET /config says mode ${mode}; say --role`);
  return multizone?.zone?.globalAddress ? 'zone' : 'alone';
}

async function ask({ url, headers }: Served, { request, body, text, headers: own }: Exchange) {
  const [method = '', path = ''] = request.split(' ');
  const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await fetch(url.replace(/\/$/, '') + path, {
    method,
    redirect: 'manual',
    headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers, ...own },
    ...(payload !== undefined && { body: payload }),
  });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}
