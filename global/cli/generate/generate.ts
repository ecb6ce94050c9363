import { Command, Option } from 'commander';
import { commaList } from './commaList.ts';
import { generateCertificate } from './certificate.ts';
import { generatePublicKey, generateSigningKey } from './keys.ts';
import { issue, type TokenFlags, tokenVerb } from './issueToken.ts';
import type { CliDeps } from '../verb.ts';

interface DataplaneTokenFlags extends TokenFlags {
  readonly name: string;
  readonly mesh: string;
  readonly tag: Record<string, string[]>;
  readonly proxyType?: string;
  readonly workload: string;
}

/** `meridian generate …`: prints the bare token, as kumactl does, or makes keys and certificates. */
export function generateCommand(deps: CliDeps): Command {
  return new Command('generate')
    .description('issue tokens, make keys and certificates')
    .addCommand(dataplaneToken(deps))
    .addCommand(zoneToken(deps))
    .addCommand(userToken(deps))
    .addCommand(generateSigningKey(deps))
    .addCommand(generatePublicKey(deps))
    .addCommand(generateCertificate(deps));
}

function dataplaneToken(deps: CliDeps): Command {
  return tokenVerb('dataplane-token', deps)
    .description('a token that a sidecar proves itself with')
    .option('--name <dataplane>', 'only for the Dataplane of that name', '')
    .addOption(new Option('-m, --mesh <name>', 'mesh').default('default'))
    .option('--tag <key=value,value>', 'only for Dataplanes with one of these values; repeatable', addTag, {})
    .addOption(new Option('--proxy-type <type>', 'kind of proxy').choices(['dataplane', 'ingress', 'egress']))
    .option('--workload <name>', 'only for Dataplanes with that label kuma.io/workload', '')
    .action(async (flags: DataplaneTokenFlags) => {
      const { name, mesh, tag: tags, proxyType: type = '', workload } = flags;
      const request = { name, mesh, tags, type, workload };
      await issue(
        'dataplane',
        request,
        (issuer, validForMs) => issuer.dataplane({ ...request, validForMs }),
        flags,
        deps,
      );
    });
}

/** What a zone's token is for when nothing else is asked for. */
const PROXIES = ['ingress', 'egress'];

function zoneToken(deps: CliDeps): Command {
  return tokenVerb('zone-token', deps)
    .description('a token that a zone joins with, or its ingress or egress proves itself with')
    .requiredOption('--zone <name>', 'zone')
    .addOption(
      new Option(
        '--scope <kind...>',
        `what it is for: the control plane (cp), kinds of proxy, by commas too (default: ${PROXIES.join(',')})`,
      ).argParser(commaList(['cp', ...PROXIES])),
    )
    .action(async ({ zone, scope = PROXIES, ...flags }: TokenFlags & { zone: string; scope?: readonly string[] }) => {
      const request = { zone, scope: [...scope] };
      await issue('zone', request, (issuer, validForMs) => issuer.zone({ ...request, validForMs }), flags, deps);
    });
}

function userToken(deps: CliDeps): Command {
  return tokenVerb('user-token', deps)
    .description('a token that a person or program uses the API with')
    .requiredOption('--name <user>', 'user')
    .addOption(new Option('--group <name...>', 'groups, by commas too').argParser(commaList()))
    .action(async ({ name, group = [], ...flags }: TokenFlags & { name: string; group?: readonly string[] }) => {
      const request = { name, groups: [...group] };
      await issue('user', request, (issuer, validForMs) => issuer.user({ ...request, validForMs }), flags, deps);
    });
}

function addTag(text: string, previous: Record<string, string[]>): Record<string, string[]> {
  const [key = '', values = ''] = text.split('=', 2);
  return { ...previous, [key]: [...(previous[key] ?? []), ...values.split(',')] };
}
