// A session whose orders a backtest over its recording must repeat: its strategy reads neither fills nor positions.

import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { isRowRecord, readInput } from '../../engine/input-codec.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { must } from '../../schemas/assert.ts'
import { isoTime } from '../../schemas/units.ts'
import { runCli } from '../cli/run-cli.test-support.ts'

const STRATEGY = `import { defineStrategy, Type } from 'orrery'
export const heedless = defineStrategy({
  name: 'heedless',
  params: Type.Object({}),
  state: () => ({ seen: 0 }),
  onQuote(ctx, quote) {
    ctx.state.seen += 1
    if (ctx.state.seen % 40 !== 0) return
    const side = quote.bid_price_units % 2 === 0 ? 'buy' : 'sell'
    ctx.submit({ instrument: quote.instrument_id, side, quantity_units: 1000 * (1 + (quote.ask_price_units % 3)) })
  },
})
`

/** A new folder with the session as `c.yaml`; `more` are lines of its configuration. */
export async function heedlessFolder(
  session: string,
  rows_per_s: number,
  live = '',
  more = '',
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-recorded-'))
  await writeFile(join(folder, 's.ts'), STRATEGY)
  await writeFile(join(folder, 'c.yaml'), configText(session, rows_per_s, live, more))
  return folder
}

/** The orders it asks for, as lines of a paper session show them: counter, side, quantity. */
export class AskedOrders {
  readonly #orders: (readonly [counter: string, side: string, quantity: string])[] = []

  readonly note = (line: string): void => {
    const match = ORDER_LINE.exec(line)
    if (match !== null)
      this.#orders.push([match[3] ?? '', match[1] ?? '', (match[2] ?? '').replaceAll(',', '')])
  }

  /** As they were asked for: of one that the gate denies a line tells at once, of one that leaves when its venue has answered. */
  get inTurn(): (readonly string[])[] {
    return this.#orders.toSorted(([one], [other]) => Number(one) - Number(other))
  }
}

/** Some are denied: the first quotes may come before the venue's books have matched. */
const ORDER_LINE =
  /(?:accepted|not sent|rejected|denied) +(buy|sell) +(\S+) EURUSD\.fxcm +(?:\w+-\d+-heedless-|heedless\/)(\d+)\b/

/** An order as counter, side and quantity. */
export type BacktestOrder = { readonly order: readonly string[]; readonly submitted: string }

/** The orders of a backtest over what a session processed, run in `folder`. */
export async function backtested(folder: string, session: string): Promise<BacktestOrder[]> {
  const { exit_code, stderr } = runCli(['backtest', 'c.yaml', ...processed(session), '--out', 'again'], {
    cwd: folder,
  })
  if (exit_code !== 0 || stderr !== '') throw new Error(`the backtest ended with ${exit_code}: ${stderr}`)
  const text = await readFile(join(folder, 'again', 'orders.csv'), 'utf8')
  const [head = '', ...rows] = text.trim().split('\n')
  const cell = (row: string, name: string) => row.split(',')[head.split(',').indexOf(name)] ?? ''
  return rows.map((row) => ({
    order: [cell(row, 'order_counter'), cell(row, 'side'), cell(row, 'quantity')],
    submitted: cell(row, 'submitted'),
  }))
}

export function processed(session: string, to = '2100-01-01'): string[] {
  return [`data.processed=${session}/${session}`, 'data.from=2020-01-01', `data.to=${to}`].flatMap(
    (value) => ['--set', value],
  )
}

/** When a session was told to stop, at its last start. Rows come until its feed has ended and are recorded; on these it orders nothing. */
export async function stopTime(folder: string, session: string): Promise<string> {
  const journal = await openFileJournal({ directory: join(folder, 'runs', session, 'journal') })
  try {
    const { epoch } = must(journal.epochs.at(-1), 'a session has an epoch')
    for await (const { kind, payload } of journal.read(epoch)) {
      if (kind !== RECORD_KIND.input || isRowRecord(payload)) continue
      const { ts_seq_us, input } = readInput(new CanonicalReader(payload), () => 0)
      if (input.type === 'control' && input.command === 'session_stop') return isoTime(ts_seq_us)
    }
  } finally {
    await journal.close()
  }
  throw new Error('the session was not stopped')
}

function configText(session: string, rows_per_s: number, live: string, more: string): string {
  return `session: ${session}
journal: { directory: ./runs }
data: { store: ./ticks, sources: [{ venue: fxcm, kind: quote, instruments: [EURUSD] }] }
live: { ${live} feeds: [{ venue: fxcm, kind: generator, rows_per_s: ${rows_per_s} }] }
venues: [{ id: fxcm }]
accounts:
  - id: main
    venues: [fxcm]
    currency: USD
    balance: 10000000
    leverage_max: "20"
    risk: { order_quantity_max: "100000", order_notional_max: "200000", position_quantity_max: "10000000", order_rate: { orders_max: 100 } }
strategies: [{ id: heedless, source: s.ts#heedless, account: main, instruments: [EURUSD.fxcm] }]
${more}`
}
