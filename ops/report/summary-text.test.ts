import Value from 'typebox/value'
import { expect, test } from 'vitest'
import { BacktestResult } from '../../schemas/backtest-result.ts'
import { summaryText } from './summary-text.ts'

const HASH = 'ab'.repeat(32)

const RESULT: BacktestResult = {
  contract_version: 1,
  run_id: 'demo-1',
  seed: 1,
  build: HASH,
  config_hash: HASH,
  strategy_hash: HASH,
  data_hash: HASH,
  output_hash: HASH,
  state_hash: HASH,
  data: {
    quotes: 1_234_567,
    trades: 0,
    bars: 2,
    book_levels: 0,
    book_orders: 0,
    from: '2024-01-01T00:00:00.000000Z',
    to: '2024-01-02T00:00:00.000000Z',
  },
  orders: {
    submitted: 12,
    accepted: 10,
    denied: 1,
    not_sent: 0,
    rejected: 1,
    filled: 9,
    canceled: 0,
    expired: 0,
    open_at_end: 1,
  },
  fills: 9,
  positions_closed: 8,
  venues: [
    {
      venue_id: 'gen',
      bar_order_fill_count: 3,
      ignored_row_count: 1_200,
      bar_count: 5_000,
      closed_bar_count: 2_000,
      unsized_instruments: ['EURUSD.gen'],
    },
    {
      venue_id: 'sim',
      bar_order_fill_count: 0,
      ignored_row_count: 0,
      bar_count: 4_000,
      closed_bar_count: 0,
      unsized_instruments: [],
    },
  ],
  accounts: [{ account_id: 'main', balances: [{ currency: 'USD', total: '100012.50' }] }],
  equity: { currency: 'USD', start: '100000', end: '100010.50' },
  pnl: { realized: '14.50', unrealized: '-2', fees: '2' },
  statistics: {
    trades: 8,
    win_rate: 0.625,
    profit_factor: null,
    average_win: '3.5',
    average_loss: null,
    expectancy: '1.5',
    return_fraction: 0.0001,
    max_drawdown: '20',
    max_drawdown_fraction: 0.0002,
    sharpe_ratio: 1.234,
    sortino_ratio: null,
    exposure_fraction: 0.9,
  },
  timing: {
    wall_s: 1.234,
    events: 1_300_000,
    quotes_per_s: 8_123_456.7,
    rows_per_s: 8_123_456.7,
    peak_rss_mb: 412.3,
  },
}

const STRATEGY = { source: 'ema.ts#emaCross', account: 'main', params: {} }
const CONFIG = {
  strategies: [
    { ...STRATEGY, id: 'ema', instruments: ['EURUSD.gen', 'GBPUSD.gen'] },
    { ...STRATEGY, id: 'slow', instruments: ['EURUSD.gen'] },
  ],
}

test("a backtest's result reads as a page, without what did not happen", () => {
  expect(Value.Check(BacktestResult, RESULT)).toBe(true)
  const text = summaryText({
    result: RESULT,
    config: CONFIG,
    folder: 'runs/demo-1',
    files: ['result.json', 'fills.csv'],
    report: 'runs/demo-1/report.html',
  })
  expect(text.split('\n')).toEqual([
    'run                demo-1',
    'strategies         ema on EURUSD.gen, GBPUSD.gen; slow on EURUSD.gen',
    'history            2024-01-01 to 2024-01-02 UTC: 1,234,567 quotes, 2 bars',
    'orders             12 submitted: 1 denied, 1 rejected, 9 filled, 1 open at end',
    'fills              9',
    "venue gen          3 fills depended on the order of a bar's high and low, 1,200 rows ignored, 2,000 of 5,000 bars ended while closed",
    'equity, start      100,000.00 USD',
    'equity, end        100,010.50 USD',
    'realized                14.50 USD',
    'unrealized              -2.00 USD',
    'fees                     2.00 USD',
    'profit after fees       10.50 USD (0.01 %)',
    'max. drawdown           20.00 USD (0.02 %)',
    'trades             8, win rate 62.50 %, profit factor n/a',
    'ratios             Sharpe 1.23, Sortino n/a',
    'speed              8,123,457 quotes/s, 1.23 s in all, 412 MB',
    'hashes             data abababababab, output abababababab, state abababababab',
    'written            runs/demo-1',
    '                   result.json, fills.csv',
    'report             runs/demo-1/report.html',
    '',
  ])
})
