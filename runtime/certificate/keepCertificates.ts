import { Gauge, type Registry } from 'prom-client';
import { keepLooking } from '../keepLooking.ts';

/** A certificate that a control plane holds: of a server of its own, or of a CA that it trusts or signs with. */
export interface OwnCertificate {
  /** As metrics and the log call it. */
  readonly name: string;
  /** Makes it anew when it is time, if that is ours to do. */
  readonly renew: () => Promise<{
    readonly expiresAt: Date;
    /** It is another one than before. */
    readonly renewed: boolean;
  }>;
  /** Has the server use the new one, where it does not see for itself. @throws Error to be called again */
  readonly apply?: () => Promise<void>;
  /** The server may use an older one than there is; absent: it does not. */
  readonly pending?: boolean;
}

type Deps = {
  readonly metrics: Registry;
  readonly log: { info(fields: object, text: string): void };
  /** As of `keepLooking`. */
  readonly onError: (error: Error) => void;
  /** Milliseconds between two looks. */
  readonly every?: number;
};

const LOOK_MS = 10_000;
const RETRY_MS = 60_000;

/** Renews the certificates while the control plane runs, and tells metrics when they end. Returns the function that ends it. */
export function keepCertificates(certificates: readonly OwnCertificate[], deps: Deps): () => void {
  const ended = new AbortController();
  const expiries = new Map<string, Date>();
  for (const certificate of certificates) void keep(certificate, expiries, deps, ended.signal);
  new Gauge({
    name: 'meridian_certificate_expiry_timestamp_seconds',
    help: 'When a certificate of a server or of a CA of the control plane ends',
    labelNames: ['certificate'],
    registers: [deps.metrics],
    collect() {
      for (const [certificate, at] of expiries) this.set({ certificate }, at.getTime() / 1000);
    },
  });
  return () => ended.abort();
}

function keep(
  { name, renew, apply, pending = false }: OwnCertificate,
  expiries: Map<string, Date>,
  { log, onError, every = LOOK_MS }: Deps,
  signal: AbortSignal,
): Promise<void> {
  let isPending = pending;
  const look = async () => {
    const { expiresAt, renewed } = await renew();
    expiries.set(name, expiresAt);
    isPending ||= renewed;
    if (!isPending) return;
    await apply?.();
    isPending = false;
    log.info({ certificate: name, expiresAt: expiresAt.toISOString() }, 'certificate renewed');
  };
  return keepLooking(look, { every, afterError: Math.max(every, RETRY_MS), onError, signal });
}
