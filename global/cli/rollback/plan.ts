import { isDeepStrictEqual } from 'node:util';
import { type Deletion, describe, type Named } from '../change/change.ts';
import type { Conditions } from '../change/together.ts';
import { type EventKey, resourceAfter } from '../log/event.ts';
import type { Touched } from './touched.ts';

/** What it takes to go back. */
export interface Plan {
  readonly documents: readonly (Named & Readonly<Record<string, unknown>>)[];
  /** That nobody wrote them since the log was read. */
  readonly conditions: Conditions;
  readonly deletions: readonly Deletion[];
  /** Secrets that cannot be again what they were: the keys that they were sealed with are destroyed. */
  readonly lost: readonly string[];
  /** What is left as it is, and why. */
  readonly kept: readonly string[];
}

/** A mesh that comes back with its policies does not get its first ones again. */
const NO_FIRST_POLICIES = { skipCreatingInitialPolicies: ['*'] };

/**
 * From what resources are now to what they were. Secrets are left as they are: what they held is in no log. So is which zones there
 * are, unless a Zone is what was asked for: they join and leave by themselves, and one that was shut out is not to come back unnoticed.
 * @param isNamed one resource was asked for
 */
export function planRollback(touched: readonly Touched[], { isNamed }: { readonly isNamed: boolean }): Plan {
  const changed = touched.filter((one) => !isOfTheHub(one.key) && !isAsItWas(one));
  const gone = new Set(changed.filter(({ key, was }) => key.type === 'Mesh' && !was).map(({ key }) => key.name));
  const rest = changed.filter(({ key }) => !gone.has(key.mesh));
  const secrets = rest.filter(({ key }) => isSecret(key));
  const zones = rest.filter((one) => !isNamed && one.key.type === 'Zone' && !(one.was && now(one)));
  const own = rest.filter((one) => !secrets.includes(one) && !zones.includes(one));
  const isMesh = ({ key }: Touched) => key.type === 'Mesh';
  const back = own.filter(({ was }) => was !== undefined);
  const puts = [...back.filter(isMesh), ...back.filter((one) => !isMesh(one))];
  return {
    documents: puts.map(documentOf),
    conditions: {
      ifMatch: puts.map((one) => (now(one) ? etagOf(one) : null)),
      ifNoneMatch: puts.map((one) => (now(one) ? null : '*')),
    },
    deletions: own.filter(({ was }) => was === undefined).map((one) => ({ ...namedBy(one.key), ifMatch: etagOf(one) })),
    lost: secrets.filter(({ was }) => was).map((one) => `${text(one)}: ${now(one) ? 'was changed' : 'was deleted'}`),
    kept: [
      ...secrets
        .filter(({ was }) => !was)
        .map((one) => `${text(one)} is newer: it stays, a rollback deletes no secret`),
      ...zones.map((one) =>
        now(one)
          ? `${text(one)} joined since then and stays`
          : `${text(one)} was deleted since then and stays out: \`meridian rollback zone ${one.key.name}\` lets it in again`,
      ),
    ],
  };
}

const isSecret = ({ type }: EventKey) => type === 'Secret' || type === 'GlobalSecret';

/** Keys that only global itself reads and writes. */
const isOfTheHub = ({ type, name }: EventKey) => type === 'GlobalSecret' && name.startsWith('hub-');

const now = ({ last }: Touched) => resourceAfter(last);

const etagOf = ({ last }: Touched) => `"${last.version}"`;

const text = ({ key }: Touched) => describe(namedBy(key));

function namedBy({ type, mesh, name }: EventKey): Named {
  return { type, ...(mesh && { mesh }), name };
}

/** A secret that was written is another one: it has a new key, whatever it holds. */
function isAsItWas(one: Touched): boolean {
  const is = now(one);
  if (!is || !one.was) return !is && !one.was;
  return !isSecret(one.key) && isDeepStrictEqual(authored(is), authored(one.was));
}

/** Without what the control plane adds. */
function authored({
  creationTime: _,
  modificationTime: __,
  kri: ___,
  status: ____,
  ...rest
}: object & {
  readonly creationTime?: unknown;
  readonly modificationTime?: unknown;
  readonly kri?: unknown;
  readonly status?: unknown;
}): object {
  return rest;
}

function documentOf(one: Touched): Plan['documents'][number] {
  const isAnew = one.key.type === 'Mesh' && !now(one);
  return { ...authored(one.was ?? {}), ...namedBy(one.key), ...(isAnew && NO_FIRST_POLICIES) };
}
