import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findNatsServer } from './find-server.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-find-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A program that says it is a server of a version. */
async function program(path: string, says: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, `#!/bin/sh\necho "nats-server: ${says}"\n`)
  await chmod(path, 0o755)
  return path
}

const cached = (version: string): string =>
  join(folder, 'cache/orrery', `nats-server-${version}`, 'nats-server')

/** A machine of its own: the PATH ends here. */
function machine(more: Record<string, string> = {}) {
  return { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache'), ...more }
}

/** Servers this very machine has where every search looks do not count. */
function ofTest(passed_over: readonly string[]): string[] {
  return passed_over.filter((line) => line.startsWith(folder))
}

test('[N1] the one named in the environment comes first, then the PATH, then the cache', async () => {
  const named = await program(join(folder, 'named'), 'v2.15.0')
  const on_path = await program(join(folder, 'bin/nats-server'), 'v2.12.3')
  await program(cached('2.15.1'), 'v2.15.1')
  expect((await findNatsServer(machine({ ORRERY_NATS_SERVER: named }))).found).toEqual({
    path: named,
    version: '2.15.0',
    from: 'environment',
  })
  expect((await findNatsServer(machine())).found).toEqual({ path: on_path, version: '2.12.3', from: 'path' })
})

test('[N1] one that is too old or does not run is passed over and named, and the newest cached is taken', async () => {
  const old = await program(join(folder, 'bin/nats-server'), 'v2.9.10')
  await program(cached('2.13.0'), 'v2.13.0')
  await writeFile(await program(cached('2.16.0'), ''), 'not a program')
  const newest = await program(cached('2.15.1'), 'v2.15.1')
  const { found, passed_over } = await findNatsServer(machine())
  expect(found).toEqual({ path: newest, version: '2.15.1', from: 'cache' })
  expect(ofTest(passed_over)).toEqual([
    `${old} is 2.9.10`,
    expect.stringContaining('2.16.0/nats-server does not run'),
  ])
})

test('[N1] one named in the environment is refused where it cannot be used', async () => {
  const old = await program(join(folder, 'old'), 'v2.9.10')
  await expect(findNatsServer(machine({ ORRERY_NATS_SERVER: old }))).rejects.toMatchObject({
    code: 'nats.server_unusable',
    what: 'The nats-server named by ORRERY_NATS_SERVER is version 2.9.10.',
  })
  await expect(findNatsServer(machine({ ORRERY_NATS_SERVER: join(folder, 'absent') }))).rejects.toMatchObject(
    { code: 'nats.server_unusable' },
  )
})
