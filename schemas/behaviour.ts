// The number of what the code decides where its schemas stay as they are. A journal says under which it was written, and
// is run again under that one: a change that alters a decision raises the number and is asked for where it acts, so that
// what was written before comes out as it did.

/**
 * 1: as the journals say that name none.
 * 2: in a backtest a bar's volume trades once: buys and sells share it, and so does all that happens on the way to a price.
 */
export const BEHAVIOUR = 2

/** From which number on a change holds. */
export const SINCE_BEHAVIOUR = { bar_volume_once: 2 } as const

/** Of a journal's header; those of before there was a number name none. */
export const BEHAVIOUR_UNNAMED = 1
