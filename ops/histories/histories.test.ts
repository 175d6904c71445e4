import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { decodeLiveHeader, encodeLiveHeader } from '../../engine/live/epoch-binding.ts'
import { stateOfBase } from '../../engine/live/session-state.ts'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import { runCli } from '../cli/run-cli.test-support.ts'
import { backtestFiles } from './history-sources.ts'

const HISTORIES = fileURLToPath(new URL('../../sim/histories/', import.meta.url))
const NAMES = readdirSync(HISTORIES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** The live session of behaviour 1 had other records: sim/histories/README.md. */
const LIVE = NAMES.filter((name) => existsSync(join(HISTORIES, name, 'live')))

let cwd = ''
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'orrery-histories-'))
  cpSync(HISTORIES, cwd, { recursive: true })
  for (const [name, text] of Object.entries(backtestFiles())) writeFileSync(join(cwd, name), text)
  runCli(['import', 'bars.csv', '--mapping', 'bars.yaml', '--store', 'ticks'], { cwd })
})
afterAll(() => rmSync(cwd, { recursive: true }))

test('there is a history of every behaviour', () => {
  expect(NAMES).toEqual(Array.from({ length: BEHAVIOUR }, (_, at) => `behaviour-${at + 1}`))
})

test.each(NAMES)('[N26] the backtest of %s is replayed to its recorded effects and output hash', (name) => {
  const { is_equal, end } = verify(join(name, 'backtest'), '--store', 'ticks')
  const { seq, output_hash } = expected(name, 'backtest')
  expect({ is_equal, seq: end.seq, output_hash: end.output_hash }).toEqual({
    is_equal: true,
    seq,
    output_hash,
  })
})

test.each(LIVE)(
  '[N26] the live session of %s is replayed to its recorded effects, ledgers and output hash',
  (name) => {
    const { is_equal, epochs, records, output_hash } = verify(join(name, 'live'))
    const recorded = expected(name, 'live')
    const counts = (list: { epoch: number; records: number }[]) =>
      list.map(({ epoch, records: count }) => [epoch, count])
    expect({ is_equal, epochs: counts(epochs), records, output_hash }).toEqual({
      is_equal: true,
      epochs: counts(recorded.epochs),
      records: recorded.records,
      output_hash: recorded.output_hash,
    })
    expect(epochs.map(({ base }: { base: string }) => base)).not.toContain('taken as given')
  },
)

test('[N26] a backtest run again under another behaviour than its own is caught', async () => {
  for (const [name, behaviour] of [
    ['behaviour-1', 2],
    ['behaviour-2', 1],
  ] as const) {
    const folder = join(name, 'backtest')
    const mutant = await rewritten(join(folder, 'journal'), `mutant-${behaviour}`, (header) => {
      const contents = new CanonicalReader(header).value() as object
      const writer = new CanonicalWriter(1 << 14)
      writer.value({ ...contents, behaviour })
      return writer.copy()
    })
    const { exit_code, stdout } = runCli(['verify', mutant, '--store', 'ticks', '--json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ is_equal: false, difference: { lsn: expect.any(Number) } })
    expect(exit_code).toBe(4)
  }
})

test('[N26] a live session whose gate would have decided otherwise is caught', async () => {
  const mutant = await rewritten(join('behaviour-2', 'live', 'journal'), 'mutant-live', (header) => {
    const { binding, contents } = decodeLiveHeader(header)
    const text = JSON.stringify((contents as { config: unknown }).config).replaceAll(
      '"order_quantity_max":"10000"',
      '"order_quantity_max":"500"',
    )
    return encodeLiveHeader(binding, { ...(contents as object), config: JSON.parse(text) })
  })
  const { exit_code, stdout } = runCli(['verify', mutant, '--json'], { cwd })
  expect(JSON.parse(stdout)).toMatchObject({ is_equal: false, difference: { epoch: 1 } })
  expect(exit_code).toBe(4)
})

test('[N26] a journal of a behaviour that only a later build knows is refused by its number', async () => {
  const later = await rewritten(join('behaviour-2', 'live', 'journal'), 'later', (header) => {
    const { binding, contents } = decodeLiveHeader(header)
    return encodeLiveHeader(binding, { ...(contents as object), behaviour: BEHAVIOUR + 1 })
  })
  const { exit_code, stdout } = runCli(['verify', later, '--json'], { cwd })
  expect({ exit_code, code: JSON.parse(stdout).error.code }).toEqual({
    exit_code: 3,
    code: 'journal.later_behaviour',
  })
})

test('[N26] states of another build are not read: an epoch goes on from what the re-run before came to', async () => {
  const unreadable = (base: Uint8Array) => {
    const changed = base.slice()
    return changed.fill(0xff, changed.length - stateOfBase(base).length)
  }
  const live = join('behaviour-2', 'live', 'journal')
  const other = (build_hash: string | undefined) => (header: Uint8Array) => {
    const { binding, contents } = decodeLiveHeader(header)
    return encodeLiveHeader({ ...binding, build_hash: build_hash ?? buildIdentity().build_hash }, contents)
  }
  const { is_equal, epochs, output_hash } = verify(await rewritten(live, 'theirs', other('ff'), unreadable))
  expect({ is_equal, output_hash, bases: epochs.map(({ base }: { base: string }) => base) }).toEqual({
    is_equal: true,
    output_hash: expected('behaviour-2', 'live').output_hash,
    bases: [
      'first',
      'with the ledger of the re-run before',
      'with the ledger of the fold before',
      'with the ledger of the re-run before',
    ],
  })
  expect(verify(await rewritten(live, 'ours', other(undefined), unreadable))).toMatchObject({
    is_equal: false,
    difference: { epoch: 2, again: 'another end of the epoch before' },
  })
})

function verify(...args: string[]) {
  return JSON.parse(runCli(['verify', ...args, '--json'], { cwd }).stdout)
}

function expected(...path: string[]) {
  return JSON.parse(readFileSync(join(HISTORIES, ...path, 'expected.json'), 'utf8'))
}

/** A copy of a journal in a folder of its own, with other headers and bases. */
async function rewritten(
  journal: string,
  folder: string,
  header: (was: Uint8Array) => Uint8Array,
  base: (was: Uint8Array) => Uint8Array = (was) => was,
): Promise<string> {
  const from = await openFileJournal({ directory: join(cwd, journal) })
  const to = await openFileJournal({ directory: join(cwd, folder, 'journal') })
  for (const epoch of from.epochs) {
    const opening = { epoch: epoch.epoch, header: header(epoch.header), base: base(epoch.base) }
    const writer = await to.openEpoch(opening)
    for await (const { kind, payload } of from.read(epoch.epoch)) writer.append(kind, payload)
    await writer.close()
  }
  await from.close()
  await to.close()
  return folder
}
