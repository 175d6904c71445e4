// What of a strategy passes from build to build: what a later one takes up, and what an earlier one left, until the strategy
// starts. Rules: ./SPEC.md.

import type { ArrivalSet } from '../../engine/arrival-set.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { ControlLane } from '../../engine/control-lane.ts'
import type { StrategyId } from '../../schemas/ids.ts'
import type { LedgerStrategy } from '../../schemas/ledger-section.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { ContextMemory } from './handler-context.ts'
import type { StrategyEvent, StrategyMachineContext } from './strategy-machine.ts'
import { stateProblem } from './strategy-state.ts'

/** States that only an operator ends. */
const LASTING = new Set(['halted', 'faulted'])
/** States whose strategy's own state is not used again: none has begun, or what ended it dropped it. */
const STATELESS = new Set(['created', ...LASTING])

export type LedgerParts = {
  readonly strategy_id: StrategyId
  readonly lane: ControlLane<StrategyEvent>
  readonly memory: ContextMemory
  readonly openCounters: ArrivalSet<number>
}

export class StrategyLedger {
  readonly #strategy_id: StrategyId
  readonly #lane: ControlLane<StrategyEvent>
  readonly #memory: ContextMemory
  readonly #openCounters: ArrivalSet<number>
  /** What an earlier build left, until the strategy starts. */
  #former: LedgerStrategy | undefined

  constructor({ strategy_id, lane, memory, openCounters }: LedgerParts) {
    this.#strategy_id = strategy_id
    this.#lane = lane
    this.#memory = memory
    this.#openCounters = openCounters
  }

  /** What a later build takes up. */
  saveLedger(): LedgerStrategy {
    const { lifecycle, has_state, state } = this.#former ?? this.#ownLedger()
    const { is_paused } = this.#lane.context as StrategyMachineContext
    return {
      counter: this.#memory.counter,
      open_counters: this.#openCounters.members(),
      lifecycle,
      ...(is_paused && lifecycle !== 'paused' ? { is_paused } : {}),
      has_state,
      state,
    }
  }

  /**
   * Into a strategy just made. It starts anew and warms up; what its author kept is handed to `migrate`, where there is
   * one. A pause, and an end that an operator is to lift, stay.
   */
  loadLedger(ledger: LedgerStrategy): void {
    this.#memory.counter = ledger.counter
    for (const counter of ledger.open_counters) this.#openCounters.add(counter)
    this.#former = ledger
    const is_paused = ledger.is_paused ?? ledger.lifecycle === 'paused'
    const value = LASTING.has(ledger.lifecycle) ? ledger.lifecycle : 'created'
    this.#lane.restore(value, { trading_enabled: false, is_paused, reason: '' })
  }

  /** The strategy starts, and takes over what was left of it. */
  takeFormer(): LedgerStrategy | undefined {
    const former = this.#former
    this.#former = undefined
    return former
  }

  /** A word about the strategy that an earlier build heeded: what it paused or ended stays so, and a later word lifts it. */
  foldControl(control: Control): void {
    switch (control.command) {
      case 'strategy_pause':
        this.#lane.send({ type: 'strategy.paused' })
        break
      case 'strategy_resume':
        this.#lane.send({ type: 'strategy.resumed' })
        break
      case 'strategy_halt':
        this.#lane.send({ type: 'strategy.halted', reason: control.reason })
        break
      case 'strategy_fault':
      case 'strategy_faulted':
        this.#lane.send({ type: 'strategy.faulted', reason: control.reason })
        break
      case 'strategy_reinitialise':
        if (LASTING.has(this.#lane.state))
          this.#lane.restore('created', { ...(this.#lane.context as StrategyMachineContext), reason: '' })
        break
      default:
        return
    }
    if (this.#former === undefined) return
    // Whatever ended it dropped its state, and what it began anew with no record holds.
    const isSame = this.#lane.state === 'created' && !LASTING.has(this.#former.lifecycle)
    const { has_state, state } = isSame ? this.#former : { has_state: false, state: undefined }
    this.#former = { ...this.#former, lifecycle: this.#lane.state, has_state, state }
  }

  save(writer: CanonicalWriter): void {
    writer.value(this.#former)
  }

  load(reader: CanonicalReader): void {
    this.#former = reader.value() as LedgerStrategy | undefined
  }

  #ownLedger(): Pick<LedgerStrategy, 'lifecycle' | 'has_state' | 'state'> {
    const lifecycle = this.#lane.state
    const isKept = !STATELESS.has(lifecycle)
    const has_state = isKept && stateProblem(this.#memory.state, this.#strategy_id) === undefined
    return { lifecycle, has_state, state: has_state ? this.#memory.state : undefined }
  }
}
