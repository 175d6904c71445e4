import { expect, test } from 'vitest'
import { type SessionStatus, statusText } from './session-status.ts'

const PAPER: SessionStatus = {
  session: 'first',
  node: '',
  mode: 'paper',
  pid: 7,
  folder: 'runs/first',
  epoch: 2,
  base_from: 'rerun',
  time: '2026-01-05T10:15:00.000000Z',
  inputs: 1_234,
  is_trading_enabled: true,
  orders_held_for: '',
  accounts: [
    {
      account_id: 'main',
      risk: 'active',
      reconciliation: 'matched',
      currency: 'USD',
      equity: '100000.00',
      realized: '0.00',
      unrealized: '0.00',
      fees: '0.00',
      fills: 3,
      orders: 5,
      open_orders: 1,
      held_orders: 2,
      unknown_orders: 0,
      positions: [],
    },
  ],
  strategies: [{ strategy_id: 'ema', state: 'trading' }],
  books: [],
  venues: [{ venue_id: 'gen', feed: 'live', connection: 'connected' }],
  feeds: [{ venue_id: 'gen', counts: { rows: 1_000, refused: 3 }, refusals: { crossed: 2, bad_row: 1 } }],
  journal: { appended_lsn: 9, durable_lsn: 9, released_lsn: 9, pending_bytes: 0 },
  conflated_quotes: 0,
  messages: null,
}

test('a person reads of a running session how it stands', () => {
  expect(statusText(PAPER).split('\n')).toEqual([
    'first  paper  epoch 2, pid 7',
    '2026-01-05T10:15:00.000000Z  1,234 inputs, orders may leave',
    '',
    'main  active, books matched',
    '  equity 100000.00 USD  realized 0.00  unrealized 0.00  fees 0.00',
    '  3 fills, 1 order open, 2 held by the engine; flat',
    '',
    'strategy  ema  trading',
    'venue     gen  feed live, connected',
    'feed      gen  1,000 rows, 3 refused (refused: 2 crossed, 1 bad_row)',
    '',
    'journal  10 records, 0 bytes not yet durable; 0 quotes conflated',
    '',
  ])
})

test('a strategy whose account is elsewhere has its open orders told apart from those held there', () => {
  const book = { strategy_id: 'ema', open_orders: 3, held_orders: 2, positions: [] }
  const lines = statusText({ ...PAPER, accounts: [], books: [book, { ...book, held_orders: 0 }] }).split('\n')
  expect(lines.filter((line) => line.startsWith('orders of'))).toEqual([
    'orders of  ema  3 open, 2 held by the engine; flat',
    'orders of  ema  3 open; flat',
  ])
})

test.each<[string, Partial<SessionStatus>]>([
  ['orders are held until the venues agree', { orders_held_for: 'not_reconciled' }],
  ['orders are held (journal_copy_behind)', { orders_held_for: 'journal_copy_behind' }],
  [
    'orders may leave, but not to gen',
    { venues: [{ venue_id: 'gen', feed: 'connecting', connection: 'disconnected' }] },
  ],
  ['its orders leave from the node of their account', { accounts: [] }],
  ['ended', { orders_held_for: 'session_ended' }],
])('it reads: %s', (words, difference) => {
  const [, second] = statusText({ ...PAPER, ...difference }).split('\n')
  expect(second).toBe(`2026-01-05T10:15:00.000000Z  1,234 inputs, ${words}`)
})
