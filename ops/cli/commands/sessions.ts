import { resolve } from 'node:path'
import { OperatingError } from '../../../schemas/operating-error.ts'
import type { SessionList } from '../../session/session-summary.ts'
import { alignedRows, counted } from '../../text/table.ts'
import type { Call, Command, Outcome } from '../command.ts'
import { wholeNumber } from '../option-value.ts'

export const command: Command = {
  name: 'sessions',
  summary: 'List the sessions of a folder, pack their old epochs, remove packed ones.',
  usage: '[DIR] | archive SESSION | prune SESSION',
  description: `
Lists the live sessions in a folder (default ./runs): how often each was started, its inputs and orders, when its last
input was, and whether it runs.
archive: packs whole ended epochs of a session that does not run into files under its journal/archive, which may be a link
to another disk. They are read like the others by every command. The last epoch stays: the next start needs it.
prune: removes packed epochs that ended long enough ago, the oldest first, and nothing else. Without --yes it only says
which. verify then begins at the first epoch that is left.`,
  arguments_min: 0,
  arguments_max: 2,
  options: {
    keep: {
      type: 'string',
      value: 'N',
      description: 'archive: leave the newest N epochs; default live.archive.epochs_kept, else 1.',
    },
    days: {
      type: 'string',
      value: 'N',
      description: 'prune: keep what ended in the last N days; default live.archive.days_kept.',
    },
    yes: { type: 'boolean', description: 'prune: remove them.' },
  },
  examples: [
    { line: 'orrery sessions', what: 'those under ./runs' },
    { line: 'orrery sessions archive first --keep 5', what: 'all but the five newest epochs of first' },
    { line: 'orrery sessions prune first --days 90', what: 'what would go; with --yes it goes' },
  ],
  run: (call) => {
    const [action = '', session] = call.arguments
    if (action === 'archive' || action === 'prune') {
      if (session === undefined) throw noSession(action)
      return action === 'archive' ? archive(call, session) : prune(call, session)
    }
    if (session !== undefined) throw unknownAction(action)
    return sessions(call)
  },
}

async function archive(call: Call, name: string): Promise<Outcome> {
  const { archiveSession } = await import('../../session/archive-session.ts')
  const { archiveText } = await import('../../session/archive-outcomes.ts')
  const { findSession } = await import('../../live/session-folder.ts')
  const keep = numberOf(call, 'keep', 1)
  const found = await archiveSession(await findSession(name), keep)
  return { json: found, text: archiveText(found) }
}

async function prune(call: Call, name: string): Promise<Outcome> {
  const { pruneSession } = await import('../../session/archive-session.ts')
  const { pruneOutcome } = await import('../../session/archive-outcomes.ts')
  const { findSession } = await import('../../live/session-folder.ts')
  const folder = await findSession(name)
  const days_kept = numberOf(call, 'days', 0)
  const is_confirmed = call.flag('yes')
  const epochs = await pruneSession({ folder, days_kept, now_us: Date.now() * 1000, is_confirmed })
  return pruneOutcome(name, epochs, is_confirmed)
}

function numberOf(call: Call, option: string, min: number): number | undefined {
  return call.text(option) === undefined ? undefined : wholeNumber(call, option, { fallback: min, min })
}

function noSession(action: string): OperatingError {
  return new OperatingError({
    code: 'cli.missing_argument',
    reason: 'usage',
    what: `orrery sessions ${action} wants the session it is about.`,
    where: 'SESSION',
    remedy: `Name it: orrery sessions ${action} first. orrery sessions lists them.`,
  })
}

function unknownAction(action: string): OperatingError {
  return new OperatingError({
    code: 'sessions.unknown_action',
    reason: 'usage',
    what: `"${action}" is nothing that orrery sessions does to a session.`,
    where: action,
    remedy: 'Write archive or prune before the session, or one folder to list.',
  })
}

async function sessions(call: Call): Promise<Outcome> {
  const { SESSIONS_DEFAULT } = await import('../../live/session-folder.ts')
  const { listSessions } = await import('../../session/session-summary.ts')
  const directory = resolve(call.arguments[0] ?? SESSIONS_DEFAULT)
  const found = await listSessions(directory)
  return { json: found, text: text(found, directory) }
}

function text({ sessions, unreadable }: SessionList, directory: string): string {
  if (sessions.length + unreadable.length === 0) return `No session in ${directory}.\n`
  const rows = sessions.map(({ session, node, is_running, epochs, inputs, orders, last_input }) => [
    node === '' ? session : `${session}/${node}`,
    is_running ? 'running' : 'ended',
    counted(epochs, 'start'),
    is_running ? '' : counted(inputs, 'input'),
    is_running ? '' : counted(orders, 'order'),
    last_input === '' ? '' : `last input ${last_input}`,
  ])
  const unread = unreadable.map(
    ({ folder, code, what, where }) => `${folder}  cannot be read: ${what} ${where ?? ''} (${code})`,
  )
  return `${[...alignedRows(rows, [3, 4]), ...unread].join('\n')}\n`
}
