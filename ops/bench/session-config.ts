// The session of the live figures, as a user would write it: a generated market, an order every so many quotes.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchBus } from './bench-server.ts'

export type SessionLoad = {
  readonly rows_per_s: number
  readonly seconds: number
  readonly bus?: BenchBus
  /** Address of an exchange in a process of its own, which then has the market; absent: in the session's. */
  readonly exchange?: string
}

/** Quotes from one order to the next: two hundred orders a second at 20,000 ticks. */
const QUOTES_PER_ORDER = 100

/** Writes the configuration into a folder and returns its path. */
export async function sessionConfig(
  folder: string,
  { rows_per_s, bus, exchange }: SessionLoad,
): Promise<string> {
  const path = join(folder, 'session.yaml')
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const source = fileURLToPath(new URL(`./strategies/order-every${extension}`, import.meta.url))
  const copied =
    bus === undefined
      ? 'durability: local'
      : `durability: replicated\nbus: ${bus.url}\nbus_credentials: ${JSON.stringify(bus.credentials)}`
  const market =
    exchange === undefined
      ? `feeds: [{ venue: gen, kind: generator, rows_per_s: ${rows_per_s} }]`
      : `exchange: ${exchange}, feeds: [{ venue: gen, kind: exchange }]`
  await writeFile(
    path,
    `
session: ${bus === undefined ? 'bench' : `bench${rows_per_s}`}
${copied}
data: { sources: [{ venue: gen, kind: quote, instruments: [EURUSD] }] }
live: { ${market} }
venues: [{ id: gen }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 1000000000
    leverage_max: 20
    risk:
      order_quantity_max: 1000000
      order_notional_max: 10000000
      position_quantity_max: 1000000
      order_rate: { orders_max: 1000, window_us: 1 }
strategies:
  - id: s0
    source: ${JSON.stringify(`${source}#orderEvery`)}
    account: main
    instruments: [EURUSD.gen]
    params: { quotes: ${QUOTES_PER_ORDER}, quantity: '1000' }
`,
  )
  return path
}
