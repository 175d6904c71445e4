// The judge of a killed session is the exchange's own ledger: at the end it and the engine agree, no order is lost, none
// came twice, groups and parents kept their word, and the whole session verifies.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openFileJournal } from '../../../adapters/journal-file/file-journal.ts'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { RECORD_KIND } from '../../../engine/journal-port.ts'
import { createStepGate } from '../../../engine/step-gate.ts'
import { must } from '../../../schemas/assert.ts'
import type { AccountId, VenueId } from '../../../schemas/ids.ts'
import type { VenueReport } from '../../../schemas/messages/order.ts'
import { isFill, type OrderFact } from '../../../schemas/messages/order-fact.ts'
import { isLedgerCommand, readLedgerCommand } from '../../../sim/paper-venue/ledger-codec.ts'
import { ledgerTerms } from '../../../sim/paper-venue/ledger-header.ts'
import { takeAgain } from '../../../sim/paper-venue/ledger-retelling.ts'
import { VenueBooks } from '../../../sim/paper-venue/venue-books.ts'
import { NO_MODELS } from '../../../sim/paper-venue/venue-config.test-support.ts'
import { type RerunEpoch, rerunSession } from '../../session/rerun-session.ts'
import { GroupAudit, type GroupCounts } from './group-audit.test-support.ts'

export type Verdict = {
  /** What is wrong, as a text. */
  readonly broken: string | undefined
  readonly counts: { readonly orders: number; readonly executions: number } & GroupCounts
}

/** What is wrong with a session, as a text. */
export async function judged(folder: string, exchange: string): Promise<string | undefined> {
  return (await verdictOn(folder, exchange)).broken
}

/**
 * What is wrong with a session that was taken over: a cancel that the first epoch let go without a copy, of an order that
 * the copy has, is no part of it.
 */
export async function judgedTakeover(folder: string, exchange: string): Promise<string | undefined> {
  const { received, ...ledger } = await readLedger(exchange)
  const engine = await readEngine(folder)
  if (typeof engine === 'string') return engine
  const told = [...received].filter(
    ([id, { cancels }]) => engine.ids.has(id) || !isDeposed(id, cancels, engine),
  )
  return differenceOf({ ...ledger, received: new Map(told) }, engine)
}

function isDeposed(id: string, cancels: string, { ids }: EngineAudit): boolean {
  // A client order id is `<session>-<epoch>-…`, and the node taken over from had the first.
  return ids.has(cancels) && id.split('-')[1] === '1'
}

export async function verdictOn(folder: string, exchange: string): Promise<Verdict> {
  const ledger = await readLedger(exchange)
  const engine = await readEngine(folder)
  const groups = typeof engine === 'string' ? NO_GROUPS : engine.groups.counts(ledger.traded)
  return {
    broken: typeof engine === 'string' ? engine : differenceOf(ledger, engine),
    counts: { orders: ledger.received.size, executions: ledger.executions.size, ...groups },
  }
}

const NO_GROUPS: GroupCounts = { groups_traded: 0, stop_pairs_traded: 0, children_traded: 0 }

function differenceOf(ledger: LedgerAudit, engine: EngineAudit): string | undefined {
  const twice = [...ledger.received].filter(([, { count }]) => count > 1).map(([id]) => id)
  if (twice.length > 0) return `orders came twice: ${twice.join(', ')}`
  const lost = [...ledger.received.keys()].filter((id) => !engine.ids.has(id))
  if (lost.length > 0) return `orders the engine does not know: ${lost.join(', ')}`
  const executions = [...ledger.executions].sort().join()
  if (executions !== [...engine.executions].sort().join()) return 'the executions differ'
  const unsettled = [...engine.last.values()]
    .filter(({ ended }) => !ended)
    .map(({ client_order_id }) => client_order_id)
  if (unsettled.length > 0) return `orders are not settled: ${unsettled.join(', ')}`
  if (ledger.open.length > 0) return `orders are open at the exchange: ${ledger.open.join(', ')}`
  if (ledger.position !== engine.position)
    return `positions differ: ${ledger.position} and ${engine.position}`
  return engine.groups.broken(ledger.traded)
}

/** `cancels` is the order a cancel names, and empty for other commands. */
type Received = { readonly count: number; readonly cancels: string }

