import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/full/**', 'node_modules/**'],
    globalSetup: ['test/support/global-setup.ts'],
    // The tests mostly wait: for stand-ins, leases and child processes.
    maxWorkers: 4,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
