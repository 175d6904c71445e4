import { setTimeout as wait } from 'node:timers/promises'
import { OperatingError } from '../../../schemas/operating-error.ts'
import type { BreakPoint, Replayed } from '../../session/replay-session.ts'
import { alignedRows } from '../../text/table.ts'
import type { Call, Command, Outcome } from '../command.ts'
import { instantUs } from '../option-value.ts'

export const command: Command = {
  name: 'replay',
  summary: 'Show a live session again as it happened, from its journal.',
  usage: 'SESSION',
  description: `
Runs the session's journal again and prints orders, fills and denials at their times. With --speed it keeps the session's
pace, so many times faster; with --until or --break it stops there and shows the state of every actor.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {
    until: { type: 'string', value: 'TIME', description: 'Stop at an instant: 2026-01-05T10:15:00Z.' },
    speed: { type: 'string', value: 'N', description: 'Keep the pace, N times as fast: 10 or 10x.' },
    break: {
      type: 'string',
      value: 'WHAT',
      description: 'Stop at the first on:order, on:fill or on:denied, or at a client order id.',
    },
  },
  examples: [
    { line: 'orrery replay first', what: 'all of it, at once' },
    { line: 'orrery replay first --speed 10x', what: 'ten times as fast as it happened' },
    { line: 'orrery replay first --break on:fill', what: 'up to the first fill, and how everything stood' },
  ],
  run: replay,
}

async function replay(call: Call): Promise<Outcome> {
  const { replaySession } = await import('../../session/replay-session.ts')
  const { requireSession } = await import('../../session/session-journal.ts')
  const [name = ''] = call.arguments
  const { journal, where } = await requireSession(name, 'orrery replay')
  const lines: string[] = []
  const isJson = call.flag('json')
  try {
    const replayed = await replaySession({
      journal,
      where,
      until_us: instantUs(call, 'until', Number.POSITIVE_INFINITY),
      speed: speedOf(call.text('speed')),
      break_at: breakPoint(call.text('break')),
      print: (line) => (isJson ? void lines.push(line) : void process.stdout.write(`${line}\n`)),
      wait: (ms) => wait(ms),
    })
    return { json: { ...replayed, lines }, text: endText(replayed, call.text('break')) }
  } finally {
    await journal.close()
  }
}

function endText({ stopped, states, time, broke_on }: Replayed, break_at: string | undefined): string {
  const rows = alignedRows(Object.entries(states).map(([name, state]) => [`  ${name}`, state]))
  const by = broke_on === '' ? '' : ` ${broke_on}`
  const at = time === '' ? 'before its first input' : time
  const missed = break_at === undefined || broke_on !== '' ? '' : `, and never met ${break_at}`
  return `── stopped ${stopped}${by}, ${at}${missed}\n${rows.join('\n')}\n`
}

function speedOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1])
  if (speed > 0) return speed
  throw new OperatingError({
    code: 'cli.bad_value',
    reason: 'usage',
    what: `"${text}" is no value for --speed.`,
    where: '--speed',
    remedy: 'Write how many times as fast: 10 or 10x.',
  })
}

function breakPoint(text: string | undefined): BreakPoint | undefined {
  if (text === undefined) return undefined
  const [, on] = /^on:(order|fill|denied)$/.exec(text) ?? []
  if (on !== undefined) return { on: on as 'order' | 'fill' | 'denied' }
  if (!text.startsWith('on:')) return { client_order_id: text }
  throw new OperatingError({
    code: 'cli.bad_value',
    reason: 'usage',
    what: `"${text}" is nothing to stop at.`,
    where: '--break',
    remedy: 'Use on:order, on:fill, on:denied, or a client order id.',
  })
}
