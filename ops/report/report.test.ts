import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BacktestResult } from '../../schemas/backtest-result.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import type { NewOrderSingle } from '../../schemas/messages/order.ts'
import { type OrderTerms, PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import { ASSUMPTIONS } from '../../sim/exchange/assumptions.ts'
import { RunFiles } from '../run-files/run-files.ts'
import { runSmall, smallRun } from '../run-files/small-run.test-support.ts'
import { loadAssets } from './assets.ts'
import { moneyShown } from './formats.ts'
import { html } from './html.ts'
import { OrdersUsed } from './orders-used.ts'
import { reportPage } from './page.ts'
import { type ReportData, ReportRecorder } from './report-data.ts'
import { warningsOf } from './warnings.ts'
import { writeReport } from './write-report.ts'

let folder: string
let data: ReportData
let page: string
let result: BacktestResult
let names: string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orrery-report-'))
  const run = await smallRun()
  const recorder = new ReportRecorder(run.specs)
  const files = new RunFiles(folder, run.specs, recorder.rows)
  const watch = recorder.prices.watch.bind(recorder.prices)
  const outcome = await runSmall(run, { observer: files.observer, watch })
  names = files.finish(outcome)
  data = recorder.data(outcome, run.config)
  page = readFileSync(await writeReport(folder, data), 'utf8')
  result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as BacktestResult
})
afterAll(() => rmSync(folder, { recursive: true }))

function chartsOf(text: string) {
  const [, json = ''] = /<script type="application\/json" id="chart-data">(.*?)<\/script>/s.exec(text) ?? []
  return JSON.parse(json) as {
    equity: number[][]
    profits: { columns: (number | null)[][] }
    prices: { line: number[][]; buys: number[][]; sells: number[][] }[]
  }
}

test('the report shows the figures of result.json, exact in the markup and rounded for the eye', () => {
  const { equity, pnl, statistics } = result
  const amounts = [equity.start, equity.end, pnl.realized, pnl.unrealized, pnl.fees, statistics.max_drawdown]
  for (const exact of amounts) {
    expect(page).toMatch(new RegExp(`<data value="${exact}"[^>]*>\\+?${moneyShown(exact, 2)}</data>`))
  }
  for (const hash of [result.data_hash, result.config_hash, result.output_hash, result.state_hash]) {
    expect(page).toContain(hash)
  }
  for (const word of ['denied', 'filled', 'canceled', 'open_at_end'] as const) {
    const row = new RegExp(
      `<td>${word.replaceAll('_', ' ')}</td><td class="number">${result.orders[word]}</td>`,
    )
    expect(page).toMatch(row)
  }
})

test('the fills say whether they were made or taken', () => {
  const sides = [...data.rows.first_fills, ...data.rows.last_fills].map((row) => row.liquidity_side)
  for (const side of ['maker', 'taker']) {
    const shown = page.split(`<td>${side}</td>`).length - 1
    expect(shown).toBe(sides.filter((of) => of === side).length)
    expect(shown).toBeGreaterThan(0)
  }
})

test('the report says why orders were denied, what the exchange takes for granted and how to verify', () => {
  expect(page).toContain('<code>order_quantity_max</code>')
  expect(page).toContain(`orrery verify ${folder}`)
  for (const { sentence } of ASSUMPTIONS) expect(page).toContain(html`<li>${sentence}</li>`.text)
})

test('assumptions that this run rests on come first, the others are folded away behind them', () => {
  const [, list = ''] = page.split('<h2>Assumptions of the simulated exchange</h2>')
  const [inForce = '', others = ''] = (list.split('</section>')[0] ?? '').split('<details>')
  // The small run sends market and limit orders and cancels, on quotes, with latency.
  for (const begin of [
    'Market buys pay',
    'A resting limit order',
    'A race of a fill',
    'What one account sends',
  ])
    expect(inForce).toContain(`<li>${begin}`)
  for (const begin of [
    'Inside an expanded bar',
    'The price of an auction is',
    'Links between',
    'A trailing stop',
  ])
    expect(others).toContain(`<li>${begin}`)
  expect(inForce.match(/<li>/g)?.length ?? 0).toBeLessThan(others.match(/<li>/g)?.length ?? 0)
})

