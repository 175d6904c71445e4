// Instrument definitions for tests, complete and valid; a test names only what it is about.

import type { Instrument } from '../schemas/instrument.ts'
import { compileInstrument, type InstrumentSpec } from './instrument-spec.ts'

type FxPairFields = Partial<Extract<Instrument, { asset_class: 'fx_pair' }>>

export function fxPair(fields: FxPairFields = {}): Instrument {
  return {
    asset_class: 'fx_pair',
    instrument_id: 'EURUSD.fxcm',
    price_scale: 5,
    size_scale: 0,
    increments: [{ price_increment: '0.00001' }],
    lot: '1000',
    quantity_min: '1000',
    multiplier: '1',
    quote_currency: 'USD',
    calendar: 'always',
    time_zone: 'UTC',
    allow_non_positive_price: false,
    margin_initial: '0.02',
    short_allowed: true,
    aliases: [],
    base_currency: 'EUR',
    ...fields,
  }
}

export function fxSpec(fields: FxPairFields = {}): InstrumentSpec {
  return compileInstrument(fxPair(fields), 0)
}
