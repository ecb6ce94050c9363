import { type Prepared, prepare } from '../../deploy/demo/prepare.ts';

/** For tests that are told nothing of what starts. */
export const quiet = () => {};

/** Prepares a ground on which processes may be killed. @throws StartError when a tool is missing */
export function quietGround({ envoy }: { readonly envoy: boolean }): Prepared {
  return prepare({ logLevel: 'info', envoy, say: quiet, onDeath: quiet });
}
