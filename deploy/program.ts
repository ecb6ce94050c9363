import { Command, CommanderError } from 'commander';
import type { ZodError } from 'zod';
import type { CliDeps } from '../global/cli/verb.ts';

/** What both control planes are given: the resource types of this build, and its version. */
async function build() {
  const { loadRegistry } = await import('./registry.ts');
  return { registry: await loadRegistry(), version: await version() };
}

async function version(): Promise<string> {
  return (await import('../package.json', { with: { type: 'json' } })).default.version;
}

/** A command of the executable; its modules are only loaded when it is asked for. */
interface Lazy {
  readonly description: string;
  readonly load: (deps: CliDeps) => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Lazy>> = {
  global: {
    description: 'run the global control plane',
    load: async () => (await import('../global/main.ts')).globalCommand(build),
  },
  zone: {
    description: 'run a zone control plane',
    load: async () => (await import('../zone/main.ts')).zoneCommand(build),
  },
  standalone: {
    description: 'run global and its only zone in one process',
    load: async () => (await import('./standalone/main.ts')).standaloneCommand(build),
  },
  dp: {
    description: 'run a sidecar or zone proxy: bootstrap, then Envoy',
    load: async ({ env }) => (await import('../zone/sidecar/dpCommand.ts')).dpCommand(await version(), env),
  },
  demo: {
    description: 'run a whole two-zone mesh on this machine',
    load: async () => (await import('./demo/main.ts')).demoCommand(),
  },
  apply: {
    description: 'create or replace resources from YAML or JSON, as one change',
    load: async (deps) => (await import('../global/cli/apply/apply.ts')).applyCommand(deps),
  },
  get: {
    description: 'show resources',
    load: async (deps) => (await import('../global/cli/get/get.ts')).getCommand(deps),
  },
  delete: {
    description: 'delete a resource',
    load: async (deps) => (await import('../global/cli/delete.ts')).deleteCommand(deps),
  },
  inspect: {
    description: 'what is connected, and what applies to it',
    load: async (deps) => (await import('../global/cli/inspect/inspect.ts')).inspectCommand(deps),
  },
  export: {
    description: 'print resources so that another control plane can take them over',
    load: async (deps) => (await import('../global/cli/export/export.ts')).exportCommand(deps),
  },
  log: {
    description: 'the event log: who changed what, when and why',
    load: async (deps) => {
      const [{ logCommand }, { logStoreCommands }, { supersedeCommand }] = await Promise.all([
        import('../global/cli/log/log.ts'),
        import('../global/cli/log/logStore.ts'),
        import('../global/cli/log/supersede.ts'),
      ]);
      const command = logCommand(deps);
      for (const one of logStoreCommands(deps)) command.addCommand(one);
      command.addCommand(supersedeCommand(deps));
      return command;
    },
  },
  rollback: {
    description: 'go back to how things were, or undo one change, by a new change',
    load: async (deps) => (await import('../global/cli/rollback/rollback.ts')).rollbackCommand(deps),
  },
  status: {
    description: 'which zones and sidecars are in sync, and why not',
    load: async (deps) => (await import('../global/cli/status.ts')).statusCommand(deps),
  },
  rollouts: {
    description: 'how changes reach the proxies: who acknowledged, who rejected and why',
    load: async (deps) => (await import('../global/cli/rollouts.ts')).rolloutsCommand(deps),
  },
  config: {
    description: 'which control plane the verbs talk to',
    load: async (deps) => (await import('../global/cli/controlPlanes/config.ts')).configCommand(deps),
  },
  version: {
    description: 'of this program and of the control plane',
    load: async (deps) => (await import('../global/cli/version.ts')).versionCommand(deps, version),
  },
  completion: {
    description: 'a script that makes the shell complete verbs, types, meshes and names',
    load: async (deps) => (await import('../global/cli/completion/completion.ts')).completionCommand(deps),
  },
  generate: {
    description: 'issue tokens, make keys and certificates',
    load: async (deps) => (await import('../global/cli/generate/generate.ts')).generateCommand(deps),
  },
  install: {
    description: 'what kumactl installs, and how to come by it here',
    load: async () => (await import('../global/cli/install.ts')).installCommand(),
  },
  uninstall: {
    description: 'what kumactl takes away again',
    load: async () => (await import('../global/cli/install.ts')).uninstallCommand(),
  },
  rotate: {
    description: "make the next key or CA of the hub's, of global's or of a zone's",
    load: async (deps) => {
      const [global, secretsKey, zoneCa, zoneKey, leafKeys] = await Promise.all([
        import('../global/cli/rotate.ts'),
        import('../global/secret/rotateSecretsKey.ts'),
        import('../zone/identity/rotateZoneCa.ts'),
        import('../zone/identity/rotateZoneKey.ts'),
        import('../zone/leaf/rotateLeafKeys.ts'),
      ]);
      return global
        .rotateCommand(deps)
        .addCommand(secretsKey.rotateSecretsKeyCommand(deps))
        .addCommand(zoneCa.rotateZoneCaCommand(deps))
        .addCommand(zoneKey.rotateZoneKeyCommand(deps))
        .addCommand(leafKeys.rotateLeafKeysCommand(deps));
    },
  },
};

/** The one executable. `arguments_` are those after the program's name. @returns the exit status. */
export async function meridian(arguments_: readonly string[], deps: CliDeps): Promise<number> {
  const [first, , ...line] = arguments_;
  if (first === '__complete') return completeLine(line, deps);
  try {
    const program = await programOf(arguments_, deps);
    for (const [command, path] of everyCommand(program))
      command
        .exitOverride()
        .configureOutput({ writeOut: deps.out, writeErr: deps.err })
        .showHelpAfterError(`\`${path} --help\` shows what it takes`);
    // Help on a verb that is not there: it is told as the mistake that it is.
    const line = first === 'help' && arguments_[1] && !(arguments_[1] in COMMANDS) ? arguments_.slice(1) : arguments_;
    await program.parseAsync([...line], { from: 'user' });
    return 0;
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode;
    if (deps.signal?.aborted) return 130;
    deps.err(`${isForeign(cause, first) ? await foreignText(cause) : errorText(cause)}\n`);
    return 1;
  }
}

/** The program with the verb that is asked for; of the others only name and description. */
async function programOf(arguments_: readonly string[], deps: CliDeps): Promise<Command> {
  const program = new Command('meridian')
    .description('Event-sourced multi-zone service-mesh control plane for Envoy')
    .version(await version(), '-V, --version', 'version of this program')
    .exitOverride();
  const [first, second] = arguments_.filter((argument) => !argument.startsWith('-'));
  const asked = first === 'help' ? second : first;
  for (const [name, { description, load }] of Object.entries(COMMANDS)) {
    const command = asked === name ? await load(deps) : new Command(name).description(description);
    program.addCommand(command);
  }
  return program;
}

/** Somebody is waiting at the prompt: a control plane that is slower than this completes nothing. */
const COMPLETION_SECONDS = 3;

/** `meridian __complete -- WORDS`: for the scripts of `meridian completion`. */
async function completeLine(words: readonly string[], deps: CliDeps): Promise<number> {
  const [{ complete }, { connectionOf, defaultAddress }] = await Promise.all([
    import('../global/cli/completion/complete.ts'),
    import('../global/cli/verb.ts'),
  ]);
  const connect = (flags: object) =>
    connectionOf(
      {
        address: defaultAddress(deps),
        timeout: COMPLETION_SECONDS,
        ...(deps.env.MERIDIAN_TOKEN && { token: deps.env.MERIDIAN_TOKEN }),
        ...flags,
      },
      deps,
    );
  // A control plane that cannot be reached completes nothing; an error in the middle of a line would help nobody.
  const ask = async () => complete(await programOf(words.slice(0, -1), deps), words, connect);
  const candidates = await ask().catch(() => []);
  deps.out(candidates.map((one) => `${one}\n`).join(''));
  return 0;
}

/** Each with the words that call it: `meridian generate zone-token`. */
function* everyCommand(command: Command, path = command.name()): Iterable<readonly [Command, string]> {
  yield [command, path];
  for (const inner of command.commands) yield* everyCommand(inner, `${path} ${inner.name()}`);
}

/** Commands that serve until they are told to stop. */
export const SERVERS: readonly string[] = ['global', 'zone', 'standalone', 'dp', 'demo'];

/** Did a verb of the client get an answer that it cannot read? */
function isForeign(cause: unknown, verb: string | undefined): cause is ZodError {
  return cause instanceof Error && cause.name === 'ZodError' && !SERVERS.includes(verb ?? '');
}

async function foreignText(cause: ZodError): Promise<string> {
  const { prettifyError } = await import('zod');
  return `error: the answer is not what a control plane answers: is there one at that address, of a version that fits? \`meridian version\` tells.\n${prettifyError(cause)}`;
}

/** What an operator can act upon is told in its own words; a fault of ours shows where it happened. */
function errorText(cause: unknown): string {
  if (!(cause instanceof Error)) return `error: ${String(cause)}`;
  const ours = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'AssertionError', 'ZodError'].includes(
    cause.name,
  );
  return `error: ${ours ? (cause.stack ?? cause.message) : cause.message}`;
}
