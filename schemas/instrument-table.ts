// The definitions shipped with the engine: major currency pairs and gold of the retail venues, bitcoin of coinbase,
// and the market generator's own instruments. Anything else comes from the configuration.

import type { Instrument } from './instrument.ts'

/** Every instrument the engine knows without configuration, by id. */
export function builtInInstruments(): readonly Instrument[] {
  const pairs = ['fxcm', 'oanda', 'gen'].flatMap((venue) =>
    FX_PAIRS.map(([base, quote]) => fxPair(base, quote, venue)),
  )
  const generated = [1, 2, 3, 4, 5].map((number) => generatedInstrument(`GEN${number}`))
  return [...pairs, ...generated, goldOanda(), bitcoinCoinbase()].sort((a, b) =>
    a.instrument_id < b.instrument_id ? -1 : 1,
  )
}

const FX_PAIRS = [
  ['AUD', 'USD'],
  ['EUR', 'CHF'],
  ['EUR', 'GBP'],
  ['EUR', 'JPY'],
  ['EUR', 'USD'],
  ['GBP', 'JPY'],
  ['GBP', 'USD'],
  ['NZD', 'USD'],
  ['USD', 'CAD'],
  ['USD', 'CHF'],
  ['USD', 'JPY'],
] as const

const always = {
  multiplier: '1',
  calendar: 'always',
  time_zone: 'UTC',
  allow_non_positive_price: false,
  short_allowed: true,
}

/** Five decimals, three against the yen: a tenth of a pip. Quantities are whole units of the base currency. */
function fxPair(base: string, quote: string, venue: string): Instrument {
  const scale = quote === 'JPY' ? 3 : 5
  return {
    ...always,
    asset_class: 'fx_pair',
    instrument_id: `${base}${quote}.${venue}`,
    price_scale: scale,
    size_scale: 0,
    increments: [{ price_increment: quote === 'JPY' ? '0.001' : '0.00001' }],
    lot: '1',
    quantity_min: '1',
    quote_currency: quote,
    base_currency: base,
    margin_initial: '0.0333',
    aliases: [{ symbol: venue === 'fxcm' ? `${base}/${quote}` : `${base}_${quote}` }],
  }
}

function generatedInstrument(symbol: string): Instrument {
  return {
    ...always,
    asset_class: 'fx_pair',
    instrument_id: `${symbol}.gen`,
    price_scale: 5,
    size_scale: 0,
    increments: [{ price_increment: '0.00001' }],
    lot: '1',
    quantity_min: '1',
    quote_currency: 'USD',
    base_currency: symbol,
    margin_initial: '0.0333',
    aliases: [],
  }
}

function goldOanda(): Instrument {
  return {
    ...always,
    asset_class: 'cfd',
    instrument_id: 'XAUUSD.oanda',
    price_scale: 3,
    size_scale: 0,
    increments: [{ price_increment: '0.001' }],
    lot: '1',
    quantity_min: '1',
    quote_currency: 'USD',
    underlying: 'XAU',
    margin_initial: '0.05',
    aliases: [{ symbol: 'XAU_USD' }],
  }
}

function bitcoinCoinbase(): Instrument {
  return {
    ...always,
    asset_class: 'crypto_spot',
    instrument_id: 'BTCUSD.coinbase',
    price_scale: 2,
    size_scale: 8,
    increments: [{ price_increment: '0.01' }],
    lot: '0.00000001',
    quantity_min: '0.001',
    quote_currency: 'USD',
    base_currency: 'BTC',
    margin_initial: '1',
    short_allowed: false,
    aliases: [{ symbol: 'BTC-USD' }],
  }
}
