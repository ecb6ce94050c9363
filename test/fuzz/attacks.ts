import type { Attack } from './attack.ts';
import { bodies } from './attacks/bodies.ts';
import { requests } from './attacks/requests.ts';
import { wire } from './attacks/wire.ts';

/** By the name that `--only` knows. */
export const ATTACKS: Readonly<Record<string, Attack>> = { wire, bodies, requests };
