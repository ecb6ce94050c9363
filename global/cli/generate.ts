import { Command, Option } from 'commander';
import { generateCertificate } from './generateCertificate.ts';
import { generatePublicKey, generateSigningKey } from './generateKeys.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from './verb.ts';

interface TokenFlags extends ConnectionFlags {
  readonly validFor: string;
}

interface DataplaneTokenFlags extends TokenFlags {
  readonly name: string;
  readonly mesh: string;
  readonly tag: Record<string, string[]>;
  readonly proxyType: string;
}

/** `meridian generate dataplane-token|zone-token|user-token`: prints the bare token (kumactl-api §7.3). */
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

function tokenVerb(name: string, deps: CliDeps): Command {
  return verb(name, deps).requiredOption('--valid-for <duration>', 'how long it holds, as 24h or 30m');
}

function dataplaneToken(deps: CliDeps): Command {
  return tokenVerb('dataplane-token', deps)
    .description('a token that a sidecar proves itself with')
    .option('--name <dataplane>', 'only for the Dataplane of that name', '')
    .addOption(new Option('-m, --mesh <name>', 'mesh').default('default'))
    .option('--tag <key=value,value>', 'only for Dataplanes with one of these values; repeatable', addTag, {})
    .addOption(new Option('--proxy-type <type>', 'kind of proxy').choices(['dataplane', 'ingress', 'egress']))
    .action(async (flags: DataplaneTokenFlags) => {
      const body = {
        name: flags.name,
        mesh: flags.mesh,
        tags: flags.tag,
        type: flags.proxyType ?? '',
        workload: '',
        validFor: flags.validFor,
      };
      await issue('/tokens/dataplane', body, flags, deps);
    });
}

function zoneToken(deps: CliDeps): Command {
  return tokenVerb('zone-token', deps)
    .description('a token that a zone joins with, or its ingress or egress proves itself with')
    .requiredOption('--zone <name>', 'zone')
    .addOption(
      new Option('--scope <kind...>', 'what it is for: the control plane, kinds of proxy')
        .choices(['cp', 'ingress', 'egress'])
        .default(['ingress', 'egress']),
    )
    .action(async (flags: TokenFlags & { zone: string; scope: string[] }) => {
      await issue('/tokens/zone', { zone: flags.zone, scope: flags.scope, validFor: flags.validFor }, flags, deps);
    });
}

function userToken(deps: CliDeps): Command {
  return tokenVerb('user-token', deps)
    .description('a token that a person or program uses the API with')
    .requiredOption('--name <user>', 'user')
    .option('--group <name...>', 'groups', [])
    .action(async (flags: TokenFlags & { name: string; group: string[] }) => {
      await issue('/tokens/user', { name: flags.name, groups: flags.group, validFor: flags.validFor }, flags, deps);
    });
}

async function issue(path: string, body: unknown, flags: TokenFlags, deps: CliDeps): Promise<void> {
  const answer = await connectionOf(flags, deps).send('POST', path, { body });
  deps.out(`${String(answer.body)}\n`);
}

function addTag(text: string, previous: Record<string, string[]>): Record<string, string[]> {
  const [key = '', values = ''] = text.split('=', 2);
  return { ...previous, [key]: [...(previous[key] ?? []), ...values.split(',')] };
}
