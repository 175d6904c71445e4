import { resolve } from 'node:path'
import type { SessionStatuses } from '../../session/session-statuses.ts'
import type { UnreadSession } from '../../session/unread-session.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'status',
  summary: 'Show what a running session is doing.',
  usage: '[SESSION]',
  description: `
Asks the session for accounts, positions, strategies, venues, feeds and its journal. SESSION is a name under ./runs or a
folder; without it every running session there is shown. Nothing is changed.`,
  arguments_min: 0,
  arguments_max: 1,
  options: {},
  examples: [
    { line: 'orrery status', what: 'all that run here' },
    { line: 'orrery status first --json | jq .sessions[0].accounts', what: 'for a script' },
  ],
  run: status,
}

async function status(call: Call): Promise<Outcome> {
  const [name] = call.arguments
  const found = await statusesOf(name)
  return { json: found, text: await textOf(found, name) }
}

/** Of one that is asked for alone, what keeps it from answering is thrown. */
async function statusesOf(name: string | undefined): Promise<SessionStatuses> {
  const { findNodes, SESSIONS_DEFAULT, sessionFolders } = await import('../../live/session-folder.ts')
  const { sessionStatus, sessionStatuses } = await import('../../session/session-statuses.ts')
  if (name === undefined) return sessionStatuses(await sessionFolders(resolve(SESSIONS_DEFAULT)))
  const [folder = '', ...others] = await findNodes(name)
  if (others.length > 0) return sessionStatuses([folder, ...others])
  const found = await sessionStatus(folder)
  return { sessions: found === undefined ? [] : [found], unanswered: [] }
}

async function textOf({ sessions, unanswered }: SessionStatuses, name: string | undefined): Promise<string> {
  const { statusText } = await import('../../live/session-status.ts')
  if (sessions.length + unanswered.length === 0)
    return name === undefined ? 'No session runs here.\n' : `${name} is not running.\n`
  return [...sessions.map(statusText), ...unanswered.map(silenceText)].join('\n')
}

function silenceText({ folder, what, where, remedy, code }: UnreadSession): string {
  const lines = [`${folder} has no status to show (${code})`, `  ${what}`]
  if (where !== undefined) lines.push(`  where: ${where}`)
  if (remedy !== undefined) lines.push(`  what to do: ${remedy}`)
  return `${lines.join('\n')}\n`
}
