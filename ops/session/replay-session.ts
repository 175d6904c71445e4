// Shows a live session again as it happened: its journal is run again and printed by recorded time, at a speed or at
// once, up to a moment or to the first thing of a kind.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import type { ReadableJournal } from '../../adapters/journal-file/file-journal.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { type JournalRecord, RECORD_KIND } from '../../engine/journal-port.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { isFill } from '../../schemas/messages/order-fact.ts'
import { isoTime } from '../../schemas/units.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { SessionPrinter } from '../live/session-printer.ts'
import { type RerunEpoch, type RerunResult, rerunSession } from './rerun-session.ts'
import { prunedWords } from './session-journal.ts'

/** What a replay stops at: the first order, fill, denial, or anything about an order's id. */
export type BreakPoint = { readonly on: 'order' | 'fill' | 'denied' } | { readonly client_order_id: string }

export type ReplayOptions = {
  readonly journal: ReadableJournal
  readonly where: string
  /** Engine time to stop at; Infinity for the end. */
  readonly until_us: number
  /** Times as fast as it happened; Infinity for at once. */
  readonly speed: number
  readonly break_at: BreakPoint | undefined
  readonly print: (line: string) => void
  readonly wait: (ms: number) => Promise<void>
}

export type Replayed = {
  readonly stopped: 'at the end' | 'at the time' | 'at the break' | 'at a difference'
  readonly result: RerunResult | undefined
  /** Where it stopped: actors by name, with their state in words. */
  readonly states: Readonly<Record<string, string>>
  /** ISO 8601; '' where that was before the first input. */
  readonly time: string
  /** What a break was met by, an order's id or <strategy>/<counter> of a denial; '' where none was met. */
  readonly broke_on: string
}

/** Thrown out of a record to stop the re-run; never seen by others. */
class Stop extends Error {
  readonly why: Replayed['stopped']
  constructor(why: Replayed['stopped']) {
    super(why)
    this.why = why
  }
}

export async function replaySession(options: ReplayOptions): Promise<Replayed> {
  const gate = createStepGate()
  const removeGuard = installAmbientGuard(gate, () => {})
  const temporary = await mkdtemp(join(tmpdir(), 'orrery-replay-'))
  const show = new Show(options)
  const pruned = prunedWords(options.journal)
  if (pruned !== '') options.print(`── ${pruned}`)
  try {
    const { journal, where } = options
    const result = await rerunSession(
      {
        journal,
        where,
        gate,
        temporary,
        observer: show.observer,
        onEpoch: (epoch) => show.begin(epoch),
        beforeRecord: (record) => show.before(record),
        onRecord: () => show.after(),
      },
      buildIdentity().build_hash,
    )
    return show.end(result.difference === undefined ? 'at the end' : 'at a difference', result)
  } catch (error) {
    gate.step_running = false
    if (error instanceof Stop) return show.end(error.why, undefined)
    throw error
  } finally {
    await rm(temporary, { recursive: true, force: true })
    removeGuard()
  }
}

/** What is printed, when, and until when. */
class Show {
  readonly observer: OutputObserver
  readonly #options: ReplayOptions
  readonly #printer: SessionPrinter
  #epoch: RerunEpoch | undefined
  #brokeOn = ''
  /** Recorded time of the last record, and the lines it made. */
  #shown_us = 0
  #lines: string[] = []

  constructor(options: ReplayOptions) {
    this.#options = options
    this.#printer = new SessionPrinter((line) => this.#lines.push(line))
    const { onFact, onDenied } = this.#printer.observer
    this.observer = {
      onCommand: ({ client_order_id, type }) =>
        this.#meet(client_order_id, type === 'new_order_single' ? 'order' : ''),
      onFact: (fact, ts_us) => {
        onFact?.(fact, ts_us)
        this.#meet(fact.client_order_id, isFill(fact) ? 'fill' : '')
      },
      onDenied: (denial) => {
        onDenied?.(denial)
        this.#meet(`${denial.strategy_id}/${denial.counter}`, 'denied')
      },
    }
  }

  begin(epoch: RerunEpoch): void {
    this.#epoch = epoch
    const { config, base_from } = epoch.header.contents
    this.#printer.know(instrumentsOf(config))
    this.#options.print(`── epoch ${epoch.epoch}, ${epoch.last_lsn + 1} records, base ${base_from}`)
  }

  /** Stops in front of the first record beyond the time: what it says had not happened yet. */
  before({ kind, payload }: JournalRecord): void {
    if (kind !== RECORD_KIND.input) return
    const reader = new CanonicalReader(payload)
    reader.number()
    if (reader.number() > this.#options.until_us) throw new Stop('at the time')
  }

  /** Prints what a record made, at its time. */
  async after(): Promise<void> {
    const now_us = this.#epoch?.built.node.now_us ?? 0
    await this.#keepTime(now_us)
    for (const line of this.#lines.splice(0)) this.#options.print(line)
    if (this.#brokeOn !== '') throw new Stop('at the break')
  }

  end(stopped: Replayed['stopped'], result: RerunResult | undefined): Replayed {
    for (const line of this.#lines.splice(0)) this.#options.print(line)
    const node = this.#epoch?.built.node
    const now_us = node?.now_us ?? 0
    return {
      stopped,
      result,
      states: Object.fromEntries(node?.states() ?? []),
      time: now_us === 0 ? '' : isoTime(now_us),
      broke_on: this.#brokeOn,
    }
  }

  async #keepTime(now_us: number): Promise<void> {
    const { speed, wait } = this.#options
    const passed_us = this.#shown_us === 0 ? 0 : now_us - this.#shown_us
    this.#shown_us = now_us
    if (speed !== Number.POSITIVE_INFINITY && passed_us > 0) await wait(passed_us / 1000 / speed)
  }

  #meet(id: string, what: string): void {
    const { break_at } = this.#options
    if (break_at === undefined) return
    const isMet = 'on' in break_at ? break_at.on === what : break_at.client_order_id === id
    if (isMet && this.#brokeOn === '') this.#brokeOn = id
  }
}