test('the charts hold the whole equity curve, every closed trade and every fill', () => {
  const { equity, profits, prices } = chartsOf(page)
  expect(equity[1]?.[0]).toBe(Number(result.equity.start))
  expect(equity[1]?.at(-1)).toBe(Number(result.equity.end))
  expect(-Math.min(...(equity[2] ?? []))).toBeCloseTo(result.statistics.max_drawdown_fraction ?? 0, 12)
  const trades = profits.columns
    .slice(1)
    .flat()
    .reduce<number>((sum, count) => sum + (count ?? 0), 0)
  expect(trades).toBe(result.statistics.trades)
  const markers = prices.reduce(
    (sum, { buys, sells }) => sum + (buys[0]?.length ?? 0) + (sells[0]?.length ?? 0),
    0,
  )
  expect(prices.length).toBe(2)
  expect(markers).toBe(result.fills)
  for (const { line } of prices) expect(line[0]).toEqual([...(line[0] ?? [])].sort((a, b) => a - b))
})

test('the report loads nothing: no source, no link, no address but that of uPlot', () => {
  expect(page).not.toMatch(/<script[^>]*\ssrc|<link|<img|@import|url\(/)
  expect(page.match(/https?:\/\/[^\s)"'`]+/g)).toEqual(['https://github.com/leeoniya/uPlot'])
  expect(page).toContain('Permission is hereby granted, free of charge')
})

test('rows a venue did not trade on are told before the run is believed', async () => {
  expect(page).not.toContain('than its book')
  const venues = result.venues.map((venue) => ({ ...venue, ignored_row_count: 1_200 }))
  const text = reportPage({ ...data, result: { ...result, venues } }, folder, await loadAssets())
  expect(text).toContain('The exchange gen did not trade on 1,200 rows of another kind than its book.')
})

test('a size that was assumed is told of the instruments of which it was, and of no others', () => {
  const told = (unsized_instruments: string[]) => {
    const venues = result.venues.map((venue) => ({ ...venue, unsized_instruments }))
    return warningsOf({ ...data, result: { ...result, venues } }).filter((text) =>
      text.includes('lack sizes'),
    )
  }
  expect(told([])).toEqual([])
  expect(told(['GEN1.gen', 'GEN2.gen'])).toEqual([
    'Quotes of GEN1.gen, GEN2.gen lack sizes: where one was missing, 1,000,000 was taken to be shown.',
  ])
})

test('nothing a name can hold ends up as markup', async () => {
  const [strategy] = data.config.strategies
  const evil = `</script><img src=x onerror=alert(1)>'"&`
  const faults = [
    { strategy_id: evil, handler: 'onBar', code: 'threw' as const, message: evil, line: evil, ts_us: 0 },
  ]
  const strategies = strategy === undefined ? [] : [{ ...strategy, source: evil, params: { evil } }]
  const prices = data.prices.map((series) => ({ ...series, price_name: evil }))
  const evilData = { ...data, faults, prices, config: { ...data.config, session: evil, strategies } }
  const text = reportPage(evilData, evil, await loadAssets())
  expect(text).not.toContain('<img')
  expect(text.match(/<\/script>/g)?.length).toBe(2)
  expect(text).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&quot;&amp;')
})

test('every tag that is opened is closed', () => {
  const body = page.replaceAll(/<(script|style)[^>]*>.*?<\/\1>/gs, '')
  const open: string[] = []
  for (const [, slash, name = ''] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (name === 'meta') continue
    if (slash === '/') expect(open.pop()).toBe(name)
    else open.push(name)
  }
  expect(open).toEqual([])
})

test('every file of the run is named', () => {
  expect([...names, 'report.html'].sort()).toEqual(readdirSync(folder).sort())
})

test('a run that traded nothing has a report too', async () => {
  const { prices, ...recorder } = new ReportRecorder([])
  const { statistics, orders } = result
  const nothing = Object.fromEntries(Object.keys(orders).map((name) => [name, 0])) as typeof orders
  const undefinedFigures = {
    ...statistics,
    trades: 0,
    win_rate: null,
    profit_factor: null,
    average_win: null,
  }
  const empty = {
    result: { ...result, orders: nothing, statistics: undefinedFigures },
    samples: [],
    profits: [],
  }
  const text = reportPage(
    { ...data, ...empty, prices: prices.series(), rows: recorder.rows },
    folder,
    await loadAssets(),
  )
  expect(text).toContain('<dt>Win rate</dt><dd class="value">–</dd>')
  expect(text).toContain('No position was closed.')
  expect(text).not.toMatch(/NaN|undefined</)
  expect(chartsOf(text)).toEqual({
    currency: 'USD',
    equity: [[], [], []],
    profits: { width: 1, columns: [[0.5], [null], [null]] },
    prices: [],
  })
})

test('a market without a spread is told, and one of bids and asks is not', () => {
  const told = (...kinds: readonly string[]) => {
    const sources = kinds.map((kind) => {
      const [price_type, bar] = kind.split(' ')
      return { venue: 'gen', instruments: ['GEN9'], ...(bar ? { kind: bar, price_type } : { kind }) }
    })
    const config = { ...data.config, data: { ...data.config.data, sources } } as ReportData['config']
    return warningsOf({ ...data, config }).filter((text) => text.includes('no spread'))
  }
  const none = ['The data of GEN9.gen has no spread: market orders, and what else took there, paid none.']
  for (const kinds of [['trade'], ['last bar'], ['bid bar'], ['trade', 'ask bar']])
    expect(told(...kinds)).toEqual(none)
  for (const kinds of [['quote'], ['book_level'], ['trade', 'book_order'], ['bid bar', 'ask bar', 'trade']])
    expect(told(...kinds)).toEqual([])
})

test('where last prices alone are the market, who gains by their bounce is told, once for all instruments', () => {
  const told = (...kinds: readonly string[]) => {
    const sources = kinds.map((kind) => {
      const [price_type, bar] = kind.split(' ')
      return { venue: 'gen', instruments: ['GEN8', 'GEN9'], ...(bar ? { kind: bar, price_type } : { kind }) }
    })
    const config = { ...data.config, data: { ...data.config.data, sources } } as ReportData['config']
    return warningsOf({ ...data, config }).filter((text) => text.includes('bounce'))
  }
  const both = [
    'GEN8.gen, GEN9.gen traded at last prices alone: where these bounce between a bid and an ask, orders if touched and limit orders that are immediate or cancel gained up to half of the bounce with each fill.',
  ]
  for (const kinds of [['trade'], ['last bar'], ['trade', 'last bar']]) expect(told(...kinds)).toEqual(both)
  for (const kinds of [['quote', 'trade'], ['book_level', 'trade'], ['bid bar'], ['bid bar', 'ask bar']])
    expect(told(...kinds)).toEqual([])
})

test('triggers and groups that the engine keeps on bars are told, and what the venue keeps is not', () => {
  const used = new OrdersUsed()
  const placed = { venue_id: 'gen', instrument_id: 'GEN9.gen' }
  const rows = Object.assign(Object.create(data.rows) as typeof data.rows, { used })
  const told = (simulation: SimulationConfig, kind = 'bar') => {
    const sources = [{ venue: 'gen', instruments: ['GEN9'], kind, price_type: 'last' }]
    const venues = data.config.venues.map((venue) => ({ ...venue, simulation }))
    const config = { ...data.config, venues, data: { ...data.config.data, sources } } as ReportData['config']
    return warningsOf({ ...data, config, rows }).filter((text) => /closes alone|groups/.test(text))
  }
  expect(told({ takes: 'alpaca' })).toEqual([])
  const triggers =
    'What gen does not watch of triggers and trails, the engine does, and it sees bars at their closes alone: what the bars of GEN9.gen met on their way, it did not.'
  used.onOrder(placed, { order_type: 'stop', time_in_force: 'gtc', terms: PLAIN_TERMS })
  expect(told({ takes: 'alpaca' })).toEqual([triggers])
  expect(told({ takes: 'market_and_limit', bars: 'adaptive' })).toEqual([triggers])
  for (const simulation of [{}, { takes: 'alpaca', bars: 'close' }] as const)
    expect(told(simulation)).toEqual([])
  expect(told({ takes: 'alpaca' }, 'quote')).toEqual([])
  const joins = { ...PLAIN_TERMS, group_counter: 1, group_type: 'oco' } as const
  const sent = { type: 'new_order_single', venue_id: 'gen' } as const
  const ends = (incarnation: number, terms: OrderTerms) => {
    used.onCommand({ ...sent, terms } as NewOrderSingle)
    used.onOrder({ ...placed, incarnation }, { order_type: 'limit', time_in_force: 'gtc', terms: joins })
  }
  // One that its venue keeps, and one that was held, and canceled.
  ends(1, joins)
  used.onOrder({ ...placed, incarnation: 0 }, { order_type: 'limit', time_in_force: 'gtc', terms: joins })
  expect(told({ takes: 'all_and_oco' })).toEqual([])
  ends(1, PLAIN_TERMS)
  const groups = (why: string) =>
    `1 order at gen joined groups that the engine kept: it hears of the trades inside a bar behind it, and a bar of GEN9.gen that met two orders of a group traded both, as far as they did not only reduce. ${why}`
  const others = groups('Under takes: all_and_contingent the venue keeps them.')
  expect(told({ takes: 'all' })).toEqual([others])
  expect(told({ takes: 'alpaca' })).toEqual([triggers, others])
  expect(told({})).toEqual([
    groups(
      'The venue keeps those alone that the gate has room for, with all their orders, as they are asked for.',
    ),
  ])
  for (const [simulation, kind] of [
    [{ bars: 'close' }, 'bar'],
    [{ takes: 'all' }, 'quote'],
  ] as const)
    expect(told(simulation, kind)).toEqual([])
})

test('orders that wait for a last price are told where the data has none', () => {
  const used = new OrdersUsed()
  const by = (trigger_method: 'last' | 'mid') => ({
    order_type: 'stop' as const,
    time_in_force: 'gtc' as const,
    terms: { ...PLAIN_TERMS, trigger_method },
  })
  for (const instrument_id of ['GEN1.gen', 'GEN1.gen', 'GEN2.gen'])
    used.onOrder({ venue_id: 'gen', instrument_id }, by('last'))
  used.onOrder({ venue_id: 'gen', instrument_id: 'GEN3.gen' }, by('mid'))
  const rows = Object.assign(Object.create(data.rows) as typeof data.rows, { used })
  const told = (...more: ReportData['config']['data']['sources']) => {
    const sources = [...data.config.data.sources, ...more]
    const config = { ...data.config, data: { ...data.config.data, sources } }
    return warningsOf({ ...data, config, rows }).filter((text) => text.includes('no last price'))
  }
  const first = 'The data of GEN1.gen has no last price: the trigger of 2 orders by it could never be met.'
  const second = 'The data of GEN2.gen has no last price: the trigger of 1 order by it could never be met.'
  expect(told()).toEqual([first, second])
  expect(told({ venue: 'gen', kind: 'trade', instruments: ['GEN1'] })).toEqual([second])
  const bars = { venue: 'gen', kind: 'bar', interval_us: 60_000_000, instruments: ['GEN2'] } as const
  expect(told({ ...bars, instruments: ['GEN2'], price_type: 'last' })).toEqual([first])
  expect(told({ ...bars, instruments: ['GEN2'], price_type: 'bid' })).toEqual([first, second])
})

test('that a residual was filled one increment worse is said where the fill model does so, and nowhere else', () => {
  const { rows } = data
  const [venue] = data.config.venues
  if (venue === undefined) throw new Error('a run has a venue')
  const told = (simulation: NonNullable<typeof venue.simulation>) => {
    const config = { ...data.config, venues: [{ ...venue, simulation }] }
    const counted = Object.assign(Object.create(rows) as typeof rows, {
      residual_counts: new Map([[venue.id, 2]]),
    })
    return warningsOf({ ...data, config, rows: counted }).filter((text) =>
      text.includes('one price increment'),
    )
  }
  expect(told({})).toEqual([
    '2 market orders were larger than the size shown: the rest was filled one price increment worse, whatever the real book held.',
  ])
  expect(told({ fills: { model: 'top_of_book' } })).toEqual([])
  expect(told({ book: 'book_level' })).toEqual([])
})
