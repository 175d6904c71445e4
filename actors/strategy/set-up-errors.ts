// What is wrong with what a strategy asks for before it runs: its instruments, bars, indicators and signals.

import { BAR_PRICE_TYPES } from '../../schemas/messages/market.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export function unknownInstrument(instrument_id: string): OperatingError {
  return new OperatingError({
    code: 'strategy.unknown_instrument',
    reason: 'usage',
    what: `${instrument_id} is asked for, and no data source or strategy of the configuration names it.`,
    where: 'strategies',
    remedy: 'Add it to data.sources and to the instruments of the strategy.',
  })
}

export function badInterval(strategy_id: string, name: string, interval_us: number): OperatingError {
  return new OperatingError({
    code: 'strategy.bad_bar_interval',
    reason: 'usage',
    what: `The bars ${name} of ${strategy_id} are ${interval_us} us long.`,
    where: `strategies.${strategy_id}`,
    remedy: 'Ask for bars of whole seconds, in microseconds: 60000000 is a minute.',
  })
}

export function badPriceType(strategy_id: string, name: string, price_type: string): OperatingError {
  return new OperatingError({
    code: 'strategy.bad_bar_price_type',
    reason: 'usage',
    what: `The bars ${name} of ${strategy_id} are of the price type ${price_type}, which is unknown.`,
    where: `strategies.${strategy_id}`,
    remedy: `Use one of: ${BAR_PRICE_TYPES.join(', ')}.`,
  })
}

/** A strategy whose bars never come would wait for ever, silently. */
export function noSource(
  strategy_id: string,
  name: string,
  instrument_id: string,
  price_type: string,
): OperatingError {
  const kind = price_type === 'last' ? 'trade' : 'quote'
  return new OperatingError({
    code: 'strategy.no_source',
    reason: 'usage',
    what: `The bars ${name} of ${strategy_id} are ${price_type} bars of ${instrument_id}, which no data source gives.`,
    where: `strategies.${strategy_id}`,
    remedy: `Add ${instrument_id} to a source of kind ${kind} in data.sources, or import such bars and add their source.`,
  })
}

export function known<Value>(map: ReadonlyMap<string, Value>, name: string, who: string): Value {
  const value = map.get(name)
  if (value !== undefined) return value
  throw new OperatingError({
    code: 'strategy.unknown_name',
    reason: 'usage',
    what: `The ${who} refers to '${name}', which is not there.`,
    where: 'strategies',
    remedy: `Use one of: ${[...map.keys()].join(', ') || 'none defined'}.`,
  })
}
