import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import type { CertificateFiles } from './serverCertificate.ts';

/** A certificate of a server of global's own. */
export interface OwnCertificate {
  /** As metrics and the log call it. */
  readonly name: string;
  /** Makes it anew when it is time; `renewed` until it was applied. */
  readonly renew: () => Promise<CertificateFiles>;
  /** Has the server use the new one, where it does not see for itself. @throws Error to be called again */
  readonly apply?: () => Promise<void>;
}

type Deps = {
  readonly metrics: Registry;
  readonly log: { info(fields: object, text: string): void };
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two looks. */
  readonly every?: number;
};

const HOUR_MS = 3_600_000;
const RETRY_MS = 60_000;

/** Renews the certificates while global runs, long before they end, and tells metrics when that is. Returns the function that ends it. */
export function keepCertificates(certificates: readonly OwnCertificate[], deps: Deps): () => void {
  const ended = new AbortController();
  const files = new Map<string, string>();
  for (const certificate of certificates) void keep(certificate, files, deps, ended.signal);
  new Gauge({
    name: 'meridian_global_certificate_expiry_timestamp_seconds',
    help: "When the certificate of a server of global's own ends; it is renewed four months before",
    labelNames: ['server'],
    registers: [deps.metrics],
    collect() {
      for (const [server, file] of files)
        this.set({ server }, new X509Certificate(readFileSync(file)).validToDate.getTime() / 1000);
    },
  });
  return () => ended.abort();
}

async function keep(
  { name, renew, apply }: OwnCertificate,
  files: Map<string, string>,
  { log, onError, every = HOUR_MS }: Deps,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    let pause = every;
    try {
      const { certFile, renewed } = await renew();
      files.set(name, certFile);
      if (renewed) {
        await apply?.();
        log.info({ server: name, certFile }, 'certificate renewed');
      }
    } catch (error) {
      onError(error);
      pause = Math.min(every, RETRY_MS);
    }
    await sleep(pause, undefined, { signal, ref: false }).catch(() => {});
  }
}
