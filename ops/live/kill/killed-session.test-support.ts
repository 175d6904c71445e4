// A paper session in a process of its own that dies when it is told to: at a crash point, after so many passages. Before
// it dies it writes down where, and what was open. Some make a mistake on purpose, so that the proof is seen to find it.

import { appendFileSync } from 'node:fs'
import { readEffects } from '../../../engine/effect-record.ts'
import {
  type Journal,
  type JournalRecord,
  type JournalWriter,
  RECORD_KIND,
} from '../../../engine/journal-port.ts'
import type { VenueConnection, VenueSession } from '../../../engine/live/venue-connection.ts'
import type { VenueCommand, VenueReport } from '../../../schemas/messages/order.ts'
import { changed } from '../../../sim/live/changed-port.test-support.ts'
import { openPaperSession } from '../paper-session.ts'
import type { CrashPoint, KillNote } from './crash-points.test-support.ts'
import { OpenOrders, type OpenState } from './open-orders.test-support.ts'

const [config = '', notes = '', point = '', passages = '0', wanted = '', mutant = '', journal = ''] =
  process.argv.slice(2)
let left = Number(passages)
const orders = new OpenOrders()
let open: JournalWriter | undefined

/** Dies at its point, once it was passed often enough with an order in the state wanted. */
function pass(at: CrashPoint): void {
  if (at !== point) return
  const { counts } = orders
  if ((wanted !== '' && counts[wanted as OpenState] === 0) || --left > 0) return
  const note: KillNote = { point: at, ...counts }
  appendFileSync(notes, `${JSON.stringify(note)}\n`)
  process.kill(process.pid, 'SIGKILL')
}

let resend: VenueCommand[] = []
const paper = await openPaperSession({
  path: config,
  set: journal === '' ? [] : [`journal.directory=${journal}`],
  observer: orders.observer,
  stand_by:
    mutant === 'stands by'
      ? { signal: new AbortController().signal, print: (line) => say('standby', line) }
      : undefined,
  onAlert: (alert) => say('alert', alert.code),
  onFault: (fault) => say('fault', fault.message),
  onFailure: (error) => {
    say('failure', String(error))
    process.exit(1)
  },
  onHistoryEnd: () => undefined,
  between: { journal: ofJournal, writer: ofWriter, connection: ofConnection },
})
const told = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()))
await paper.session.run()
say('running', String(paper.session.start.epoch))
await told
await paper.session.stop('test', 'cancel')
await paper.close()
process.exit(0)

function ofJournal(journal: Journal): Journal {
  return changed(journal, {
    read: (epoch, from_lsn) => {
      const records = journal.read(epoch, from_lsn)
      if (mutant === 'drops the last input') return withoutLastInput(records)
      return mutant === 'sends an old outbox again' ? noted(records, journal.read(epoch)) : records
    },
  })
}

/**
 * Keeps every command of the epoch, for the mutant that sends them again: the last may not have arrived, and to send that
 * one again is no mistake; of the one before whose outcome it died, the venue holds the first.
 */
async function* noted(
  records: AsyncIterable<JournalRecord>,
  epoch: AsyncIterable<JournalRecord>,
): AsyncIterable<JournalRecord> {
  resend = []
  for await (const { kind, payload } of epoch)
    if (kind === RECORD_KIND.effects) resend.push(...readEffects(payload, () => 0).commands)
  yield* records
}

async function* withoutLastInput(records: AsyncIterable<JournalRecord>): AsyncIterable<JournalRecord> {
  const all = await Array.fromAsync(records)
  const last = all.findLastIndex(({ kind }) => kind === RECORD_KIND.input)
  // What followed from it goes with it, or the re-run would say so itself.
  yield* all.slice(0, Math.max(0, last))
}

/** Behind the turn that has processed a report: its record waits, and mostly no commit of it has begun. */
function passUncommitted(): void {
  if (open !== undefined && open.appended_lsn > open.durable_lsn)
    pass('after a report is processed, before it is committed')
}

function ofWriter(writer: JournalWriter): JournalWriter {
  open = writer
  writer.onDurable(() => pass('after fsync, before the send'))
  return changed(writer, {
    append: (kind, payload) => {
      if (kind !== RECORD_KIND.effects) return writer.append(kind, payload)
      pass('before append')
      const lsn = writer.append(kind, payload)
      pass('after append, before fsync')
      return lsn
    },
  })
}

function ofConnection(connection: VenueConnection): VenueConnection {
  return changed(connection, {
    open: async (session, listener) => {
      const scope = mutant === 'asks for no report again' ? withoutReports(session) : session
      await connection.open(scope, {
        ...listener,
        offer: (input) => {
          if (input.type === 'send_outcome') pass('after the send, before its outcome is journaled')
          listener.offer(input)
          if (input.type === 'venue_report' && isMissed(input)) setImmediate(passUncommitted)
        },
      })
      if (mutant === 'sends an old outbox again') for (const command of resend) connection.send(command, 0)
    },
    send: (command, sent_us) => {
      pass('at the send')
      connection.send(command, sent_us)
    },
    ...(mutant === 'looks nothing up' ? { lookUp: () => undefined } : {}),
  })
}

/** Of what is never asked for again a trade is always missed; later reports of the order may say all that others said. */
function isMissed({ report_type }: VenueReport): boolean {
  return mutant !== 'asks for no report again' || report_type === 'trade'
}

/** As one that had processed whatever a venue has ever said. */
function withoutReports(session: VenueSession): VenueSession {
  return { ...session, accounts: new Map([...session.accounts.keys()].map((id) => [id, '999999999'])) }
}

function say(what: string, value: string): void {
  process.stdout.write(`${what} ${value}\n`)
}
