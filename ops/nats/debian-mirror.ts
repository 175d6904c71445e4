// Which Debian mirror this machine uses, read from its own apt sources: a machine behind a mirror or a proxy keeps to it.

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Debian's own address, used where the machine's sources name no Debian mirror, as on Ubuntu. */
export const DEBIAN_PUBLIC_MIRROR = 'http://deb.debian.org/debian'

/** The suites Debian has at any time, beside the code name of the machine's release. */
const SUITES = ['oldstable', 'stable', 'testing', 'unstable', 'sid', 'bookworm', 'trixie', 'forky']

export type AptSource = {
  readonly uri: string
  readonly suites: readonly string[]
  readonly components: readonly string[]
}

/** The mirror of the first enabled source that carries Debian's `main`, else Debian's public one. */
export async function debianMirror(apt_directory = '/etc/apt'): Promise<string> {
  const sources = await aptSources(apt_directory)
  const debian = sources.find(
    ({ uri, suites, components }) =>
      !uri.startsWith('cdrom:') &&
      components.includes('main') &&
      suites.some((suite) => SUITES.includes(suite)),
  )
  return debian?.uri ?? DEBIAN_PUBLIC_MIRROR
}

/** What apt would read, in its order: `sources.list`, then the folder's `*.list` and `*.sources` by name. */
export async function aptSources(apt_directory: string): Promise<AptSource[]> {
  const folder = join(apt_directory, 'sources.list.d')
  const names = existsSync(folder) ? (await readdir(folder)).sort() : []
  const paths = [join(apt_directory, 'sources.list'), ...names.map((name) => join(folder, name))]
  const sources: AptSource[] = []
  for (const path of paths.filter((path) => existsSync(path))) {
    if (path.endsWith('.list')) sources.push(...oneLineSources(await readFile(path, 'utf8')))
    if (path.endsWith('.sources')) sources.push(...deb822Sources(await readFile(path, 'utf8')))
  }
  return sources
}

/** `deb [options] URI SUITE COMPONENT...`, one source a line. */
export function oneLineSources(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line)
    if (match === null) return []
    const [, uri = '', suite = '', components = ''] = match
    return [{ uri, suites: [suite], components: words(components) }]
  })
}

/** Stanzas of `Field: value`, continued by indented lines. */
export function deb822Sources(text: string): AptSource[] {
  const stanzas = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/)
  return stanzas.flatMap((stanza) => {
    const fields = new Map(
      stanza
        .replaceAll(/\n[ \t]+/g, ' ')
        .split('\n')
        .map((line) => {
          const colon = line.indexOf(':')
          return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const
        }),
    )
    const isOff = /^(no|false|off|0|disable)$/i.test(fields.get('enabled') ?? 'yes')
    if (isOff || !words(fields.get('types') ?? '').includes('deb')) return []
    const suites = words(fields.get('suites') ?? '')
    const components = words(fields.get('components') ?? '')
    return words(fields.get('uris') ?? '').map((uri) => ({ uri, suites, components }))
  })
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
