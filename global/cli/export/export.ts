import { type Command, Option } from 'commander';
import { z } from 'zod';
import { collectionPath, fetchCatalog, findType, itemPath, type ResourceType } from '../catalog.ts';
import { fetchAll } from '../list.ts';
import { render } from '../output.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from '../verb.ts';
import { type Exported, exported, inOrder, kubernetesDocument, universalDocument } from './documents.ts';
import { exportedTypes, PROFILES, type Profile } from './profiles.ts';

interface ExportFlags extends ConnectionFlags {
  readonly profile: Profile;
  readonly format: 'universal' | 'kubernetes';
  readonly systemNamespace: string;
  readonly includeAdmin?: boolean;
}

const index = z.looseObject({
  product: z.string(),
  version: z.string(),
  hostname: z.string().optional(),
  clusterId: z.string().optional(),
  instanceId: z.string().optional(),
});

/** `meridian export`: resources as documents for `apply` or `kubectl apply`, in an order in which they can be. */
export function exportCommand(deps: CliDeps): Command {
  return verb('export', deps)
    .description('print resources so that another control plane, a global one first of all, can take them over')
    .addOption(
      new Option('-p, --profile <profile>', 'what global takes over, without or with policies by targetRef; or all')
        .choices(PROFILES)
        .default('federation-with-policies'),
    )
    .addOption(
      new Option('-f, --format <format>', 'documents of REST, or objects of Kubernetes')
        .choices(['universal', 'kubernetes'])
        .default('universal'),
    )
    .option('-n, --system-namespace <name>', 'with --format kubernetes: where the control plane is', 'kuma-system')
    .option('-a, --include-admin', 'Secrets and GlobalSecrets, too, which those for federation always have')
    .action(async (flags: ExportFlags) => {
      const { profile, format, systemNamespace: namespace, includeAdmin = false } = flags;
      const connection = connectionOf(flags, deps);
      const { product, version, hostname, clusterId, instanceId } = index.parse(await connection.get('/'));
      const catalog = await fetchCatalog(connection);
      const list = async (type: ResourceType, mesh = '') =>
        z.array(exported).parse(await fetchAll(connection, collectionPath(type, mesh)));
      const documentOf = async (type: ResourceType, resource: Exported) => {
        if (format === 'universal') return universalDocument(resource, profile);
        const path = itemPath(type, resource.mesh ?? '', resource.name);
        return kubernetesDocument(await connection.get(path, { format: 'kubernetes', namespace }));
      };

      const meshes = (await list(findType(catalog, 'Mesh'))).map(({ name }) => name);
      deps.out(
        `# Product: ${product}, Version: ${version}, Hostname: ${hostname}, ClusterId: ${clusterId}, InstanceId: ${instanceId}\n`,
      );
      for (const type of exportedTypes(catalog, profile, { includeAdmin })) {
        for (const mesh of type.scope === 'Mesh' ? meshes : ['']) {
          for (const resource of inOrder(await list(type, mesh)))
            deps.out(`---\n${render(await documentOf(type, resource), 'yaml')}\n`);
        }
      }
    });
}
