import type { Attack } from './attack.ts';
import { bodies } from './attacks/bodies.ts';
import { bootstrap } from './attacks/bootstrap.ts';
import { grpc } from './attacks/grpc.ts';
import { messages } from './attacks/messages.ts';
import { proxies } from './attacks/proxies.ts';
import { requests } from './attacks/requests.ts';
import { slow } from './attacks/slow.ts';
import { streams } from './attacks/streams.ts';
import { wire } from './attacks/wire.ts';

/** By the name that `--only` knows. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  wire,
  slow,
  bodies,
  requests,
  bootstrap,
  grpc,
  proxies,
  streams,
  messages,
};
