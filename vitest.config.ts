import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{schemas,engine,actors,adapters,sim,ops}/**/*.test.ts'],
    testTimeout: 60_000,
    // chDB allows one process per data directory and is unsafe in worker threads.
    pool: 'forks',
    maxWorkers: 2,
  },
})
