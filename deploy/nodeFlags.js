// How Node runs the control planes. A burst of changes makes much garbage that is gone a moment later: with Node's default of up to
// 32 MiB a semi-space, a zone with 1,000 sidecars held 90 MB of it for good.
const FLAGS = ['--max-semi-space-size=8'];
const SERVERS = ['global', 'zone', 'standalone'];

/** Flags of Node for a command line of `meridian`: none but for the control planes. */
export const nodeFlags = (args) => (SERVERS.includes(args.find((one) => !one.startsWith('-'))) ? FLAGS : []);
