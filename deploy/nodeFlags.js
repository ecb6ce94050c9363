// How Node runs the control planes. A burst of changes makes much garbage that is gone a moment later: with Node's default of up to
// 32 MiB a semi-space, a zone with 1,000 sidecars held 90 MB of it for good. And on a machine with much memory V8 lets the heap grow to
// four times of what is alive before it collects; at twice, the same zone takes 30 to 160 MB less under change (docs/performance.md).
const FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=100'];

// And glibc's malloc, which others do not heed. Node reserves 64 KiB for what comes over each TLS connection and fills a few: mapped
// on their own, the untouched pages cost nothing. Two thresholds that are set no longer grow by themselves, so what is freed goes back.
const MALLOC = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '131072' };

const SERVERS = ['global', 'zone', 'standalone'];
const isServer = (args) => SERVERS.includes(args.find((one) => !one.startsWith('-')));

/** Flags of Node for a command line of `meridian`: none but for the control planes. */
export const nodeFlags = (args) => (isServer(args) ? FLAGS : []);

/** What their environment must have besides; what `env` says itself stays. */
export const nodeEnv = (args, env) =>
  isServer(args) ? Object.fromEntries(Object.entries(MALLOC).filter(([name]) => env[name] === undefined)) : {};
