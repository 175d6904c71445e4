import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{schemas,engine,actors,adapters,sim,ops}/**/*.test.ts'],
    // chDB allows one process per data directory and is unsafe in worker threads.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A forgotten `.only` or an empty run is a failure, on every machine.
    allowOnly: false,
    passWithNoTests: false,
    reporters: ['default', './ops/test-summary-reporter.ts'],
  },
})
