// Looks on while a session is run again, and keeps what concerns one order. Within a step things come as they happened;
// the record of the step is known when it has been taken, and its input is put before what followed from it.

import type { DecisionTrace, StrategyDecision } from '../../actors/decision-trace.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { readEffects } from '../../engine/effect-record.ts'
import { isRowRecord, type JournaledInput, readInput } from '../../engine/input-codec.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { type JournalRecord, RECORD_KIND } from '../../engine/journal-port.ts'
import { RowBatch } from '../../engine/live/row-batch.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { must } from '../../schemas/assert.ts'
import type { Intent } from '../../schemas/messages/intent.ts'
import type { OrderKey, VenueCommand } from '../../schemas/messages/order.ts'
import { isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import type { OrderName } from './find-order.ts'
import type { RerunEpoch } from './rerun-session.ts'
import type { PositionAfter, WhyEvent, WhyWhat } from './why-event.ts'

type Check = { readonly check: string; readonly value: string; readonly limit: string }
type Happened = { readonly seq: number; readonly ts_us: number; what: WhyWhat }

export class OrderWatch {
  readonly observer: OutputObserver
  readonly trace: DecisionTrace
  readonly events: WhyEvent[] = []
  readonly #order: OrderName
  readonly #ids = new Set<string>()
  /** What the record being run has brought up so far. */
  readonly #happened: Happened[] = []
  readonly #checks: Check[] = []
  readonly #rows = new RowBatch()
  #epoch: RerunEpoch | undefined
  #instruments: readonly InstrumentSpec[] = []
  #spec: Pick<InstrumentSpec, 'price_scale' | 'size_scale'> | undefined

  constructor(order: OrderName) {
    this.#order = order
    this.trace = {
      onDecision: (decision) => this.#decided(decision),
      onCheck: (check, value, limit) => this.#checks.push({ check, value, limit }),
      onGate: (request, key, refused) => this.#gated(request, key, refused),
    }
    this.observer = {
      onCommand: (command) => this.#commanded(command),
      onFact: (fact) => this.#fact(fact),
      onDenied: (denial) => {
        if (!this.#isOurs(denial)) return
        this.#spec ??= this.#instruments.find((spec) => spec.instrument_id === denial.instrument_id)
        this.#note({ kind: 'denied', denial })
      },
    }
  }

  get client_order_ids(): readonly string[] {
    return [...this.#ids]
  }

  begin(epoch: RerunEpoch): void {
    this.#epoch = epoch
    this.#instruments = instrumentsOf(epoch.header.contents.config)
    this.#happened.length = 0
  }

  /** Takes the record that was just run. */
  after({ kind, lsn, payload }: JournalRecord): void {
    if (kind === RECORD_KIND.effects) return this.#keepEffects(lsn, payload)
    const happened = this.#happened.splice(0)
    if (isRowRecord(payload)) return this.#keepRows(lsn, payload, happened)
    const index = (id: string) => this.#specOf(id).index
    const { seq, ts_seq_us, input } = readInput(new CanonicalReader(payload), index)
    if (happened.length === 0 && !this.#isAbout(input)) return
    this.#keep(lsn, { seq, ts_us: ts_seq_us, what: { kind: 'input', input } })
    for (const each of happened) this.#keep(lsn, this.#withPosition(each))
  }

  #keepRows(lsn: number, payload: Uint8Array, happened: readonly Happened[]): void {
    if (happened.length === 0) return
    const rows = this.#rows
    rows.read(new CanonicalReader(payload))
    let seq = -1
    for (const each of happened) {
      if (each.seq !== seq) {
        seq = each.seq
        const row = rows.row(seq - rows.seq(0))
        const spec = must(this.#instruments[row.instrument_index], 'a row is of an instrument')
        const input = { ...row, instrument_id: spec.instrument_id }
        this.#keep(lsn, { seq, ts_us: each.ts_us, what: { kind: 'input', input } }, spec)
      }
      this.#keep(lsn, this.#withPosition(each))
    }
  }

  #keepEffects(lsn: number, payload: Uint8Array): void {
    const { seq, ts_seq_us, commands } = readEffects(payload, (id) => this.#specOf(id).index)
    for (const command of commands) {
      if (!this.#isOurs(command)) continue
      this.#keep(lsn, { seq, ts_us: ts_seq_us, what: { kind: 'effect', command } })
    }
  }

  #keep(lsn: number, { seq, ts_us, what }: Happened, spec = this.#spec): void {
    const { epoch } = this.#running()
    const { price_scale, size_scale } = spec ?? { price_scale: 0, size_scale: 0 }
    this.events.push({ epoch, lsn, seq, ts_us, price_scale, size_scale, ...what })
  }

  #decided(decision: StrategyDecision): void {
    const { strategy_id, handler, trigger, state } = decision
    const intents = decision.intents.filter((intent) => this.#isOurs(intent))
    if (intents.length === 0) return
    for (const intent of intents) this.#noteSpec(intent)
    // Indicators and state go on changing: they are told as they were.
    const indicators = Object.fromEntries(
      Object.entries(decision.indicators).map(([name, { value, ready }]) => [name, { value, ready }]),
    )
    const what: WhyWhat = {
      kind: 'decision',
      strategy_id,
      handler,
      trigger: structuredClone(trigger),
      intents: intents.map((intent) => ({ ...intent })),
      indicators,
      state: structuredClone(state),
    }
    this.#note(what)
  }

  #gated(request: 'new' | 'replace', key: OrderKey, refused: string): void {
    const checks = this.#checks.splice(0)
    if (!this.#isOurs(key)) return
    const last = checks.length - 1
    this.#note({
      kind: 'gate',
      request,
      refused,
      checks: checks.map((check, at) => ({
        ...check,
        outcome: refused !== '' && at === last ? 'refused' : 'passed',
      })),
    })
  }

  #commanded(command: VenueCommand): void {
    if (!this.#isOurs(command)) return
    this.#ids.add(command.client_order_id)
    this.#spec = this.#specOf(command.instrument_id)
  }

  #fact(fact: OrderFact): void {
    if (!this.#isOurs(fact)) return
    this.#ids.add(fact.client_order_id)
    this.#spec = this.#specOf(fact.instrument_id)
    this.#note({ kind: 'fact', fact, position_after: null })
  }

  /** An order that is denied or held has no command yet. */
  #noteSpec(intent: Intent): void {
    if (intent.type === 'submit_intent') this.#spec ??= this.#specOf(intent.instrument_id)
  }

  #note(what: WhyWhat): void {
    const { seq, now_us } = this.#running().built.node
    this.#happened.push({ seq, ts_us: now_us, what })
  }

  /** Positions are booked behind the fact that tells of the trade, in the same step. */
  #withPosition(happened: Happened): Happened {
    const { what } = happened
    if (what.kind !== 'fact' || !isFill(what.fact)) return happened
    return { ...happened, what: { ...what, position_after: this.#positionOf(what.fact) } }
  }

  #positionOf({ account_id, strategy_id, instrument_index }: OrderFact): PositionAfter | null {
    const portfolio = this.#running().built.trading.portfolios.get(account_id)
    if (portfolio === undefined) return null
    return {
      strategy_units: portfolio.bookQuantity(strategy_id, instrument_index),
      account_units: portfolio.quantity(instrument_index),
    }
  }

  #isOurs({ account_id, strategy_id, counter }: OrderKey): boolean {
    const order = this.#order
    return counter === order.counter && strategy_id === order.strategy_id && account_id === order.account_id
  }

  #isAbout(input: JournaledInput): boolean {
    switch (input.type) {
      case 'send_outcome':
      case 'order_lookup':
      case 'venue_report':
        return input.account_id === this.#order.account_id && this.#ids.has(input.client_order_id)
      default:
        return false
    }
  }

  #specOf(instrument_id: string): InstrumentSpec {
    return must(
      this.#instruments.find((spec) => spec.instrument_id === instrument_id),
      'an instrument of a session is configured',
    )
  }

  #running(): RerunEpoch {
    return must(this.#epoch, 'a record is of an epoch')
  }
}