type LedgerAudit = {
  /** Commands by client order id. */
  readonly received: ReadonlyMap<string, Received>
  readonly executions: ReadonlySet<string>
  /** By client order id. */
  readonly traded: ReadonlyMap<string, number>
  readonly open: readonly string[]
  readonly position: number
}

/** The exchange's own story: every command as it came in, every trade, and what is left. */
async function readLedger(directory: string): Promise<LedgerAudit> {
  const journal = await openFileJournal({ directory })
  const received = new Map<string, Received>()
  const executions = new Set<string>()
  const traded = new Map<string, number>()
  let books: VenueBooks | undefined
  try {
    for (const { epoch, base, header } of journal.epochs) {
      const terms = ledgerTerms(header, NO_MODELS)
      books = new VenueBooks(terms, {
        onReport: (report) => noteTrade(report, executions, traded),
        onStatus: () => undefined,
      })
      if (base.length > 0) books.load(new CanonicalReader(base))
      for await (const { kind, payload } of journal.read(epoch)) {
        if (kind !== RECORD_KIND.input) continue
        takeAgain(books, payload, terms.specs)
        if (!isLedgerCommand(payload)) continue
        const { command } = readLedgerCommand(new CanonicalReader(payload), () => 0)
        const { client_order_id } = command
        const count = (received.get(client_order_id)?.count ?? 0) + 1
        const cancels = command.type === 'order_cancel_request' ? command.original_client_order_id : ''
        received.set(client_order_id, { count, cancels })
      }
      books.pass(Number.MAX_SAFE_INTEGER - 1)
    }
    const { positions, open_client_order_ids } = must(books, 'the exchange has a ledger').state(
      'gen' as VenueId,
      'main' as AccountId,
    )
    return {
      received,
      executions,
      traded,
      open: open_client_order_ids,
      position: positions[0]?.quantity_units ?? 0,
    }
  } finally {
    await journal.close()
  }
}

/** A report that a later epoch of the ledger says again counts once. */
function noteTrade(
  { report_type, execution_id, client_order_id, last_quantity_units }: VenueReport,
  executions: Set<string>,
  traded: Map<string, number>,
): void {
  if (report_type !== 'trade' || executions.has(execution_id)) return
  executions.add(execution_id)
  traded.set(client_order_id, (traded.get(client_order_id) ?? 0) + last_quantity_units)
}

type EngineAudit = {
  readonly ids: ReadonlySet<string>
  readonly executions: ReadonlySet<string>
  /** By strategy and counter. */
  readonly last: ReadonlyMap<string, OrderFact>
  readonly position: number
  readonly groups: GroupAudit
}

/** The engine's story, from a re-run of its journal; or where that differs. */
async function readEngine(folder: string): Promise<EngineAudit | string> {
  const directory = join(folder, 'journal')
  const journal = await openFileJournal({ directory })
  const ids = new Set<string>()
  const executions = new Set<string>()
  const last = new Map<string, OrderFact>()
  const groups = new GroupAudit()
  let end: RerunEpoch | undefined
  const temporary = join(folder, 'strategies')
  mkdirSync(temporary, { recursive: true })
  try {
    const result = await rerunSession(
      {
        journal,
        where: directory,
        gate: createStepGate(),
        temporary,
        observer: {
          onAsked: (intent, ts_us) => groups.onAsked(intent, ts_us),
          onCommand: (command, ts_us) => {
            ids.add(command.client_order_id)
            groups.onCommand(command, ts_us)
          },
          onFact: (fact, ts_us) => {
            last.set(`${fact.strategy_id}/${fact.counter}`, fact)
            groups.onFact(fact, ts_us)
            if (isFill(fact)) executions.add(fact.execution_id)
          },
          // One held for its trigger ends without a fact where the gate denies what it has become.
          onDenied: ({ request, strategy_id, counter }) => {
            if (request === 'new') last.delete(`${strategy_id}/${counter}`)
          },
        },
        onEpoch: (epoch) => {
          end = epoch
        },
      },
      '',
    )
    if (result.difference !== undefined) return `verify: ${JSON.stringify(result.difference)}`
    const portfolio = must(end?.built.trading.portfolios.get('main'), 'the account is there')
    return { ids, executions, last, position: portfolio.quantity(0), groups }
  } finally {
    await journal.close()
  }
}
