// The simulated exchange in a process of its own: its ledger, its market, its clock, its door. It is one exchange for all
// venues of a configuration and outlives the sessions that trade on it.

import { join } from 'node:path'
import { SessionClock } from '../../adapters/session-clock/session-clock.ts'
import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { FeedClock, FeedSink, MarketFeed } from '../../engine/market-feed-port.ts'
import { assert } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { HostedModels } from '../../sim/paper-venue/ledger-header.ts'
import { MarketDesk } from '../../sim/paper-venue/market-desk.ts'
import type { Heartbeats } from '../../sim/paper-venue/venue-peer.ts'
import { VenueServer } from '../../sim/paper-venue/venue-server.ts'
import { generatorFeed, quotedInstruments } from '../live/generated-market.ts'
import { openHostedExchange } from '../live/hosted-exchange.ts'
import { refuseAllBooks } from '../live/refuse-books.ts'
import { type ListenAddress, listen } from './listen.ts'

export type ExchangeOptions = {
  readonly config: Config
  readonly authored: HostedModels
  /** Folder of the ledger. */
  readonly ledger: string
  /** What the sources of its models are relative to. */
  readonly base_directory: string
  readonly listen: ListenAddress
  /** Quotes a second of each instrument, on average. */
  readonly rows_per_s: number
  readonly heartbeats?: Heartbeats
  readonly onFailure: (error: unknown) => void
  /** No more snapshots are taken of it; it goes on. */
  readonly onNoSnapshots: (what: string) => void
}

export type Exchange = {
  /** `tcp://127.0.0.1:4760`, as live.exchange takes it. */
  readonly url: string
  readonly server: VenueServer
  /** Where an operator acts upon its market. */
  readonly market: MarketDesk
  close(): Promise<void>
}

export async function openExchange(options: ExchangeOptions): Promise<Exchange> {
  const { config, rows_per_s, heartbeats } = options
  refuseOtherSpeed(config)
  refuseAllBooks(config)
  const clockFrom = (journaled_us: number) => new SessionClock({ journaled_us, speed: 1 })
  const { driver, clock, close: closeBooks } = await openHostedExchange({ ...options, clockFrom })
  const { accounts } = config
  const server = new VenueServer({ driver, accounts, clock, ...(heartbeats !== undefined && { heartbeats }) })
  const door = await listen(options.listen, (pipe) => server.accept(pipe))
  const feeds = marketOf(config, rows_per_s, driver.host.specs, clock)
  for (const feed of feeds) await feed.start(shownBy(server))
  const close = async () => {
    await Promise.all(feeds.map((feed) => feed.close()))
    server.close()
    await door.close()
    await closeBooks()
  }
  return { url: urlOf(door.address), server, market: new MarketDesk(driver), close }
}

/** A venue of which no quotes are read has no market. */
function marketOf(
  config: Config,
  rows_per_s: number,
  instruments: readonly InstrumentSpec[],
  clock: FeedClock,
): MarketFeed[] {
  return config.venues
    .filter(({ id }) => quotedInstruments(config, id, instruments).length > 0)
    .map(({ id }) => generatorFeed({ config, venue: id, rows_per_s, instruments, clock }))
}

function urlOf({ host, port }: ListenAddress): string {
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Where the ledger of a configuration's exchange lies; no session's folder can have this name. */
export function ledgerFolder({ journal }: Pick<Config, 'journal'>): string {
  return join(journal.directory, 'exchange-ledger')
}

function shownBy(server: VenueServer): FeedSink {
  return {
    room: Number.POSITIVE_INFINITY,
    quote: (quote: ConflatedQuote) => {
      server.quote(quote)
      return 'queued'
    },
    row: () => 'queued',
    book: () => {
      assert(false, 'a generated market has no book')
    },
    refused: () => undefined,
    numbered: () => undefined,
    behind: () => undefined,
    event: () => undefined,
  }
}

/** Two clocks that run faster than the wall would not agree. */
function refuseOtherSpeed({ live }: Config): void {
  if (Number(live.speed) === 1) return
  throw new OperatingError({
    code: 'exchange.other_speed',
    reason: 'usage',
    what: `An exchange in a process of its own runs in real time, and the configuration asks for speed ${live.speed}.`,
    where: 'live.speed',
    remedy: 'Set live.speed to 1, or let the exchange run in the process of the session.',
  })
}
