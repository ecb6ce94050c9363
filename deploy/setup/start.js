// npm start: the demo, after set-up.
import { run } from './run.js';

await run('deploy/demo/main.ts', process.argv.slice(2));
