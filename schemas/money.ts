// Money inside the engine: exact bigints counting 10^-MONEY_SCALE of a currency. One scale for every currency keeps
// conversions in one place; printing trims to what the currency shows.

/** Fraction digits of ledger money. Eight covers satoshis, and pips times units of every instrument shipped. */
export const MONEY_SCALE = 8

export const ROUNDING_MODES = ['half_even', 'half_up', 'down', 'up', 'floor', 'ceiling'] as const
export type RoundingMode = (typeof ROUNDING_MODES)[number]
