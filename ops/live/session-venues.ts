// The venues of a paper session: the simulated exchange in this process with a ledger beside the session's journal, or
// the one in a process of its own that the configuration names. A node without accounts has none.

import { exchangeAddress } from '../../adapters/paper-venue/frame-link.ts'
import { TcpConnection } from '../../adapters/paper-venue/tcp-connection.ts'
import type { SessionClock } from '../../adapters/session-clock/session-clock.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { VenueConnection } from '../../engine/live/venue-connection.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { timeUs } from '../../schemas/units.ts'
import { capabilitiesOf } from '../../sim/exchange/orders/capability-tables.ts'
import { auctionsHeld } from '../../sim/exchange/phases/venue-market.ts'
import type { RowPlace } from '../../sim/paper-venue/history-books.ts'
import { InProcessConnection } from '../../sim/paper-venue/in-process-connection.ts'
import type { HostedModels } from '../../sim/paper-venue/ledger-header.ts'
import { MarketDesk } from '../../sim/paper-venue/market-desk.ts'
import { openHostedExchange } from './hosted-exchange.ts'
import type { NodePlace } from './node-place.ts'
import { exchangeLedger } from './session-folder.ts'
import type { RowVenue } from './venue-first.ts'

export type SessionVenuesOptions = {
  readonly config: Config
  readonly place: Pick<NodePlace, 'accounts'>
  readonly instruments: readonly InstrumentSpec[]
  readonly folder: string
  readonly clock: SessionClock
  /** What an exchange in this process is to call. */
  readonly authored: HostedModels
  /** What the sources of its models are relative to. */
  readonly base_directory: string
  readonly onAlert: (alert: Alert) => void
  readonly onFailure: (error: unknown) => void
}

export type SessionVenues = {
  readonly connections: readonly VenueConnection[]
  /** The exchange in this process, and how far it has taken the rows of a venue with a book. */
  readonly rows?: RowVenue
  readonly placeOf?: (venue_id: VenueId) => RowPlace | undefined
  readonly absence_grace_ms: number
  /** Of an exchange in this process: where an operator acts upon its market. */
  readonly market?: MarketDesk
  close(): Promise<void>
}

export async function sessionVenues(options: SessionVenuesOptions): Promise<SessionVenues> {
  const { exchange } = options.config.live
  if (options.place.accounts.length === 0)
    return { connections: [], absence_grace_ms: 0, close: () => Promise.resolve() }
  return exchange === undefined ? inProcess(options) : overTcp(options, exchange)
}

async function inProcess(options: SessionVenuesOptions): Promise<SessionVenues> {
  const { config, folder, clock } = options
  const { driver, close } = await openHostedExchange({
    ...options,
    ledger: exchangeLedger(folder),
    clockFrom: () => clock,
    onNoSnapshots: (what) => tellNoSnapshots(options, what),
  })
  return {
    connections: config.venues.map(({ id }) => new InProcessConnection(id as VenueId, driver)),
    rows: driver,
    placeOf: (venue_id) => driver.host.books.history.placeOf(venue_id),
    market: new MarketDesk(driver),
    // Nothing is on its way to an exchange in this process.
    absence_grace_ms: 0,
    close,
  }
}

function tellNoSnapshots({ folder, clock, onAlert }: SessionVenuesOptions, what: string): void {
  onAlert({
    type: 'alert',
    code: 'exchange.no_snapshots',
    severity: 'warning',
    about: exchangeLedger(folder),
    what: `No more snapshots are taken of the simulated exchange: ${what}`,
    remedy: 'The session goes on; started again, the exchange tells more of its ledger again.',
    ts_us: timeUs(clock.now_us()),
  })
}

function overTcp({ config, instruments }: SessionVenuesOptions, url: string): SessionVenues {
  refuseOtherFeeds(config)
  const address = exchangeAddress(url)
  return {
    connections: config.venues.map(
      (venue) =>
        new TcpConnection({
          address,
          venue_id: venue.id as VenueId,
          capabilities: capabilitiesOf(
            venue.simulation,
            auctionsHeld(config.calendars ?? [], venue, instruments),
          ),
          instruments,
        }),
    ),
    absence_grace_ms: config.live.absence_grace_ms,
    close: () => Promise.resolve(),
  }
}

/** Orders would be filled at prices that the node never saw. */
function refuseOtherFeeds({ live }: Config): void {
  const other = live.feeds.find(({ kind }) => kind !== 'exchange')
  if (other === undefined && Number(live.speed) === 1) return
  throw new OperatingError({
    code: 'config.not_the_exchanges_market',
    reason: 'usage',
    what:
      other === undefined
        ? `The exchange in a process of its own runs in real time, and the session at speed ${live.speed}.`
        : `The exchange in a process of its own has its own market, and the rows of ${other.venue} come from a feed of kind ${other.kind}.`,
    where: other === undefined ? 'live.speed' : 'live.feeds',
    remedy: 'Give every venue a feed of kind exchange and leave live.speed at 1, or remove live.exchange.',
  })
}
