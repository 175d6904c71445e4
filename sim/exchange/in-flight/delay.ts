// How long the messages of one kind are under way, one after the other. The n-th delay is a function of the session's
// seed, the stream's name and n, or the n-th of a recording: all there is to keep is how many there were.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { CounterRandom } from '../../../engine/counter-random.ts'
import { must } from '../../../schemas/assert.ts'
import type { DelayConfig, DelayModel } from '../../../schemas/config/latency.ts'
import { normalQuantile, normalShare } from './normal-quantile.ts'

export class Delay {
  /** Delays given so far. A constant one counts nothing. */
  #count = 0
  readonly #constant_us: number
  readonly #at: ((n: number) => number) | undefined

  constructor(config: DelayConfig, seed: number, name: string) {
    this.#constant_us = typeof config === 'number' ? config : 0
    this.#at = typeof config === 'number' ? undefined : delaysOf(config, seed, name)
  }

  /** Microseconds the next message is under way, a whole number. */
  next(): number {
    return this.#at === undefined ? this.#constant_us : this.#at(this.#count++)
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#count)
  }

  load(reader: CanonicalReader): void {
    this.#count = reader.number()
  }
}

/** The longest delay there can be. */
export function longestDelayUs(config: DelayConfig): number {
  if (typeof config === 'number') return config
  if (config.model !== 'recorded') return config.max_us
  return recordedDelays(config).reduce((longest, delay) => Math.max(longest, delay), 0)
}

function delaysOf(config: DelayModel, seed: number, name: string): (n: number) => number {
  if (config.model === 'recorded') {
    const delays = Float64Array.from(recordedDelays(config))
    return (n) => delays[n % delays.length] as number
  }
  const random = new CounterRandom(seed, name)
  const { min_us, max_us } = config
  const value = distribution(config)
  // A rounding at either end stays within it.
  return (n) => Math.min(max_us, Math.max(min_us, Math.round(value(random.floatAt(n)))))
}

type Distribution = Exclude<DelayModel, { readonly model: 'recorded' }>

/** The quantile function of a distribution that is cut off at both ends: draws between 0 and 1 in, delays out. */
function distribution(config: Distribution): (draw: number) => number {
  const { min_us, max_us } = config
  switch (config.model) {
    case 'uniform':
      return (draw) => min_us - 0.5 + draw * (max_us - min_us + 1)
    case 'exponential': {
      const { mean_us } = config
      const share = -Math.expm1((min_us - max_us) / mean_us)
      return (draw) => min_us - mean_us * Math.log1p(-draw * share)
    }
    case 'normal': {
      const { mean_us, deviation_us } = config
      const cut = cutNormal((min_us - mean_us) / deviation_us, (max_us - mean_us) / deviation_us)
      return (draw) => mean_us + deviation_us * cut(draw)
    }
    case 'lognormal': {
      const { median_us } = config
      const sigma = Number(config.sigma)
      const cut = cutNormal(Math.log(min_us / median_us) / sigma, Math.log(max_us / median_us) / sigma)
      return (draw) => median_us * Math.exp(sigma * cut(draw))
    }
  }
}

/** The standard normal quantile between two values, either of which may be infinite. */
function cutNormal(low: number, high: number): (draw: number) => number {
  const from = normalShare(low)
  const to = normalShare(high)
  return (draw) => normalQuantile(from + draw * (to - from))
}

function recordedDelays(config: Extract<DelayModel, { readonly model: 'recorded' }>): readonly number[] {
  return must(config.delays_us, 'a recording is read with its configuration')
}
