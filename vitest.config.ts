import { defineConfig } from 'vitest/config';

const ignored = ['**/node_modules/**', '**/.tools/**', 'shared/xds/gen/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...ignored, '**/*.int.test.ts', '**/*.e2e.test.ts'],
          // property tests on a busy machine; nothing is asserted about time
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Real servers on this machine: few at a time, and time for them to start.
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude: ignored,
          pool: 'forks',
          maxWorkers: 2,
          // A machine that stands still for seconds breaks what waits for real processes; why a test needed a second go is printed.
          retry: 1,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Whole meshes: one after the other.
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          exclude: ignored,
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          retry: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
