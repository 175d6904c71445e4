// Rules for every text file: nothing that is true on one machine only, and a title on every page.

import { type Finding, lineAt } from './source-file.ts'

const PLACES = [
  {
    pattern: /(?<![\w.~])\/(work|root|Users|home)\/[\w.]{2}/g,
    rule: 'names a path of one machine: start from the root',
  },
  {
    pattern: /https?:\/\/[^\s'"]*(registry|artifactory|nexus)/g,
    rule: 'names a registry: that is npm’s configuration',
  },
]

export function machinePlaces(path: string, text: string): Finding[] {
  return PLACES.flatMap(({ pattern, rule }) =>
    [...text.matchAll(pattern)].map(({ index }) => ({ path, line: lineAt(text, index), rule })),
  )
}

/** A page opens with its title, and has no second one. */
export function titleFindings(path: string, text: string): Finding[] {
  const prose = text.replaceAll(/^```.*?^```/gms, (block) => block.replaceAll(/[^\n]/g, ' '))
  const titles = [...prose.matchAll(/^# \S/gm)].map(({ index }) => lineAt(prose, index))
  const first = titles[0] === 1 ? [] : [{ path, line: 1, rule: 'does not open with a title: `# …`' }]
  return [...first, ...titles.slice(1).map((line) => ({ path, line, rule: 'has a second title: use `##`' }))]
}
