// A strategy: its source, account, instruments and parameters.

import Type, { type Static } from 'typebox'
import { closed, Source, Token } from './field-types.ts'

export const StrategyConfig = Type.Object(
  {
    id: Type.String({
      pattern: '^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$',
      description: 'Id of the strategy; short letters and digits, since it is part of every client order id.',
    }),
    source: Source({
      description: 'File and exported name: strategies/ema.ts#emaCross, relative to the configuration file.',
    }),
    account: Token({ description: 'Id of the account it trades on.' }),
    instruments: Type.Array(
      Type.String({
        pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
        description: 'Instrument id <symbol>.<venue>.',
      }),
      { minItems: 1, description: 'What it sees and may trade; intents on anything else are denied.' },
    ),
    params: Type.Record(Type.String(), Type.Unknown(), {
      description: "Parameters, validated by the strategy's own schema.",
      default: {},
    }),
  },
  closed('One strategy and the account it trades on.'),
)
export type StrategyConfig = Static<typeof StrategyConfig>
