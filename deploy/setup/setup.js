// Brings the checkout into a state in which everything runs. Safe to repeat: what is there is left alone.
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.js';
import { withSetupLock } from './lock.js';
import { node, nodePath } from './node.js';
import { nodeModules } from './nodeModules.js';
import { envoy, natsServer } from './servers.js';
import { xdsProtos, xdsTypes } from './xdsTypes.js';

// Steps of one row do not need each other and run side by side.
const rows = [[nodeModules, node, natsServer, envoy, xdsProtos], [xdsTypes], [bundle]];

export async function setup() {
  if (rows.flat().every((step) => step.isReady())) console.error('set-up: everything is there');
  else await withSetupLock(makeMissing);
  const tools = { node: nodePath(), natsServer: natsServer.path(), envoy: envoy.path() };
  process.env.MERIDIAN_NODE = tools.node;
  process.env.MERIDIAN_NATS_SERVER = tools.natsServer;
  process.env.MERIDIAN_ENVOY = tools.envoy;
  return tools;
}

async function makeMissing() {
  const total = rows.flat().length;
  let finished = 0;
  for (const row of rows) {
    // All settle before the first failure is reported: nothing keeps running after us or leaves half a folder.
    const outcomes = await Promise.allSettled(
      row.map(async (step) => {
        const started = Date.now();
        const ready = step.isReady();
        if (!ready) {
          console.error(`set-up: ${step.title} …`);
          await step.make();
        }
        finished += 1;
        const how = ready ? 'is there' : `done in ${((Date.now() - started) / 1000).toFixed(1)} s`;
        console.error(`[${finished}/${total}] ${step.title} ${how}`);
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

/** For the scripts beside this file: an error the user can act on is one line, not a stack. */
export async function setupOrExit() {
  try {
    return await setup();
  } catch (error) {
    console.error(`set-up failed: ${error.message}`);
    process.exit(1);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await setupOrExit();
