// What a session has that a backtest has not: feeds, bus, journal, policies.

import Type, { type Static } from 'typebox'
import { Count, closed, Decimal, Token } from './field-types.ts'

const feedFields = {
  venue: Token({ description: 'Id of the venue whose rows it brings.' }),
}

export const FeedConfig = Type.Union(
  [
    Type.Object(
      {
        ...feedFields,
        kind: Type.Literal('generator', { description: 'A seeded random market, in real time.' }),
        rows_per_s: Type.Integer({
          minimum: 1,
          maximum: 100_000,
          description: 'Quotes a second of each instrument, on average.',
          default: 10,
        }),
      },
      closed('Quotes of a generated market.'),
    ),
    Type.Object(
      {
        ...feedFields,
        kind: Type.Literal('history', {
          description: 'The history in the tick store, data.from to data.to.',
        }),
      },
      closed('A stored history, replayed.'),
    ),
    Type.Object(
      {
        ...feedFields,
        kind: Type.Literal('bus', { description: 'What programs publish on the bus: docs/market-data.md.' }),
      },
      closed('Quotes and trades from the bus.'),
    ),
    Type.Object(
      {
        ...feedFields,
        kind: Type.Literal('exchange', { description: 'What the exchange process itself sends.' }),
      },
      closed('Rows of the simulated exchange in its own process.'),
    ),
  ],
  { description: 'Where the rows of one venue come from, by kind.' },
)
export type FeedConfig = Static<typeof FeedConfig>

export const LiveConfig = Type.Object(
  {
    environment: Token({ description: 'First word of every subject on the bus.', default: 'paper' }),
    feeds: Type.Array(FeedConfig, { description: 'One feed a venue.', default: [] }),
    speed: Decimal({
      description:
        'How many times as fast as the wall its clock runs; other than 1 for generator and history only.',
      default: '1',
    }),
    exchange: Type.Optional(
      Type.String({
        pattern: '^tcp://(127\\.0\\.0\\.1|localhost|\\[::1\\]):\\d{1,5}$',
        description:
          'The simulated exchange in a process of its own (orrery exchange): tcp://127.0.0.1:4760. Absent: in the node.',
      }),
    ),
    record: Type.Boolean({
      description: 'Whether a recorder, a process of its own, puts the raw rows into the tick store.',
      default: true,
    }),
    recorder: Type.Union([Type.Literal('beside'), Type.Literal('bus')], {
      description:
        'beside: the session starts a recorder on its machine; bus: raw rows go over the bus to the one of the installation, orrery recorder.',
      default: 'beside',
    }),
    snapshot_inputs: Count({ description: 'Inputs between two snapshots.', default: 100_000 }),
    archive: Type.Optional(
      Type.Object(
        {
          epochs_kept: Count({
            description: 'How many of the newest epochs are left as they are; the last one always is.',
            default: 3,
          }),
          days_kept: Type.Optional(
            Count({
              description: 'orrery sessions prune removes archived epochs that ended longer ago, days.',
            }),
          ),
        },
        closed('When the session has ended, its older epochs are packed. Absent: only when asked to.'),
      ),
    ),
    reconcile_interval_ms: Count({
      description: "How often the venues' books are compared with ours, milliseconds.",
      default: 10_000,
    }),
    absence_grace_ms: Count({
      description:
        'How long after a connection an order that a venue does not know may still turn up, milliseconds.',
      default: 1_000,
    }),
    takeover_grace_ms: Count({
      description: 'The same after a standby has taken over, from the end of the lease before, milliseconds.',
      default: 5_000,
    }),
    lease_margin_ms: Count({
      description: 'An order leaves only this long before the lease ends, milliseconds.',
      default: 500,
    }),
    on_stop: Type.Union([Type.Literal('cancel'), Type.Literal('keep')], {
      description: 'What a graceful stop does with resting orders.',
      default: 'cancel',
    }),
    stop_timeout_ms: Count({
      description: 'How long a graceful stop waits for cancels, milliseconds.',
      default: 10_000,
    }),
  },
  closed('What only live and paper sessions need.', { default: {} }),
)
export type LiveConfig = Static<typeof LiveConfig>
