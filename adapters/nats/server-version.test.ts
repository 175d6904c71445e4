import { expect, test } from 'vitest'
import { compareVersions, hasFeature, isOldServer, parseServerVersion } from './server-version.ts'

test('[N1] a version is read from what a server says', () => {
  const said = ['nats-server: v2.15.1', '2.9.10', 'nats-server: v2.12.0-RC.1', 'nothing']
  expect(said.map(parseServerVersion)).toEqual(['2.15.1', '2.9.10', '2.12.0', undefined])
})

test('[N3] versions are compared by number, and 2.12.3 is the oldest that is fit', () => {
  expect(['2.9.10', '2.12.2', '2.12.3', '2.15.1', '3.0.0'].map(isOldServer)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
  expect(Math.sign(compareVersions('2.9.10', '2.10.0'))).toBe(-1)
})

test('[N8] readers are reset from 2.14 on', () => {
  expect(['2.13.9', '2.14.0'].map((version) => hasFeature(version, 'consumer_reset'))).toEqual([false, true])
})
