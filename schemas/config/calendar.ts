// The trading calendar of a venue: weekly sessions in the local time of its zone, days without one, and days that end
// early. Configuration alone: what follows from it is worked out in engine/calendar.

import Type, { type Static } from 'typebox'
import { closed } from './field-types.ts'

const TIME_OF_DAY = '^([01]\\d|2[0-3]):[0-5]\\d$'
const DATE = '^\\d{4}-\\d{2}-\\d{2}$'

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

const TimeOfDay = (description: string) => Type.String({ pattern: TIME_OF_DAY, description })
const Day = (description: string) => Type.String({ pattern: DATE, description })

export const CalendarSession = Type.Object(
  {
    days: Type.Array(
      Type.Union(
        [
          Type.Literal('mon'),
          Type.Literal('tue'),
          Type.Literal('wed'),
          Type.Literal('thu'),
          Type.Literal('fri'),
          Type.Literal('sat'),
          Type.Literal('sun'),
        ],
        { description: 'mon, tue, wed, thu, fri, sat or sun.' },
      ),
      { minItems: 1, description: 'Days on which the session opens.' },
    ),
    pre_open: Type.Optional(
      TimeOfDay('From when on orders are taken for the opening, local time; absent: from the opening on.'),
    ),
    open: TimeOfDay('When continuous trading begins: 09:30, local time.'),
    closing_call: Type.Optional(
      TimeOfDay(
        'When continuous trading ends and orders gather for the closing; absent: it lasts to the close.',
      ),
    ),
    close: TimeOfDay('When the session ends, local time; at or before its opening: on the next day.'),
  },
  closed('A session, on each of its days.'),
)
export type CalendarSession = Static<typeof CalendarSession>

export const EarlyClose = Type.Object(
  {
    date: Day('Day on which the sessions open, 2024-11-29.'),
    close: TimeOfDay(
      'When trading ends; of a session into the next day, at or before its opening is on that day. A closing call keeps its length, a session that would open later does not take place.',
    ),
  },
  closed('A day that ends early.'),
)

export const CalendarConfig = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$', description: 'Name of the calendar.' }),
    time_zone: Type.String({
      pattern: '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$',
      description: 'IANA time zone of its local times: America/New_York.',
    }),
    sessions: Type.Array(CalendarSession, {
      minItems: 1,
      description: 'The sessions of a week; they do not overlap.',
    }),
    opening_auction: Type.Boolean({
      description: 'Whether a session opens with an auction.',
      default: false,
    }),
    closing_auction: Type.Boolean({
      description: 'Whether a session closes with an auction.',
      default: false,
    }),
    opening_cutoff_us: Type.Integer({
      minimum: 0,
      description:
        'How long before the opening orders at the opening (opg) are no longer taken, microseconds.',
      default: 0,
    }),
    closing_cutoff_us: Type.Integer({
      minimum: 0,
      description: 'How long before the close orders at the close (cls) are no longer taken, microseconds.',
      default: 0,
    }),
    opening_cancel_cutoff_us: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          'How long before the opening orders at the opening (opg) can no longer be canceled or replaced, microseconds; absent: they are canceled at any time.',
      }),
    ),
    closing_cancel_cutoff_us: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          'How long before the close orders at the close (cls) can no longer be canceled or replaced, microseconds; absent: they are canceled at any time.',
      }),
    ),
    holidays: Type.Array(Day('Day on which no session opens, 2024-12-25.'), {
      description: 'Days without a session, local dates.',
      default: [],
    }),
    early_closes: Type.Array(EarlyClose, { description: 'Days that end early.', default: [] }),
    utc_offsets: Type.Array(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z [+-]\\d{2}:\\d{2}(:\\d{2})?$',
        description:
          '1970-01-01T00:00:00Z -05:00: from this instant on the local clock is so far ahead of UTC.',
      }),
      {
        description:
          'Offsets of the zone, oldest first. Leave it out: the loader fills it in, 1970 to 2100, and a session keeps what it began with.',
        default: [],
      },
    ),
  },
  closed('When a venue or an instrument trades.'),
)
export type CalendarConfig = Static<typeof CalendarConfig>
