import { port, text } from './kinds.ts';
import { setting, type Values } from './settings.ts';

/** Settings of the diagnostics port, the same for every control plane. */
export const DIAGNOSTICS_SETTINGS = {
  'diagnostics.host': setting(text, '127.0.0.1', 'address of /healthy, /ready and /metrics'),
  'diagnostics.port': setting(port, 5680, 'port of /healthy, /ready and /metrics; 0: any free one'),
};

export type DiagnosticsConfig = Values<typeof DIAGNOSTICS_SETTINGS>;
