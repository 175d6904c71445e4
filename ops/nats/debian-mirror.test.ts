import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEBIAN_PUBLIC_MIRROR, deb822Sources, debianMirror, oneLineSources } from './debian-mirror.ts'

let apt: string
beforeEach(async () => {
  apt = await mkdtemp(join(tmpdir(), 'orrery-apt-'))
  await mkdir(join(apt, 'sources.list.d'))
})
afterEach(() => rm(apt, { recursive: true, force: true }))

test('[N2] the mirror is that of the machine’s own sources, in either form', async () => {
  await writeFile(
    join(apt, 'sources.list.d/debian.sources'),
    'Types: deb\nURIs: http://mirror.corp/debian\nSuites: bookworm bookworm-updates\nComponents: main\n',
  )
  expect(await debianMirror(apt)).toBe('http://mirror.corp/debian')
  await writeFile(
    join(apt, 'sources.list'),
    '# deb http://off/debian bookworm main\ndeb [arch=amd64 signed-by=/x] https://first.corp/deb trixie main contrib\n',
  )
  expect(await debianMirror(apt)).toBe('https://first.corp/deb')
})

test('[N2] sources of other archives are no mirror of Debian, and without one it is Debian’s own', async () => {
  await writeFile(
    join(apt, 'sources.list'),
    [
      'deb http://archive.ubuntu.com/ubuntu noble main',
      'deb http://security.debian.org/debian-security bookworm-security main',
      'deb cdrom:[Debian]/ bookworm main',
      'deb-src http://mirror.corp/debian bookworm main',
      'deb https://packages.example.com/apt stable tools',
    ].join('\n'),
  )
  await writeFile(join(apt, 'sources.list.d/off.list.disabled'), 'deb http://off/debian bookworm main\n')
  expect(await debianMirror(apt)).toBe(DEBIAN_PUBLIC_MIRROR)
})

test('[N2] a stanza may be switched off, go over several lines and name several mirrors', () => {
  const text = `
# A comment
Types: deb deb-src
URIs: http://a.corp/debian
 http://b.corp/debian
Suites: trixie
Components: main
# in between
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Enabled: no
Types: deb
URIs: http://off/debian
Suites: trixie
Components: main
`
  const components = ['main', 'contrib']
  expect(deb822Sources(text)).toEqual([
    { uri: 'http://a.corp/debian', suites: ['trixie'], components },
    { uri: 'http://b.corp/debian', suites: ['trixie'], components },
  ])
  expect(oneLineSources('  deb mirror+file:/etc/apt/mirrors/debian.list trixie main # ours')).toEqual([
    { uri: 'mirror+file:/etc/apt/mirrors/debian.list', suites: ['trixie'], components: ['main'] },
  ])
})
