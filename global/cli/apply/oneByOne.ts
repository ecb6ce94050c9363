import { z } from 'zod';
import { itemPath } from '../catalog.ts';
import { ApiError, type Connection } from '../connection.ts';
import type { CliDeps } from '../verb.ts';
import { bodyOf, describePlanned, type Planned } from './plan.ts';
import { refusalOf } from './refusal.ts';

const putAnswer = z
  .looseObject({
    warnings: z.array(z.string()).optional(),
  })
  .catch({});

/** Where the control plane knows no changes of several: a zone's, or Kuma's. It stops at the first that is refused. @throws CliError */
export async function applyOneByOne(
  connection: Connection,
  plan: readonly Planned[],
  { message }: { readonly message?: string },
  deps: Pick<CliDeps, 'out' | 'err'>,
): Promise<void> {
  for (const one of plan) {
    const path = itemPath(one.type, one.mesh, one.document.body.name);
    const answer = await connection
      .send('PUT', path, { body: bodyOf(one), query: { message } })
      .catch((cause: unknown) => {
        throw cause instanceof ApiError ? refusalOf(one, cause) : cause;
      });
    const { warnings = [] } = putAnswer.parse(answer.body);
    const done = answer.status === 201 ? 'created' : 'updated';
    deps.out(`${describePlanned(one)} ${done}\n`);
    for (const warning of warnings) deps.err(`warning: ${warning}\n`);
  }
}
