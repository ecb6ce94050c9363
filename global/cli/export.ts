import { type Command, Option } from 'commander';
import { z } from 'zod';
import { collectionPath, fetchCatalog, findType, type ResourceType } from './catalog.ts';
import { fetchAll, restResource } from './list.ts';
import { render } from './output.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from './verb.ts';

const PROFILES = ['federation', 'federation-with-policies'] as const;

type Profile = (typeof PROFILES)[number];

/** What a zone says of itself in labels; global has none of it. */
const ZONE_LABELS = ['kuma.io/origin', 'kuma.io/zone', 'kuma.io/env'];

const labelled = restResource.extend({ labels: z.record(z.string(), z.string()).optional() });

type Exported = z.infer<typeof labelled>;

/** `meridian export`: what a control plane that was alone hands over to a global one, as documents for `apply` (kumactl-api §8.2). */
export function exportCommand(deps: CliDeps): Command {
  return verb('export', deps)
    .description('print what a standalone control plane hands over when it joins a global one')
    .addOption(
      new Option('--profile <profile>', 'with or without the policies that select by targetRef')
        .choices(PROFILES)
        .default('federation-with-policies'),
    )
    .action(async (flags: ConnectionFlags & { profile: Profile }) => {
      const connection = connectionOf(flags, deps);
      const catalog = await fetchCatalog(connection);
      const list = async (type: ResourceType, mesh = '') =>
        z.array(labelled).parse(await fetchAll(connection, collectionPath(type, mesh)));
      const meshes = (await list(findType(catalog, 'Mesh'))).map(({ name }) => name);
      for (const type of inOrder(catalog.filter((one) => isExported(one, flags.profile)))) {
        for (const mesh of type.scope === 'Mesh' ? meshes : ['']) {
          for (const resource of userKeysLast(await list(type, mesh)).filter(isHandedOver))
            deps.out(`---\n${render(document(resource), 'yaml')}\n`);
        }
      }
    });
}

function isExported({ includeInFederation, policy }: ResourceType, profile: Profile): boolean {
  return includeInFederation === true && (profile === 'federation-with-policies' || !policy?.isTargetRef);
}

/** The keys of a hub are those of its own global control plane; another one's would lock all zones out. */
function isHandedOver({ type, name }: Exported): boolean {
  return type !== 'GlobalSecret' || !name.startsWith('hub-');
}

/** Each can be applied upon what stands before it: Mesh, its Secrets, the rest, GlobalSecrets. */
function inOrder(types: readonly ResourceType[]): ResourceType[] {
  const rank = ({ name }: ResourceType) =>
    name === 'Mesh' ? 0 : name === 'Secret' ? 1 : name === 'GlobalSecret' ? 3 : 2;
  return [...types].sort((a, b) => rank(a) - rank(b));
}

/** Users' signing keys come last: whoever applies the documents is not locked out in the middle. */
function userKeysLast(resources: readonly Exported[]): Exported[] {
  const isUserKey = ({ type, name }: Exported) => type === 'GlobalSecret' && name.startsWith('user-token-signing-key');
  return [...resources.filter((one) => !isUserKey(one)), ...resources.filter(isUserKey)];
}

/** As somebody would have written it for a global control plane; a mesh does not get its first policies again. */
function document({ creationTime: _, modificationTime: __, kri: ___, labels, ...rest }: Exported): object {
  const kept = Object.entries(labels ?? {}).filter(([label]) => !ZONE_LABELS.includes(label));
  return {
    ...rest,
    ...(kept.length > 0 ? { labels: Object.fromEntries(kept) } : {}),
    ...(rest.type === 'Mesh' ? { skipCreatingInitialPolicies: ['*'] } : {}),
  };
}
