import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/full/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/patience.ts'],
    // The tests mostly wait: for stand-ins, leases and child processes.
    maxWorkers: 4,
    // Real processes, sockets and databases on a shared machine: one that fails twice more is no accident.
    retry: process.env['CI'] === undefined ? 0 : 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
