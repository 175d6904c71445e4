import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { epochPath, snapshotLsns } from '../../adapters/journal-file/journal-paths.ts'
import type { Journal } from '../../engine/journal-port.ts'
import { must } from '../../schemas/assert.ts'
import { changed } from '../../sim/live/changed-port.test-support.ts'
import { DisturbedPlace, DisturbedSession } from './faults/disturbed-session.test-support.ts'
import { TRADER } from './kill/killed-config.test-support.ts'

test('[N8] snapshots are taken beside a running session; what follows a crash begins from the newest, and verifies', async () => {
  const place = await DisturbedPlace.make()
  const first = await DisturbedSession.start(place)
  await first.until(() => taken(place, 1).length >= 2)
  await first.abandon()
  const newest = must(taken(place, 1).at(-1), 'snapshots were taken')
  const reads: unknown[] = []
  const second = await DisturbedSession.start(place, { journal: (journal) => noted(journal, reads) })
  expect(reads).toContainEqual({ epoch: 1, from_lsn: newest + 1 })
  await second.trades()
  await second.stop()
  expect(first.codes).toEqual([])
  expect(second.codes).toEqual([])
  expect(await place.judged()).toBeUndefined()
})

test('[V21] the books of its exchange are saved beside a session too, and what follows a crash agrees with them', async () => {
  const place = await DisturbedPlace.make()
  const first = await DisturbedSession.start(place)
  await first.until(() => taken(place, 1, place.ledger).length >= 2)
  await first.abandon()
  const second = await DisturbedSession.start(place)
  await second.trades()
  expect(await second.stop()).toBe(0)
  expect([...first.codes, ...second.codes]).toEqual([])
  expect(await place.judged()).toBeUndefined()
})

test('[N8] a session that ends leaves a snapshot behind its last record, and the next start runs nothing again', async () => {
  const place = await DisturbedPlace.make()
  const first = await DisturbedSession.start(place)
  await first.trades()
  await first.stop()
  const journal = await openFileJournal({ directory: journalOf(place) })
  const [epoch] = journal.epochs
  await journal.close()
  expect(taken(place, 1).at(-1)).toBe(epoch?.last_lsn)
})

test('[N21] a session that does what its re-run does not is told, and none of its states is kept', async () => {
  const place = await DisturbedPlace.make()
  const moody = TRADER.replace(
    'export const',
    'const mood = Math.floor(Math.random() * 1e6)\nexport const',
  ).replace('quantity_units: 900', 'quantity_units: 900 + (mood % 1000)')
  writeFileSync(join(place.folder, 'trader.ts'), moody)
  const session = await DisturbedSession.start(place)
  await session.until(() => session.codes.includes('session.rerun_differs'))
  const told = session.alerts.find(({ code }) => code === 'session.rerun_differs')
  expect(told).toMatchObject({
    severity: 'critical',
    what: expect.stringMatching(/record \d+ of epoch 1 says/),
  })
  await session.trades()
  expect(taken(place, 1)).toEqual([])
})

test('[N21] where the strategies on disk are others meanwhile, no snapshots are taken, and the session goes on', async () => {
  const place = await DisturbedPlace.make()
  const session = await DisturbedSession.start(place, {
    journal: (journal) => {
      writeFileSync(join(place.folder, 'trader.ts'), `${TRADER}// changed\n`)
      return journal
    },
  })
  await session.until(() => session.codes.includes('session.no_snapshots'))
  await session.trades()
  expect(taken(place, 1)).toEqual([])
  expect(session.codes).toEqual(['session.no_snapshots'])
})

test.each([
  ['there', 40],
  ['hours away', 1_000_000],
])(
  '[N12] a strategy whose state a snapshot would leave out is faulted where the first one is %s',
  async (_, inputs) => {
    const place = await DisturbedPlace.make(undefined, (text) =>
      text.replace('snapshot_inputs: 40', `snapshot_inputs: ${inputs}`),
    )
    const rotten = TRADER.replace(
      'ctx.state.quotes++',
      'ctx.state.quotes++\n    ctx.state.orders = [Number.NaN]',
    )
    writeFileSync(join(place.folder, 'trader.ts'), rotten)
    const session = await DisturbedSession.start(place)
    await session.until(() => session.failure !== undefined)
    expect(session.failure).toMatchObject({
      message: expect.stringContaining('The state of the strategy t cannot be kept: NaN'),
    })
    expect(taken(place, 1)).toEqual([])
  },
)

test('[N12] state that cannot be kept when the session ends is told, since the next start lacks it', async () => {
  const place = await DisturbedPlace.make()
  const untidy = TRADER.replace(
    '  onQuote(',
    '  onStop: (ctx) => void ctx.state.orders.push(Number.NaN),\n  onQuote(',
  )
  writeFileSync(join(place.folder, 'trader.ts'), untidy)
  const session = await DisturbedSession.start(place)
  await session.trades()
  await session.stop()
  expect(session.alerts).toMatchObject([
    { code: 'session.state_left_out', about: 't', what: expect.stringContaining('cannot be kept: NaN') },
  ])
})

function journalOf({ folder }: DisturbedPlace): string {
  return join(folder, 'runs/kill/journal')
}

/** The records that the snapshots in an epoch's folder stand behind. */
function taken(place: DisturbedPlace, epoch: number, directory = journalOf(place)): number[] {
  return snapshotLsns(readdirSync(epochPath(directory, epoch)))
}

function noted(journal: Journal, reads: unknown[]): Journal {
  return changed(journal, {
    read: (epoch, from_lsn) => {
      reads.push({ epoch, from_lsn })
      return journal.read(epoch, from_lsn)
    },
  })
}
