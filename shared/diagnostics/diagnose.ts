/** What a control plane says of its own state; asked anew on every request. */
export interface Diagnosis {
  /** Why it cannot go on at all, empty when it can: an orchestrator would restart it. */
  readonly unhealthy: () => string;
  /** Why it should get no requests yet, empty when it may. */
  readonly notReady: () => string;
  /** What it tries in vain at present, though requests are to come as before: told to people who look. Empty: nothing. */
  readonly trouble: () => string;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
}

interface DiagnosticAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const TEXT = 'text/plain; charset=utf-8';

/** Answers `/healthy`, `/ready` and `/metrics`, the paths of Kuma's diagnostics port. */
export async function diagnose(path: string, diagnosis: Diagnosis): Promise<DiagnosticAnswer> {
  if (path === '/metrics') {
    return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body: await diagnosis.metrics() };
  }
  if (path === '/healthy') return verdict(diagnosis.unhealthy());
  if (path === '/ready') return verdict(diagnosis.notReady(), diagnosis.trouble());
  return { status: 404, contentType: TEXT, body: 'there are /healthy, /ready and /metrics\n' };
}

function verdict(reason: string, trouble = ''): DiagnosticAnswer {
  return reason
    ? { status: 503, contentType: TEXT, body: `${reason}\n` }
    : { status: 200, contentType: TEXT, body: trouble ? `OK, but: ${trouble}\n` : 'OK\n' };
}
