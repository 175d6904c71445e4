// The archive itself is not called here: tests that need a server fetch one through it where none is found.

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aptConfig, canFetch, fetchNatsServer } from './fetch-server.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-fetch-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('[N2] without the archive’s keyring nothing is fetched', async () => {
  const keyring = join(folder, 'absent.gpg')
  await expect(fetchNatsServer({ cache: folder, keyring })).rejects.toMatchObject({
    code: 'nats.keyring_missing',
    remedy: 'Run apt-get install debian-archive-keyring, or install nats-server by hand.',
  })
  expect(await readdir(folder)).toEqual([])
})

test('[N2] what the machine trusts beside the keyring does not count, and unsigned lists are refused', () => {
  const { sources, config } = aptConfig('STAGE', 'http://mirror.corp/debian', 'KEYRING')
  expect(sources).toBe('deb [signed-by=KEYRING targets=Packages] http://mirror.corp/debian forky main\n')
  for (const line of [
    'Dir::Etc::trustedparts "/dev/null";',
    'Dir::Etc::sourceparts "/dev/null";',
    'Acquire::AllowInsecureRepositories "false";',
    'APT::Get::AllowUnauthenticated "false";',
  ])
    expect(config.split('\n')).toContain(line)
})

test.runIf(canFetch())(
  '[N2] an archive that nobody has signed is refused, and nothing is left behind',
  async () => {
    const [keyring, suite, sources] = [
      join(folder, 'key.gpg'),
      join(folder, 'mirror/dists/forky'),
      join(folder, 'sources.list'),
    ]
    await mkdir(suite, { recursive: true })
    await writeFile(join(suite, 'Release'), 'Suite: forky\nComponents: main\nArchitectures: amd64 arm64\n')
    await writeFile(sources, `deb file:${folder}/mirror bookworm main\n`)
    await writeFile(keyring, '')
    const failed = fetchNatsServer({ cache: join(folder, 'cache'), keyring, apt_directory: folder })
    await expect(failed).rejects.toMatchObject({
      code: 'nats.server_fetch_failed',
      what: expect.stringContaining('is not signed'),
      where: `file:${folder}/mirror forky`,
    })
    expect(await readdir(join(folder, 'cache'))).toEqual([])
  },
)
