import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { isRowRecord } from '../../engine/input-codec.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { RowBatch } from '../../engine/live/row-batch.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { RECORDED_COLUMNS, ROW_COLUMNS } from '../../engine/wire/packed-rows.ts'
import { must } from '../../schemas/assert.ts'
import { LiveDesk } from '../../sim/live/live-desk.test-support.ts'
import { liveScenario } from '../../sim/live/live-engine.test-support.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import { finishTapes } from './finish-tape.ts'
import { SessionTape } from './raw-tape.ts'
import { readSpoolFile, spoolFiles } from './spool-folder.ts'
import { TapeSpooler } from './tape-spooler.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-tape-'))
})
afterEach(() => rm(directory, { recursive: true }))

test('[R12] what a crash kept from the tape is put on it from the journal, so that no processed row is missing', async () => {
  const scenario = await liveScenario(['nth'])
  const { instruments } = scenario
  const tape = new SessionTape({ tape: 'n/s', epoch: 1, instruments, history_venues: [] })
  const store = new MemoryJournalStore()
  const desk = await LiveDesk.open(scenario, {
    store,
    tape,
    bounds: { conflate_from: 4, market_max: 40 },
  })
  const spooler = new TapeSpooler({
    tape,
    directory,
    clock: { after: () => () => undefined },
    onTrouble: () => undefined,
  })
  desk.start()
  for (let at = 0; at < 10; at++) {
    await turnWith(desk, tape, 3)
    tape.durable(desk.writer.durable_lsn)
    if (at % 4 === 3) await spooler.flush()
  }
  // Of these the tape's files have nothing when the process dies.
  await turnWith(desk, tape, 9)
  desk.die()
  const journal = new MemoryJournal(nodeSha256, store)
  const options = { directory, tape: 'n/s', journal, instruments, history_venues: [] }
  const finished = await finishTapes(options)
  expect(finished.rows).toBeGreaterThan(6)
  expect(finished.lost).toBeGreaterThan(0)
  const taped = await tapedInputs(directory)
  const journaled = await journaledInputs(desk)
  expect([...new Set(taped.map(({ seq }) => seq))].toSorted((a, b) => a - b)).toEqual(
    journaled.map(({ seq }) => seq),
  )
  // The last row of each input is the row the session saw.
  for (const { seq, bid } of journaled) {
    expect({ seq, bid: taped.findLast((row) => row.seq === seq)?.bid }).toEqual({ seq, bid })
  }
  expect(await finishTapes(options)).toEqual({ rows: 0, lost: 0, damaged: [] })
  // A damaged newest batch says no more how far the tape had come: that is told, and keeps nobody from trading.
  const newest = must((await spoolFiles(directory)).at(-1), 'the tape has files')
  await writeFile(newest.path, 'damaged')
  const { damaged } = await finishTapes(options)
  expect(damaged.map(({ code, where }) => [code, where])).toEqual([['recorder.damaged_file', newest.path]])
})

/** The tape hears of a row when it is offered, before it is sequenced. */
async function turnWith(desk: LiveDesk, tape: SessionTape, quotes: number): Promise<void> {
  desk.world.pass(400)
  for (let at = 0; at < quotes; at++) {
    const quote = desk.world.quote(at % 2)
    tape.offered(quote, desk.sequencer.offerQuote(quote) !== 'gap', 0, 0, 0)
  }
  desk.sequencer.advance(desk.world.now_us)
  tape.appended(desk.writer.appended_lsn, desk.sequencer.node.seq)
  await desk.commit()
}

async function tapedInputs(folder: string) {
  const rows: { seq: number; bid: number }[] = []
  for (const { path } of await spoolFiles(folder)) {
    for (const { series, count, columns } of (await readSpoolFile(path)).sections) {
      const names: readonly string[] = [...ROW_COLUMNS[series.kind], ...RECORDED_COLUMNS]
      const value = (name: string, at: number) => columns[names.indexOf(name)]?.[at] as number
      for (let at = 0; at < count; at++) {
        rows.push({ seq: value('processed_seq', at), bid: value('bid_price_units', at) })
      }
    }
  }
  return rows
}

async function journaledInputs(desk: LiveDesk) {
  const inputs: { seq: number; bid: number }[] = []
  const batch = new RowBatch()
  for (const { kind, payload } of await desk.records(1)) {
    if (kind !== RECORD_KIND.input || !isRowRecord(payload)) continue
    batch.read(new CanonicalReader(payload))
    for (let at = 0; at < batch.count; at++) {
      const row = batch.row(at)
      if (row.type === 'quote') inputs.push({ seq: batch.seq(at), bid: row.bid_price_units })
    }
  }
  return inputs
}
