// The simulated exchange in a process of its own: its ledger, its market, its clock, its door. It is one exchange for all
// venues of a configuration and outlives the sessions that trade on it.

import { join } from 'node:path'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { SessionClock } from '../../adapters/session-clock/session-clock.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { FeedClock, FeedSink, MarketFeed } from '../../engine/market-feed-port.ts'
import { assert } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { HostDriver } from '../../sim/paper-venue/host-driver.ts'
import { MarketDesk } from '../../sim/paper-venue/market-desk.ts'
import { type HostedModels, VenueHost } from '../../sim/paper-venue/venue-host.ts'
import type { Heartbeats } from '../../sim/paper-venue/venue-peer.ts'
import { VenueServer } from '../../sim/paper-venue/venue-server.ts'
import { generatorFeed, quotedInstruments } from '../live/generated-market.ts'
import { refuseAllBooks } from '../live/refuse-books.ts'
import { type ListenAddress, listen } from './listen.ts'

export type ExchangeOptions = {
  readonly config: Config
  readonly authored: HostedModels
  /** Folder of the ledger. */
  readonly ledger: string
  readonly listen: ListenAddress
  /** Quotes a second of each instrument, on average. */
  readonly rows_per_s: number
  readonly heartbeats?: Heartbeats
  readonly onFailure: (error: unknown) => void
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
  const { config, authored, ledger, rows_per_s, heartbeats, onFailure } = options
  refuseOtherSpeed(config)
  refuseAllBooks(config)
  const journal = await openFileJournal({ directory: ledger })
  const { snapshot_inputs } = config.live
  const host = await VenueHost.open({ config, authored, journal, sha256: nodeSha256, snapshot_inputs })
  const clock = new SessionClock({ journaled_us: host.books.now_us, speed: 1 })
  const driver = new HostDriver({ host, clock, onFailure })
  const { accounts } = config
  const server = new VenueServer({ driver, accounts, clock, ...(heartbeats !== undefined && { heartbeats }) })
  const door = await listen(options.listen, (pipe) => server.accept(pipe))
  const feeds = marketOf(config, rows_per_s, host.specs, clock)
  for (const feed of feeds) await feed.start(shownBy(server))
  const close = async () => {
    await Promise.all(feeds.map((feed) => feed.close()))
    server.close()
    await door.close()
    await driver.close()
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
