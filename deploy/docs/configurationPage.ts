import { GLOBAL_PREFIX, GLOBAL_SETTINGS } from '../../global/config.ts';
import { envName, type Settings } from '../../shared/config/settings.ts';
import { STANDALONE_PREFIX, STANDALONE_SETTINGS } from '../standalone/config.ts';
import { ZONE_PREFIX, ZONE_SETTINGS } from '../../zone/config.ts';

const HEAD = `# Configuration

Each control plane takes its settings from three places, later ones win: the defaults below, a YAML file given with
\`--config FILE\` (\`api: { port: 5681 }\`), and the environment. A wrong or unknown setting stops the start with one line that
names it. Times are in milliseconds, sizes in bytes. This page is made from the code; \`npm test -- -u deploy/docs\` makes it anew.
`;

/** \`docs/configuration.md\`: every setting with its default, from the very tables that are read at the start. */
export function configurationPage(): string {
  return [
    HEAD,
    table('meridian global', GLOBAL_SETTINGS, GLOBAL_PREFIX),
    table('meridian zone', ZONE_SETTINGS, ZONE_PREFIX),
    table('meridian standalone', STANDALONE_SETTINGS, STANDALONE_PREFIX),
  ].join('\n');
}

function table(title: string, settings: Settings, prefix: string): string {
  const rows = Object.entries(settings).map(([path, one]) => {
    const fallback = String(one.default) === '' ? '(empty)' : `\`${String(one.default)}\``;
    return `| \`${path}\` | \`${envName(prefix, path, one.env)}\` | ${fallback} | ${one.description} |`;
  });
  return [`## ${title}`, '', '| setting | environment | default | meaning |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}
