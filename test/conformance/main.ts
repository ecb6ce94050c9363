// npm run conformance -- --url http://127.0.0.1:5681: is that control plane what kumactl and clients of Kuma's API expect?
import { Command, Option } from 'commander';
import { converse, roleOf, type Served } from './converse.ts';
import { conformanceScripts, ROLES, type ServedRole } from './scripts.ts';

interface Flags {
  readonly url: string;
  readonly token?: string;
  readonly role?: ServedRole;
  readonly only?: string;
}

const program = new Command('conformance')
  .description(
    'asks a running control plane what is recorded of Kuma, and compares. It makes and deletes resources whose names begin with "conformance".',
  )
  .requiredOption('--url <url>', 'REST API of the control plane')
  .option('--token <token>', 'user token of an admin; not needed from the host of the control plane')
  .addOption(new Option('--role <role>', 'what it is; otherwise as GET /config says').choices(ROLES))
  .option('--only <name>', 'the scripts whose names hold this')
  .action(async ({ url, token, role, only = '' }: Flags) => {
    const served: Served = { url, headers: token ? { authorization: `Bearer ${token}` } : {} };
    const scripts = conformanceScripts(role ?? (await roleOf(served))).filter(({ name }) => name.includes(only));
    let asked = 0;
    let failed = 0;
    for (const script of scripts) {
      for await (const { request, why, mismatches } of converse(served, script)) {
        asked++;
        if (mismatches.length > 0) failed++;
        const mark = mismatches.length > 0 ? 'not ok' : 'ok';
        const lines = [`${mark} ${asked} ${script.name}: ${request}${why ? ` (${why})` : ''}`, ...mismatches];
        process.stdout.write(`${lines.join('\n       ')}\n`);
      }
    }
    process.stdout.write(`${asked - failed} of ${asked} answers are as recorded\n`);
    process.exitCode = failed > 0 ? 1 : 0;
  });

program.parseAsync().catch((error: Error) => {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
});
