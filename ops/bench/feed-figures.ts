// What the way of a row into a live node costs before it is sequenced: the generated feed, its link, and the raw tape
// with its files.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { openTape } from '../../adapters/recorder/open-tape.ts'
import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import { compileInstrument } from '../../engine/instrument-spec.ts'
import { FeedLink } from '../../engine/live/feed-link.ts'
import type { RawTape } from '../../engine/live/raw-tape-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { GeneratorFeed } from '../../sim/market-generator/generator-feed.ts'
import { MARKET_DEFAULTS } from '../../sim/market-generator/market-generator.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'

const ROWS = 4_000_000
const GAP_US_MEAN = 50
/** A node looks at its queue so often, and the tape is written so often. */
const TURN_US = 5_000
const TURNS_PER_FLUSH = 50
const SPEC = compileInstrument(must(builtInInstruments()[0], 'instruments are built in'), 0)

export async function feedFigures({ folder, divisor, runs, note }: BenchScope): Promise<Figure[]> {
  const rows = ROWS / divisor
  const bare: number[] = []
  const noted: number[] = []
  const spooled: number[] = []
  for (let run = 0; run < runs; run++) {
    note('feed')
    bare.push(await offerRows(rows, undefined))
    const { tape, spooler } = await benchTape(folder)
    const withoutFiles = await offerRows(rows, tape, async () => {
      while (tape.take() !== undefined);
    })
    noted.push(withoutFiles - must(bare.at(-1), 'a run was measured'))
    const written = await benchTape(folder)
    spooled.push(await offerRows(rows, written.tape, () => written.spooler.flush()))
    await Promise.all([spooler.close(), written.spooler.close()])
  }
  const perSecond = (ns: number) => 1e9 / ns
  return [
    figure('feed: generated quotes offered', 'quotes/s', bare.map(perSecond)),
    figure('feed: the raw tape, added per quote', 'ns', noted),
    figure('feed: generated quotes offered and spooled', 'quotes/s', spooled.map(perSecond)),
  ]
}

async function benchTape(folder: string) {
  const directory = await mkdtemp(join(folder, 'spool-'))
  return openTape({
    directory,
    tape: 'bench/bench',
    epoch: 1,
    // A session that has never run.
    journal: { epochs: [], read: async function* () {} },
    instruments: [SPEC],
    history_venues: [],
    clock: { after: () => () => undefined },
    onTrouble: (error) => {
      throw error
    },
  })
}

/** Nanoseconds a row. The node behind the link takes every row and sequences it at the next turn. */
async function offerRows(rows: number, tape: RawTape | undefined, flush = async () => {}): Promise<number> {
  let now_us = MARKET_DEFAULTS.start_us
  let call = () => {}
  let queued: ConflatedQuote[] = []
  const feed = new GeneratorFeed({
    markets: [
      {
        ...MARKET_DEFAULTS,
        instrument_id: SPEC.instrument_id,
        gap_us_mean: GAP_US_MEAN,
        instrument_index: 0,
        venue_id: SPEC.venue_id,
      },
    ],
    clock: {
      now_us: () => now_us,
      after: (_delay_us, next) => {
        call = next
        return () => undefined
      },
    },
  })
  const link = new FeedLink({
    stream: feed.stream,
    sequencer: {
      market_room: Number.POSITIVE_INFINITY,
      offer: () => 'queued',
      offerRow: () => 'queued',
      offerQuote: (quote) => {
        queued.push(quote)
        return 'queued'
      },
    },
    tape,
    instrument_count: 1,
    in_gap: [],
    venueOfInstrument: () => SPEC.venue_id,
    now_us: () => now_us,
    onRefused: (code) => assert(false, `a row is refused: ${code}`),
  })
  await feed.start(link)
  const began = performance.now()
  let seq = 0
  for (let turn = 1; seq < rows; turn++) {
    now_us += TURN_US
    call()
    for (const quote of queued) tape?.sequenced(quote.instrument_index, 1, ++seq, now_us)
    if (tape === undefined) seq += queued.length
    queued = []
    tape?.appended(seq, seq)
    tape?.durable(seq)
    if (turn % TURNS_PER_FLUSH === 0) await flush()
  }
  return ((performance.now() - began) * 1e6) / seq
}
