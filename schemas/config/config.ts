// The configuration of a session, as a YAML file holds it. A field with a `default` may be left out of the file; the
// loader fills it in, so the types below are those of the complete, normalised configuration: decimals without
// superfluous zeros, times with microseconds. The `text` annotation says how the loader reads and normalises a string.

import Type, { type Static } from 'typebox'
import { Instrument } from '../instrument.ts'
import { AccountConfig } from './account-config.ts'
import { CalendarConfig } from './calendar.ts'
import { DataConfig } from './data-config.ts'
import { closed, DurationUs, Path } from './field-types.ts'
import { LiveConfig } from './live-config.ts'
import { LimitsConfig, NodeConfig } from './node-config.ts'
import { StrategyConfig } from './strategy-config.ts'
import { VenueConfig } from './venue-config.ts'

export const Config = Type.Object(
  {
    session: Type.String({
      pattern: '^[A-Za-z0-9]{1,12}$',
      description: 'Name of the session, at most 12 letters and digits: it begins every client order id.',
    }),
    seed: Type.Integer({
      minimum: 0,
      description: 'Seed of every named random stream; the same seed gives the same run.',
      default: 1,
    }),
    durability: Type.Union([Type.Literal('deferred'), Type.Literal('local'), Type.Literal('replicated')], {
      description:
        'local: an order waits until its record is on disk; replicated: and until the bus holds a copy; deferred, in backtests only: the journal syncs at the end.',
      default: 'deferred',
    }),
    bus: Type.Optional(
      Type.String({
        pattern: '^(nats|tls)://[A-Za-z0-9._:\\[\\]-]+$',
        description: 'NATS server of a live session: nats://127.0.0.1:4222. Absent: all in this process.',
      }),
    ),
    bus_credentials: Path({
      description: 'Folder of the keys of the roles on the bus, as orrery nats up made it.',
      default: './nats/credentials',
    }),
    bus_tls_ca: Type.Optional(
      Path({
        description:
          "File of the authority that signed the bus's certificate, PEM; absent: those the machine trusts.",
      }),
    ),
    live: LiveConfig,
    journal: Type.Object(
      { directory: Path({ description: 'Folder that holds one folder per run.', default: './runs' }) },
      closed('Where runs are kept.', { default: {} }),
    ),
    data: DataConfig,
    calendars: Type.Optional(
      Type.Array(CalendarConfig, { description: 'Trading calendars, which venues and instruments name.' }),
    ),
    venues: Type.Array(VenueConfig, { minItems: 1, description: 'Venues, in a fixed order.' }),
    accounts: Type.Array(AccountConfig, { minItems: 1, description: 'Accounts, in a fixed order.' }),
    strategies: Type.Array(StrategyConfig, {
      minItems: 1,
      description: 'Strategies; each message reaches them in this order.',
    }),
    nodes: Type.Optional(
      Type.Array(NodeConfig, {
        minItems: 1,
        description:
          'Which node hosts what; every account and every strategy is in exactly one. Absent: one node hosts all.',
      }),
    ),
    bars: Type.Object(
      {
        // Absent, no row of a backtest comes too late for its bar; live it is a fifth of a second.
        close_delay_us: Type.Optional(
          DurationUs({
            description:
              'How long after its end a built bar waits for late rows, microseconds; absent: the longest data latency in a backtest, 200000 live.',
          }),
        ),
      },
      closed('How bars are built.', { default: {} }),
    ),
    limits: LimitsConfig,
    instruments: Type.Array(Instrument, {
      description: 'Definitions beside the built-in ones; the same id here wins.',
      default: [],
    }),
  },
  closed('The configuration of a session.'),
)
export type Config = Static<typeof Config>
