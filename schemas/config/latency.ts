// How long messages and rows are under way, as a configuration says it: the same for each, drawn from a distribution, or
// taken from a recording.

import Type, { type Static } from 'typebox'
import { closed, SIGMA } from './field-types.ts'

const Us = (description: string) => Type.Integer({ minimum: 0, description })
const Least = Type.Integer({ minimum: 0, description: 'No delay is shorter.', default: 0 })
const Most = Us('No delay is longer.')

/** Delays a recording may hold: what is longer belongs to a distribution. */
export const RECORDED_DELAYS_MAX = 100_000

export const DelayModel = Type.Union(
  [
    Type.Object(
      {
        model: Type.Literal('uniform', { description: 'Any delay of a range, each as likely.' }),
        min_us: Least,
        max_us: Most,
      },
      closed('Any delay between the two, each as likely.'),
    ),
    Type.Object(
      {
        model: Type.Literal('exponential', { description: 'Waiting for what comes at random.' }),
        mean_us: Type.Integer({
          minimum: 1,
          description: 'Mean of what comes on top of the shortest delay.',
        }),
        min_us: Least,
        max_us: Most,
      },
      closed('The shortest delay and an exponential one on top, cut off at the longest.'),
    ),
    Type.Object(
      {
        model: Type.Literal('normal', { description: 'Around a mean.' }),
        mean_us: Us('Mean before the distribution is cut off.'),
        deviation_us: Type.Integer({
          minimum: 1,
          description: 'Standard deviation before the distribution is cut off.',
        }),
        min_us: Least,
        max_us: Most,
      },
      closed('Normal, cut off at the shortest and the longest delay.'),
    ),
    Type.Object(
      {
        model: Type.Literal('lognormal', { description: 'Around a median, with a long tail.' }),
        median_us: Type.Integer({ minimum: 1, description: 'Median before the distribution is cut off.' }),
        sigma: Type.String({
          pattern: SIGMA,
          text: 'decimal',
          description:
            'Standard deviation of the logarithm: 0.5 puts a sixth of the delays above 1.65 medians.',
        }),
        min_us: Least,
        max_us: Most,
      },
      closed('Lognormal, cut off at the shortest and the longest delay.'),
    ),
    Type.Object(
      {
        model: Type.Literal('recorded', { description: 'Measured delays, one after the other.' }),
        file: Type.Optional(
          Type.String({
            minLength: 1,
            text: 'path',
            description: 'CSV file of the delays in microseconds, one a line, under the header delay_us.',
          }),
        ),
        delays_us: Type.Optional(
          Type.Array(Us('One delay, microseconds.'), {
            minItems: 1,
            description: 'The delays themselves, in place of a file. Behind the last comes the first again.',
          }),
        ),
      },
      closed(
        'Measured delays in their order, from a file or in place; behind the last comes the first again.',
      ),
    ),
  ],
  { description: 'A delay that differs from message to message, drawn from the seed of the session.' },
)
export type DelayModel = Static<typeof DelayModel>

type DelayOptions = { readonly description: string; readonly default?: number; readonly as_field?: string }

/** Microseconds, the same for each, or a model of them. `as_field` names the field whose models a guide lists. */
const Delay = (options: DelayOptions) =>
  Type.Union(
    [Type.Integer({ minimum: 0, description: 'The same for each, microseconds.' }), ...DelayModel.anyOf],
    { ...options },
  )

const SUBMIT = 'venues[].latency.submit_us'

export const LatencyConfig = Type.Object(
  {
    submit_us: Delay({ description: 'Orders, from the node to the exchange, microseconds.', default: 0 }),
    cancel_us: Type.Optional(
      Delay({ description: 'Cancel requests; absent: as orders, and in turn with them.', as_field: SUBMIT }),
    ),
    replace_us: Type.Optional(
      Delay({ description: 'Replace requests; absent: as orders, and in turn with them.', as_field: SUBMIT }),
    ),
    report_us: Delay({
      description: 'Reports, from the exchange to the node, microseconds.',
      default: 0,
      as_field: SUBMIT,
    }),
    data_us: Type.Optional(
      Delay({
        description:
          'Rows, from the exchange to the node, in a backtest of imported history; absent: 0. Live rows have a latency of their own.',
        as_field: SUBMIT,
      }),
    ),
  },
  closed('How long orders, reports and rows are under way.', { default: {} }),
)
export type LatencyConfig = Static<typeof LatencyConfig>
export type DelayConfig = LatencyConfig['submit_us']
