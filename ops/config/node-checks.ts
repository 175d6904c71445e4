// Placement: every account and every strategy of the configuration is in exactly one of its nodes.

import type { Config } from '../../schemas/config/config.ts'
import type { Partly, Report } from './partly-read.ts'

export function checkNodes(config: Partly<Config>, report: Report): void {
  const { nodes } = config
  if (nodes === undefined) return
  checkIds(
    nodes.map((node) => node?.id),
    report,
  )
  for (const section of ['accounts', 'strategies'] as const) {
    const known = (config[section] ?? []).map((item) => item?.id)
    // A gap in the list may be the very id that is missed.
    if (config[section] === undefined || known.includes(undefined)) continue
    const hosts = new Map<string, string>()
    for (const [index, node] of nodes.entries()) {
      for (const [at, id] of (node?.[section] ?? []).entries()) {
        if (id === undefined) continue
        const path = ['nodes', index, section, at]
        const host = hosts.get(id)
        if (!known.includes(id)) report(path, `${id} is not among the ${section}.`, `Name one of ${section}.`)
        else if (host !== undefined)
          report(path, `${id} is in the node ${host} already.`, 'Keep one of them.')
        hosts.set(id, node?.id ?? '')
      }
    }
    const missing = known.filter((id) => id !== undefined && !hosts.has(id))
    if (missing.length > 0)
      report(['nodes'], `no node hosts ${missing.join(', ')} of ${section}.`, `Add ${section} to a node.`)
  }
}

function checkIds(ids: readonly (string | undefined)[], report: Report): void {
  for (const [index, id] of ids.entries()) {
    if (id === undefined || ids.indexOf(id) === index) continue
    report(['nodes', index, 'id'], `the id ${id} is used twice.`, 'Give each its own.')
  }
}
