// An order's story for a person.

import { unreachable } from '../../schemas/assert.ts'
import { isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import { decimalString, isoTime } from '../../schemas/units.ts'
import { alignedRows } from '../text/table.ts'
import { tradeWords } from '../text/trade-words.ts'
import type { WhyEvent } from './why-event.ts'
import { inputWords, messageWords } from './why-input-text.ts'
import { intentWords } from './why-intent-text.ts'
import type { OrderChain } from './why-order.ts'

export function whyText({
  session,
  order,
  client_order_ids,
  events,
  run_from,
  difference,
}: OrderChain): string {
  const { account_id, strategy_id, counter } = order
  const ids = client_order_ids.length === 0 ? 'never sent' : client_order_ids.join(', ')
  const lines = [`${account_id}/${strategy_id}/${counter} of ${session}: ${ids}`]
  let step = ''
  for (const event of events) {
    const { epoch, seq, ts_us } = event
    const next = `${isoTime(ts_us)}  input ${epoch}.${seq}`
    if (next !== step) lines.push('', next)
    step = next
    lines.push(...eventLines(event).map((line) => `  ${line}`))
  }
  lines.push('', `Run again from input ${run_from.epoch}.${run_from.seq} on.`)
  if (difference !== null) {
    const { epoch, lsn } = difference
    lines.push(`The re-run differs from the journal at record ${epoch}.${lsn ?? 0}: orrery verify tells how.`)
  }
  return `${lines.join('\n')}\n`
}

function eventLines(event: WhyEvent): string[] {
  const { epoch, lsn } = event
  switch (event.kind) {
    case 'input':
      return [row(event.input.type, inputWords(event.input, event))]
    case 'decision':
      return [
        row(
          'decision',
          `${event.strategy_id} in ${event.handler} on ${triggerWords(event.handler, event.trigger)}`,
        ),
        ...indicatorLines(event.indicators),
        row('', `state ${json(event.state)}`),
        ...event.intents.map((intent) => row('asked', intentWords(intent, event))),
      ]
    case 'gate':
      return [row('gate', gateWords(event)), ...checkLines(event.checks)]
    case 'denied': {
      const { reason_code, value, limit } = event.denial
      const against = value === '' ? '' : `: ${value}${limit === '' ? '' : ` against ${limit}`}`
      return [row('denied', `${reason_code}${against}`)]
    }
    case 'effect':
      return [row('recorded', `${json(commandWords(event))}, record ${epoch}.${lsn}`)]
    case 'fact':
      return factLines(event.fact, event)
    default:
      return unreachable(event)
  }
}

function gateWords({ request, refused, checks }: Extract<WhyEvent, { kind: 'gate' }>): string {
  const what = request === 'new' ? 'the order' : 'the replace'
  if (refused !== '') return `refused ${what}: ${refused}`
  return `let ${what} through after ${checks.length} checks`
}

function checkLines(checks: Extract<WhyEvent, { kind: 'gate' }>['checks']): string[] {
  const rows = checks.map(({ check, value, limit, outcome }) => [
    outcome === 'passed' ? '✓' : '✗',
    check,
    value,
    limit === '' ? '' : `against ${limit}`,
  ])
  return alignedRows(rows).map((line) => row('', line))
}

function indicatorLines(indicators: Extract<WhyEvent, { kind: 'decision' }>['indicators']): string[] {
  const rows = Object.entries(indicators).map(([name, { value, ready }]) => [
    name,
    String(value),
    ready ? '' : 'not ready',
  ])
  return alignedRows(rows).map((line) => row('', line))
}

function factLines(fact: OrderFact, event: Extract<WhyEvent, { kind: 'fact' }>): string[] {
  const words = fact.type.slice('order.'.length).replaceAll('_', ' ')
  const why = fact.reason_code === '' ? '' : ` (${fact.reason_code})`
  const size = (units: number) => decimalString(units, event.size_scale)
  const open = `${size(fact.cum_quantity_units)} traded, ${size(fact.leaves_quantity_units)} open`
  if (!isFill(fact)) return [row('order', `${words}${why}, ${open}`)]
  const trade = tradeWords(fact, size, (units) => decimalString(units, event.price_scale))
  const lines = [row('fill', `${words}${why}: ${trade}, execution ${fact.execution_id}, ${open}`)]
  const { position_after } = event
  if (position_after === null) return lines
  const { strategy_units, account_units } = position_after
  return [...lines, row('', `position after: ${size(strategy_units)}, of the account ${size(account_units)}`)]
}

function commandWords(event: Extract<WhyEvent, { kind: 'effect' }>): string {
  const { command } = event
  const { type, client_order_id, instrument_id } = command
  if (type === 'order_cancel_request')
    return `${type} ${client_order_id} of ${command.original_client_order_id}`
  const price =
    command.price_units === 0 ? '' : ` at ${decimalString(command.price_units, event.price_scale)}`
  const size = decimalString(command.order_quantity_units, event.size_scale)
  if (type === 'order_cancel_replace_request')
    return `${type} ${client_order_id} of ${command.original_client_order_id}: ${size}${price}`
  const { side, order_type, time_in_force } = command
  return `${type} ${client_order_id}: ${side} ${size}${price} ${instrument_id} ${order_type} ${time_in_force}`
}

function triggerWords(handler: string, trigger: unknown): string {
  if (trigger === undefined) return 'its start or end'
  if (typeof trigger === 'string') return `the timer ${trigger}`
  const message = trigger as Readonly<Record<string, unknown>>
  // A quote or trade is the very row above.
  return 'type' in message ? messageWords(message) : `the ${handler.slice('on'.length).toLowerCase()}`
}

function row(what: string, text: string): string {
  return `${what.padEnd(12)} ${text}`.trimEnd()
}

function json(value: unknown): string {
  if (typeof value === 'string') return value
  return (
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? 'none'
  )
}
