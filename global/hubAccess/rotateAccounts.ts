import type { NewEvent } from '../../shared/event/event.ts';
import { type Resource, keyOf } from '../../shared/resource/resource.ts';
import { appendChange } from '../command/appendChange.ts';
import { SYSTEM, secret } from '../command/globalSecrets.ts';
import type { CommandDeps } from '../command/ports.ts';
import { makeAccountSeeds, makeSigningSeed, numbered, OPERATOR_KEY, SIGNING_KEY_PREFIX } from './hubKeys.ts';

/**
 * Another operator with other accounts in the place of those that the hub has: no credential of before holds any more, and the streams are
 * other ones, which are filled from the log and by the zones. The hub's nats-server takes it when it is started with its next configuration;
 * so global must not run meanwhile. @throws VersionConflict when somebody else changes one of them
 */
export async function rotateAccounts(commands: CommandDeps): Promise<void> {
  const present = new Map((await commands.log.list('GlobalSecret')).map((one) => [one.resource.name, one]));
  if (!present.has(OPERATOR_KEY)) throw new Error('this log has no keys of a hub yet; start global on it first');
  const put = (name: string, seed: string): NewEvent => {
    const before = present.get(name);
    const made = secret(commands, name, seed);
    const resource: Resource = before ? { ...made, creationTime: before.resource.creationTime } : made;
    const type = before ? 'ResourceUpdated' : 'ResourceCreated';
    return { type, key: keyOf(made), resource, expectedVersion: before?.version ?? 0 };
  };
  const signing = numbered(present.keys(), SIGNING_KEY_PREFIX).filter(({ serial }) => serial > 0);
  const next = (signing.at(-1)?.serial ?? 0) + 1;
  const former = signing.map(
    ({ name }): NewEvent => ({
      type: 'ResourceDeleted',
      key: { type: 'GlobalSecret', mesh: '', name },
      resource: null,
      expectedVersion: present.get(name)?.version ?? 0,
    }),
  );
  const made = makeAccountSeeds().map(([name, seed]) => put(name, seed));
  await appendChange(commands, [...made, put(`${SIGNING_KEY_PREFIX}-${next}`, makeSigningSeed()), ...former], {
    ...SYSTEM,
    message: 'another operator and other accounts of the hub',
  });
}
