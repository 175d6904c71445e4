// What `orrery nats` prints: the server that is up, and differences one a line.

import { EXIT_CODE } from '../../schemas/operating-error.ts'
import type { Outcome } from '../cli/command.ts'
import { alignedRows } from '../text/table.ts'
import { applyInstallation, type InstalledServer, type Plan, planInstallation } from './apply-installation.ts'
import type { PlannedChange } from './plan-streams.ts'
import { type PruneOptions, pruneJournal } from './prune-journal.ts'
import type { UpServer } from './up.ts'

export function upOutcome(server: UpServer): Outcome {
  const { url, pid, credentials, roles, started, changes, tls_ca_file } = server
  const authority = tls_ca_file === undefined ? '' : ` and bus_tls_ca: ${tls_ca_file}`
  const rows = [
    [
      'server',
      `${url}, nats-server ${server.server.version}, process ${pid}`,
      started ? 'started' : 'was running',
    ],
    ['keys', credentials, roles.join(', ')],
  ]
  const lines = [
    ...alignedRows(rows, []),
    ...changeLines(changes, 'was'),
    `A session uses it with bus: ${url}${authority} in its configuration.`,
  ]
  return { json: server, text: `${lines.join('\n')}\n` }
}

export async function planned(target: InstalledServer): Promise<Outcome> {
  const plan = await planInstallation(target)
  return { json: plan, text: planText(plan, 'is') }
}

export async function applied(target: InstalledServer): Promise<Outcome> {
  const plan = await applyInstallation(target)
  return { json: plan, text: planText(plan, 'was') }
}

/** A server that is not fit for real money is told, and is no drift. */
export async function checked(target: InstalledServer): Promise<Outcome> {
  const plan = await planInstallation(target)
  return {
    json: plan,
    text: planText(plan, 'is'),
    exit_code: plan.changes.length === 0 ? EXIT_CODE.done : EXIT_CODE.mismatch,
  }
}

export async function prunedOutcome(target: InstalledServer, options: PruneOptions): Promise<Outcome> {
  const pruned = await pruneJournal(target, options)
  if (pruned === undefined)
    return { json: { removed: 0 }, text: `The journal of ${options.node} has no copy yet.\n` }
  const { stream, removed, first_epoch, last_epoch, bytes, bytes_max } = pruned
  const kept = first_epoch === last_epoch ? `epoch ${last_epoch}` : `epochs ${first_epoch} to ${last_epoch}`
  const text = `${stream}: ${removed} batches removed; ${kept} left, ${mib(bytes)} of ${mib(bytes_max)} MiB.\n`
  return { json: pruned, text }
}

function mib(bytes: number): string {
  return (bytes / (1 << 20)).toFixed(1)
}

function planText({ server, changes }: Plan, tense: Tense): string {
  const doubts = server.doubts.map(({ what, remedy }) => `! ${what} ${remedy}`)
  return `${[...doubts, ...changeLines(changes, tense)].join('\n')}\n`
}

/** Before the change, or after it. */
type Tense = 'is' | 'was'

function changeLines(changes: readonly PlannedChange[], tense: Tense): string[] {
  if (changes.length === 0) return ['All streams are as they should be.']
  return changes.flatMap(({ kind, name, change, differences }) => {
    if (change === 'create') return [`${kind} ${name}: ${tense === 'is' ? 'is missing' : 'made'}`]
    return differences.map(({ field, found, wanted, remedy }) => {
      const [now, then] = [shown(found), shown(wanted)]
      if (remedy !== undefined) return `${kind} ${name}: ${field} is ${now}, should be ${then}: ${remedy}`
      return `${kind} ${name}: ${field} ${tense} ${now}, ${tense === 'is' ? 'should be' : 'is now'} ${then}`
    })
  })
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value)
}
