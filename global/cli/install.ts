import { Command } from 'commander';
import { CliError } from './cliError.ts';

const NO_MANIFESTS = 'there are no Kubernetes manifests yet';
const METRICS =
  'Prometheus reads `/metrics` on the diagnostics port of each control plane (docs/operations.md), and sidecars where `metrics` of their Mesh says so';

/** What kumactl installs, and how the same is come by here. */
const INSTALLS: Readonly<Record<string, string>> = {
  'control-plane': `${NO_MANIFESTS}. \`meridian standalone\`, or \`meridian global\` and \`meridian zone\`, run a control plane on any host (docs/configuration.md).`,
  crds: `${NO_MANIFESTS}, nor types of resources for it: resources are applied to a control plane with \`meridian apply\`.`,
  demo: 'it is not installed, it runs: `meridian demo` starts a mesh of two zones on this machine.',
  gateway: `${NO_MANIFESTS}, nor a gateway of our own: a Dataplane with \`networking.gateway\` of type DELEGATED is the sidecar of one of yours.`,
  logging: `${NO_MANIFESTS}; control planes log JSON to their standard output.`,
  metrics: `${NO_MANIFESTS}. ${METRICS}.`,
  observability: `${NO_MANIFESTS}. ${METRICS}.`,
  tracing: `${NO_MANIFESTS}. A Mesh's \`tracing\` says where spans go.`,
  'transparent-proxy':
    "this program sets no rules of iptables. Redirect connections to the ports that `networking.transparentProxying` of the Dataplane names, with kumactl's verb or rules of your own; without root, `meridian dp --loopback-prefix` binds the addresses of .mesh names instead.",
};

const UNINSTALLS: Readonly<Record<string, string>> = {
  'transparent-proxy':
    "this program sets no rules of iptables, so there are none of its own; kumactl's verb takes away kumactl's.",
  ebpf: 'this program loads no eBPF programs, so there are none of its own.',
};

/** `meridian install …`: kumactl's verbs, which say what to do instead. */
export function installCommand(): Command {
  return refusing('install', 'what kumactl installs, and how to come by it here', INSTALLS);
}

/** `meridian uninstall …`, likewise. */
export function uninstallCommand(): Command {
  return refusing('uninstall', 'what kumactl takes away again', UNINSTALLS);
}

function refusing(name: string, description: string, reasons: Readonly<Record<string, string>>): Command {
  const command = new Command(name).description(description);
  for (const [what, reason] of Object.entries(reasons)) {
    command.addCommand(
      new Command(what)
        .description('not done here: says what to do instead')
        .allowUnknownOption()
        .allowExcessArguments()
        .action(() => {
          throw new CliError(`meridian ${name} ${what}: ${reason}`);
        }),
    );
  }
  return command;
}
