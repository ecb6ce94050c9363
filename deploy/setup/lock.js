// One set-up at a time in one checkout; other checkouts have their own lock.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolsDir, workDir } from './paths.js';

const file = join(toolsDir, 'setup.lock');

export async function withSetupLock(work) {
  mkdirSync(toolsDir, { recursive: true });
  let told = false;
  while (!take()) {
    if (!told) console.error('another set-up is running in this checkout; waiting for it');
    told = true;
    await sleep(200);
  }
  try {
    rmSync(workDir, { recursive: true, force: true }); // of a set-up that was interrupted
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    // The holder may have been killed: its lock must not block everybody for ever.
    if (!holderIsAlive()) rmSync(file, { force: true });
    return false;
  }
}

function holderIsAlive() {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (!pid) return true; // just created, not yet written
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
