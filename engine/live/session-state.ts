// The state a live session is restored from: the node, the sends whose fate is open, and how far each venue was heard.
// It stands as the base of an epoch, where it is authority, behind the ledger section that every later build reads; and
// in the snapshots beside one, which are caches.

import Value from 'typebox/value'
import { LEDGER_SECTION_VERSION, LedgerSection } from '../../schemas/ledger-section.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { readEffects } from '../effect-record.ts'
import type { Node } from '../node.ts'
import { MessageMarks } from './message-marks.ts'
import { OpenMessages } from './open-messages.ts'
import { OpenSends } from './open-sends.ts'
import { ReportMarks } from './report-marks.ts'

/** A session's first base. */
export const EMPTY_STATE = new Uint8Array(0)
const STATE_CAPACITY = 1 << 16

/** What a session remembers beside its node. */
export class SessionMemory {
  readonly sends = new OpenSends()
  readonly marks = new ReportMarks()
  /** What was said to other nodes and is not known to be held by the bus, and how far each was heard. */
  readonly messages = new OpenMessages()
  readonly heard = new MessageMarks()

  /** Takes in an effect record, or one that was never written. */
  addEffects(payload: Uint8Array, epoch: number, never_sent = false): void {
    const { seq, ts_seq_us, commands, messages } = readEffects(payload, () => -1)
    this.sends.add(commands, never_sent)
    for (const message of messages) this.messages.add({ epoch, seq, ts_seq_us, ...message })
  }

  save(writer: CanonicalWriter): void {
    this.sends.save(writer)
    this.marks.save(writer)
    this.messages.save(writer)
    this.heard.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.sends.load(reader)
    this.marks.load(reader)
    this.messages.load(reader)
    this.heard.load(reader)
  }
}

export function saveState(node: Node, memory: SessionMemory): Uint8Array {
  const writer = new CanonicalWriter(STATE_CAPACITY)
  node.save(writer)
  memory.save(writer)
  return writer.view()
}

/** Loads into a node just built. */
export function loadState(state: Uint8Array, node: Node, memory: SessionMemory): void {
  if (state.length === 0) return
  const reader = new CanonicalReader(state)
  node.load(reader)
  memory.load(reader)
  reader.end()
}

/** The base of an epoch: the ledger section and, beside it, what is open at the venues, for any build; then the state. */
export function encodeBase(ledger: LedgerSection, memory: SessionMemory, state: Uint8Array): Uint8Array {
  const writer = new CanonicalWriter(STATE_CAPACITY)
  writer.value(ledger)
  memory.save(writer)
  writer.bytes(state)
  return writer.view()
}

/** The state in a base. */
export function stateOfBase(base: Uint8Array): Uint8Array {
  if (base.length === 0) return EMPTY_STATE
  const reader = new CanonicalReader(base)
  reader.value()
  new SessionMemory().load(reader)
  return reader.bytes()
}

/** What any later build takes up of a base; undefined for a session's first, which is empty. */
export function ledgerOfBase(
  base: Uint8Array,
  where: string,
): { ledger: LedgerSection; memory: SessionMemory } | undefined {
  if (base.length === 0) return undefined
  const reader = new CanonicalReader(base)
  const ledger = reader.value()
  if (!Value.Check(LedgerSection, ledger) || ledger.version > LEDGER_SECTION_VERSION)
    throw unreadable(ledger, where)
  const memory = new SessionMemory()
  memory.load(reader)
  return { ledger, memory }
}

function unreadable(ledger: unknown, where: string): OperatingError {
  const version = (ledger as { version?: unknown }).version
  const isNewer = typeof version === 'number' && version > LEDGER_SECTION_VERSION
  return new OperatingError({
    code: 'recovery.unreadable_ledger',
    reason: 'unavailable',
    what: isNewer
      ? `The session's ledger has version ${version}; this build reads versions up to ${LEDGER_SECTION_VERSION}.`
      : "The session's ledger does not have the form its version says.",
    where,
    remedy: isNewer
      ? 'Start the session with a build at least as new as the one that wrote it.'
      : 'Keep the journal and report this.',
  })
}
