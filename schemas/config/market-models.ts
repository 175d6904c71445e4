// How a simulated exchange fills, queues and presses on prices, by one of the models there are or by a user's own.

import Type, { type Static } from 'typebox'
import { Count, closed, Decimal, Probability, Source } from './field-types.ts'

/** What an author's model is found by. */
const authored = {
  model: Type.Literal('custom', { description: 'One of your own.' }),
  source: Source({
    description: 'File and exported name: models/half.ts#half, relative to the configuration file.',
  }),
  params: Type.Record(Type.String(), Type.Unknown(), {
    description: "Parameters, validated by the model's own schema.",
    default: {},
  }),
}

export const FillsConfig = Type.Union(
  [
    Type.Object(
      {
        model: Type.Literal('residual_worse', {
          description: 'What is not shown trades one increment worse.',
        }),
      },
      closed('What is shown, and the whole residual of a market order one price increment worse.'),
    ),
    Type.Object(
      { model: Type.Literal('top_of_book', { description: 'What is not shown does not trade.' }) },
      closed('What is shown at the touch and nothing more; the rest of a market order is canceled.'),
    ),
    Type.Object(
      { model: Type.Literal('walk_book', { description: 'As many levels as the book has.' }) },
      closed('What is shown on each level an order reaches; the rest of a market order is canceled.'),
    ),
    Type.Object(
      {
        model: Type.Literal('participation', { description: 'A share of what is shown.' }),
        participation_max: Probability({
          description: 'Share of what is shown that all orders together may take, 0 to 1.',
        }),
      },
      closed('A share of what is shown at the touch; the rest of a market order is canceled.'),
    ),
    Type.Object(
      {
        model: Type.Literal('probabilistic', { description: 'By chance, from the seed.' }),
        slip_probability: Probability({
          description: 'Chance that a market order fills one increment worse than shown.',
          default: '0',
        }),
        touch_probability: Probability({
          description:
            'Chance that a resting limit order is filled when its own side, or a last price, touches its price.',
          default: '0',
        }),
      },
      closed('As residual_worse, with slippage and fills on touch by chance.'),
    ),
    Type.Object(authored, closed('A model of fills that a file of yours defines.')),
  ],
  {
    description:
      'How much of what is shown an order gets; absent: residual_worse, and in a deeper book walk_book.',
  },
)
export type FillsConfig = Static<typeof FillsConfig>

export const QueueConfig = Type.Union(
  [
    Type.Object(
      { model: Type.Literal('none', { description: 'Nobody stands in front.' }) },
      closed('A resting order has no queue of others ahead of it.'),
    ),
    Type.Object(
      { model: Type.Literal('conservative', { description: 'The whole level stands in front.' }) },
      closed('A resting order stands behind all that is shown at its price, and only trades use that up.'),
    ),
    Type.Object(
      {
        model: Type.Literal('by_position', {
          description: 'Cancellations come from in front and from behind.',
        }),
        weight: Type.Union(
          [Type.Literal('linear'), Type.Literal('square'), Type.Literal('cube'), Type.Literal('logarithm')],
          {
            description:
              'f in f(ahead) : f(behind), the proportion in which what is taken back at a level stood in front of the order and behind it.',
            default: 'square',
          },
        ),
      },
      closed('As conservative, but of what is taken back at the level the expected part stood in front.'),
    ),
    Type.Object(
      { model: Type.Literal('exact', { description: 'As the book by order says.' }) },
      closed('The place of a resting order is known; for a book by order alone.'),
    ),
  ],
  {
    description:
      'Where resting limit orders stand in the queue of their price; absent: none on quotes, conservative in a book by price, exact in a book by order.',
  },
)
export type QueueConfig = Static<typeof QueueConfig>

const pressing = {
  increments: Decimal({
    description: 'Price increments by which prices are worse once `quantity` has just been taken.',
  }),
  quantity: Decimal({ description: 'Quantity that presses by `increments`.' }),
  half_life_us: Count({
    description: 'Time in which half of what passes has passed, microseconds.',
    // A minute: what is known of how fast a book fills again lies between seconds and minutes.
    default: 60_000_000,
  }),
  permanent_share: Probability({
    description: 'Share of what is taken whose pressure does not pass, 0 to 1.',
    default: '0',
  }),
}

export const ImpactConfig = Type.Union(
  [
    Type.Object(
      { model: Type.Literal('linear', { description: 'In proportion to what was taken.' }), ...pressing },
      closed('What orders took presses on the price of their side in proportion.'),
    ),
    Type.Object(
      {
        model: Type.Literal('square_root', { description: 'With the square root of what was taken.' }),
        ...pressing,
      },
      closed('What orders took presses on the price of their side with its square root.'),
    ),
    Type.Object(authored, closed('A model of impact that a file of yours defines.')),
  ],
  { description: 'What trades of own orders do to the prices that later ones meet; absent: nothing.' },
)
export type ImpactConfig = Static<typeof ImpactConfig>

export type QueueWeight = Extract<QueueConfig, { model: 'by_position' }>['weight']
