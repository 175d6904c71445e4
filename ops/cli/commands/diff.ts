import type { NewOrderSingle } from '../../../schemas/messages/order.ts'
import { EXIT_CODE } from '../../../schemas/operating-error.ts'
import type { OrderComparison } from '../../session/compare-orders.ts'
import { counted, grouped } from '../../text/table.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'diff',
  summary: 'Compare what two sessions or runs ordered.',
  usage: 'A B',
  description: `
Holds the orders of two live sessions or backtests against each other, by strategy and counter: instrument, side, type,
quantity, price, time in force. Of one that runs, what is durable at this moment is compared, and the command says up to
where. Ends with exit code 4 and names the first that differs.`,
  arguments_min: 2,
  arguments_max: 2,
  options: {},
  examples: [{ line: 'orrery diff first runs/first-20260105T101500123', what: 'a session and its backtest' }],
  run: diff,
}

async function diff(call: Call): Promise<Outcome> {
  const { compareOrders } = await import('../../session/compare-orders.ts')
  const [a = '', b = ''] = call.arguments
  const [left, right] = [await ordersOf(a), await ordersOf(b)]
  const found = compareOrders(left.orders, right.orders)
  const pruned = { a: left.pruned, b: right.pruned }
  const up_to = { a: left.up_to, b: right.up_to }
  const isEqual = found.first === undefined
  return {
    json: { ...found, is_equal: isEqual, first: found.first ?? null, pruned, up_to },
    text: `${text(a, b, found)}${limitLines(a, left)}${limitLines(b, right)}`,
    exit_code: isEqual ? EXIT_CODE.done : EXIT_CODE.mismatch,
  }
}

type Limits = { readonly pruned: string; readonly up_to: string }

async function ordersOf(given: string): Promise<Limits & { orders: Map<string, NewOrderSingle> }> {
  const { openJournalOf, prunedWords, extentWords } = await import('../../session/session-journal.ts')
  const { recordedOrders } = await import('../../session/recorded-orders.ts')
  const opened = await openJournalOf(given, 'orrery diff')
  const { journal } = opened
  try {
    return {
      orders: await recordedOrders(journal),
      pruned: prunedWords(journal),
      up_to: extentWords(opened),
    }
  } finally {
    await journal.close()
  }
}

function limitLines(name: string, { pruned, up_to }: Limits): string {
  return [pruned, up_to].map((words) => (words === '' ? '' : `  ${name}: ${words}\n`)).join('')
}

function text(a: string, b: string, { equal, differing, only_a, only_b, first }: OrderComparison): string {
  if (first === undefined) return `✓ ${a} and ${b} ordered the same: ${counted(equal, 'order')}.\n`
  const field = first.field === '' ? '' : `, ${first.field}`
  return [
    `✗ ${a} and ${b} ordered something else; the first difference is ${first.order}${field}.`,
    `  ${a}: ${first.a}`,
    `  ${b}: ${first.b}`,
    `  ${counted(equal, 'order')} ${equal === 1 ? 'is' : 'are'} equal, ${grouped(differing)} differ, ${grouped(only_a)} are in the first alone, ${grouped(only_b)} in the second.`,
    '',
  ].join('\n')
}
