// A price history thinned for drawing, in bounded memory and one pass: spans of equal length, of each the lowest and the
// highest price, so that no spike is lost. The spans double in length whenever there are too many.

const BUCKETS_MAX = 2_000

type Bucket = { start_us: number; low: number; low_us: number; high: number; high_us: number }

export type Point = { readonly ts_us: number; readonly price: number }

export class ExtremeBuckets {
  #interval_us = 1
  #buckets: Bucket[] = []
  #end_us = Number.NEGATIVE_INFINITY

  /** Rows in order of time. */
  add(times_us: Float64Array, prices: Float64Array, count: number): void {
    let bucket = this.#buckets.at(-1)
    for (let i = 0; i < count; i++) {
      const ts_us = times_us[i] as number
      const price = prices[i] as number
      if (bucket === undefined || ts_us >= this.#end_us) {
        bucket = this.#open(ts_us, price)
      } else if (price < bucket.low) {
        bucket.low = price
        bucket.low_us = ts_us
      } else if (price > bucket.high) {
        bucket.high = price
        bucket.high_us = ts_us
      }
    }
  }

  /** At most two per span, in rising time. */
  points(): Point[] {
    return this.#buckets.flatMap(({ low, low_us, high, high_us }) => {
      const bottom = { ts_us: low_us, price: low }
      const top = { ts_us: high_us, price: high }
      if (low_us === high_us) return [top]
      return low_us < high_us ? [bottom, top] : [top, bottom]
    })
  }

  #open(ts_us: number, price: number): Bucket {
    while (this.#buckets.length >= BUCKETS_MAX) this.#double()
    const start_us = Math.floor(ts_us / this.#interval_us) * this.#interval_us
    this.#end_us = start_us + this.#interval_us
    const last = this.#buckets.at(-1)
    if (last?.start_us === start_us) return extended(last, price, ts_us)
    const bucket = { start_us, low: price, low_us: ts_us, high: price, high_us: ts_us }
    this.#buckets.push(bucket)
    return bucket
  }

  #double(): void {
    this.#interval_us *= 2
    const merged: Bucket[] = []
    for (const bucket of this.#buckets) {
      const start_us = Math.floor(bucket.start_us / this.#interval_us) * this.#interval_us
      const last = merged.at(-1)
      if (last?.start_us !== start_us) merged.push({ ...bucket, start_us })
      else {
        extended(last, bucket.low, bucket.low_us)
        extended(last, bucket.high, bucket.high_us)
      }
    }
    this.#buckets = merged
  }
}

function extended(bucket: Bucket, price: number, ts_us: number): Bucket {
  if (price < bucket.low) {
    bucket.low = price
    bucket.low_us = ts_us
  }
  if (price > bucket.high) {
    bucket.high = price
    bucket.high_us = ts_us
  }
  return bucket
}
