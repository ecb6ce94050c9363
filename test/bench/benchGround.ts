import { type Prepared, prepare } from '../../deploy/demo/prepare.ts';
import type { Progress } from './progress.ts';

/** Prepares a ground for the control planes of a row. @throws StartError when a tool is missing */
export function benchGround({ envoy }: { readonly envoy: boolean }, progress: Progress): Prepared {
  return prepare({ logLevel: 'info', envoy, say: () => {}, onDeath: (text) => progress.say(text) });
}
