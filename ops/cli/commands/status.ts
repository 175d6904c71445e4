import { resolve } from 'node:path'
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
  const { askSession, STATUS_TIMEOUT_MS } = await import('../../live/control-socket.ts')
  const { findNodes, SESSIONS_DEFAULT, sessionFolders } = await import('../../live/session-folder.ts')
  const { statusText } = await import('../../live/session-status.ts')
  const [name] = call.arguments
  const folders = name === undefined ? await sessionFolders(resolve(SESSIONS_DEFAULT)) : await findNodes(name)
  const answers = await Promise.all(
    folders.map((folder) => askSession(folder, { command: 'status' }, STATUS_TIMEOUT_MS)),
  )
  const sessions = answers.filter((answer) => answer !== undefined) as Parameters<typeof statusText>[0][]
  const none = name === undefined ? 'No session runs here.\n' : `${name} is not running.\n`
  return {
    json: { sessions },
    text: sessions.length === 0 ? none : sessions.map(statusText).join('\n'),
  }
}
