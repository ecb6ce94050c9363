import { Option } from 'commander';

/** `--config` of a command that is given a control plane's settings. @param whose settings they are, where the command does not say */
export function configOption(prefix: string, whose = ''): Option {
  return new Option('--config <file>', `${whose} settings as YAML; the environment (${prefix}_…) wins`.trim());
}
