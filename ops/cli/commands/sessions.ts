import { resolve } from 'node:path'
import type { SessionSummary } from '../../session/session-summary.ts'
import { alignedRows, grouped } from '../../text/table.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'sessions',
  summary: 'List the sessions of a folder.',
  usage: '[DIR]',
  description: `
Lists the live sessions in a folder (default ./runs): how often each was started, its inputs and orders, when its last
input was, and whether it runs.`,
  arguments_min: 0,
  arguments_max: 1,
  options: {},
  examples: [{ line: 'orrery sessions', what: 'those under ./runs' }],
  run: sessions,
}

async function sessions(call: Call): Promise<Outcome> {
  const { SESSIONS_DEFAULT } = await import('../../live/session-folder.ts')
  const { sessionSummaries } = await import('../../session/session-summary.ts')
  const directory = resolve(call.arguments[0] ?? SESSIONS_DEFAULT)
  const found = await sessionSummaries(directory)
  return { json: { sessions: found }, text: text(found, directory) }
}

function text(found: readonly SessionSummary[], directory: string): string {
  if (found.length === 0) return `No session in ${directory}.\n`
  const rows = found.map(({ session, node, is_running, epochs, inputs, orders, last_input }) => [
    node === '' ? session : `${session}/${node}`,
    is_running ? 'running' : 'ended',
    `${grouped(epochs)} ${epochs === 1 ? 'start' : 'starts'}`,
    is_running ? '' : `${grouped(inputs)} inputs`,
    is_running ? '' : `${grouped(orders)} orders`,
    last_input === '' ? '' : `last input ${last_input}`,
  ])
  return `${alignedRows(rows, [3, 4]).join('\n')}\n`
}
