import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { isRowRecord, readInput } from '../../engine/input-codec.ts'
import { type JournalWriter, RECORD_KIND, type RecordKind } from '../../engine/journal-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { changed } from '../../sim/live/changed-port.test-support.ts'
import { askSession } from './control-socket.ts'
import { DisturbedPlace } from './faults/disturbed-session.test-support.ts'
import { runPaper } from './run-paper.ts'

/** The configuration's time for its orders to be cancelled, and longer than a test. */
const STOP_TIMEOUT = 'live.stop_timeout_ms=60000'

test('[N6] a session that fails while it stops says so at once, to who runs it and to who stopped it', async () => {
  const place = await DisturbedPlace.make()
  const mistake = new OperatingError({
    code: 'test.mistake',
    reason: 'unavailable',
    what: 'A step fails.',
    where: 'a test',
  })
  const lines: string[] = []
  const run = runPaper({
    path: place.path,
    set: [STOP_TIMEOUT, `journal.directory=${place.folder}/runs`],
    node: undefined,
    seconds: undefined,
    stand_by: false,
    print: (line) => lines.push(line),
    between: { writer: (writer) => failsAfterStop(writer, mistake) },
  }).catch((error: unknown) => error)
  const folder = `${place.folder}/runs/kill`
  while (!lines.some((line) => line.includes('filled'))) await wait(10)
  const asked = await askSession(folder, { command: 'stop' }, undefined).catch((error: unknown) => error)
  expect(asked).toMatchObject({ code: 'test.mistake' })
  expect(await run).toBe(mistake)
}, 30_000)

/** Takes nothing any more behind the record that says that the session is to stop. */
function failsAfterStop(writer: JournalWriter, mistake: Error): JournalWriter {
  let isStopping = false
  return changed(writer, {
    append: (kind, payload) => {
      if (isStopping) throw mistake
      isStopping = isStop(kind, payload)
      return writer.append(kind, payload)
    },
  })
}

function isStop(kind: RecordKind, payload: Uint8Array): boolean {
  if (kind !== RECORD_KIND.input || isRowRecord(payload)) return false
  const { input } = readInput(new CanonicalReader(payload), () => 0)
  return input.type === 'control' && input.command === 'session_stop'
}
