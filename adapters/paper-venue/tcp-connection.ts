// A venue of an exchange process, as a live session uses it: over TCP, connected again and again, resumed behind the last
// report that was heard. Protocol: docs/paper-venue.md. Rules: ./SPEC.md.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type {
  ConnectionState,
  VenueConnection,
  VenueListener,
  VenueSession,
} from '../../engine/live/venue-connection.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { commandToWire, reportOfWire } from '../../engine/wire/frame-codec.ts'
import { type StateFrame, StateParts } from '../../engine/wire/state-frames.ts'
import { type AnswerFrame, LOOKUP_IDS_MAX, type RequestFrame } from '../../engine/wire/venue-frames.ts'
import { must, unreachable } from '../../schemas/assert.ts'
import type { AccountId, ClientOrderId, VenueId } from '../../schemas/ids.ts'
import type { VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { sizeUnits, timeUs } from '../../schemas/units.ts'
import { AbsenceGrace } from './absence-grace.ts'
import type { ExchangeAddress } from './frame-link.ts'
import { instrumentScales, sameTable } from './hello.ts'
import { OpenCommands, sendOutcome } from './open-commands.ts'
import { ReconnectingLink, type ReconnectTimes, type Refused, type Welcome } from './reconnecting-link.ts'

export type TcpConnectionOptions = {
  readonly address: ExchangeAddress
  readonly venue_id: VenueId
  /** What the node counts on; an exchange that says otherwise is not connected to. */
  readonly capabilities: CapabilityTable
  readonly instruments: readonly InstrumentSpec[]
  /** A command that the exchange has not said to hold after this long is unproven. */
  readonly submit_timeout_ms?: number
  readonly times?: ReconnectTimes
}

const SUBMIT_TIMEOUT_MS = 2_000
/** Bytes that have not left; with more, commands are refused rather than queued behind them. */
const BACKLOG_BYTES_MAX = 1024 * 1024

export class TcpConnection implements VenueConnection {
  readonly venue_id: VenueId
  readonly capabilities: CapabilityTable
  readonly #options: TcpConnectionOptions
  readonly #index: ReadonlyMap<string, number>
  readonly #commands: OpenCommands
  readonly #parts = new StateParts()
  readonly #grace: AbsenceGrace
  readonly #lastReports = new Map<AccountId, string>()
  #session: VenueSession | undefined
  #listener: VenueListener | undefined
  #link: ReconnectingLink | undefined
  #first: PromiseWithResolvers<void> | undefined

  constructor(options: TcpConnectionOptions) {
    const { venue_id, capabilities, instruments, submit_timeout_ms } = options
    this.#options = options
    this.venue_id = venue_id
    this.capabilities = capabilities
    this.#index = new Map(instruments.map(({ instrument_id, index }) => [instrument_id, index]))
    this.#commands = new OpenCommands(submit_timeout_ms ?? SUBMIT_TIMEOUT_MS, (outcome) =>
      this.#listener?.offer(outcome),
    )
    this.#grace = new AbsenceGrace((account_id, ids) => this.lookUp(account_id, ids))
  }

  open(session: VenueSession, listener: VenueListener): Promise<void> {
    this.#session = session
    this.#listener = listener
    for (const [account_id, report_id] of session.accounts) this.#lastReports.set(account_id, report_id)
    this.#first = Promise.withResolvers()
    const { address, times } = this.#options
    this.#state('connecting', `${address.host}:${address.port}`)
    this.#link = new ReconnectingLink({
      address,
      ...(times !== undefined && { times }),
      hello: () => this.#logon(session),
      onWelcome: (welcome) => this.#welcome(welcome),
      onRefused: (refused) => this.#refused(refused),
      onFrame: (frame) => this.#take(frame),
      onLost: (reason) => this.#lost(reason),
    })
    return this.#first.promise
  }

  send(command: VenueCommand): void {
    const link = this.#link
    const refusal =
      link?.is_welcome !== true
        ? 'not_connected'
        : link.backlog_bytes > BACKLOG_BYTES_MAX
          ? 'link_backlog'
          : ''
    if (refusal === '') {
      this.#commands.add(command)
      return link?.say({ frame: 'command', command: commandToWire(command) })
    }
    // The listener is never called from within `send`.
    setImmediate(() => this.#listener?.offer(sendOutcome(command, 'refused', refusal)))
  }

  lookUp(account_id: AccountId, ids: readonly ClientOrderId[]): void {
    for (let from = 0; from < ids.length; from += LOOKUP_IDS_MAX) {
      const client_order_ids = ids.slice(from, from + LOOKUP_IDS_MAX)
      this.#ask({ frame: 'look_up', account_id, client_order_ids })
    }
  }

  requestState(account_id: AccountId): void {
    this.#ask({ frame: 'state', account_id })
  }

  close(): Promise<void> {
    this.#listener = undefined
    this.#commands.close()
    this.#grace.end()
    this.#link?.close()
    return Promise.resolve()
  }

  /** Without a connection a question has no answer: it is asked again at the next. */
  #ask(frame: RequestFrame): void {
    if (this.#link?.is_welcome === true) this.#link.say(frame)
  }

  #logon({ session, epoch }: VenueSession): RequestFrame {
    const { venue_id, instruments } = this.#options
    return {
      frame: 'logon',
      schema_version: SCHEMA_VERSION,
      venue_id,
      session,
      epoch,
      accounts: [...this.#lastReports].map(([account_id, last_report_id]) => ({
        account_id,
        last_report_id,
      })),
      instruments: instrumentScales(instruments, venue_id),
    }
  }

  #welcome({ capabilities }: Welcome): string {
    if (!sameTable(capabilities, this.capabilities)) {
      this.#fail(otherCapabilities(this.venue_id))
      return 'its capability table is another one'
    }
    this.#grace.begin(must(this.#session, 'a session is connected').absence_grace_ms)
    this.#state('connected', 'logged on')
    this.#first?.resolve()
    this.#first = undefined
    return ''
  }

  #refused({ code, what }: Refused): void {
    this.#fail(refusedByExchange(this.venue_id, code, what))
  }

  /** At the first connection it is the caller's; later the next attempts go on. */
  #fail(error: OperatingError): void {
    if (this.#first === undefined) return
    const { reject } = this.#first
    this.#first = undefined
    void this.close()
    reject(error)
  }

  #lost(reason: string): void {
    this.#parts.clear()
    this.#grace.end()
    this.#commands.lost()
    this.#state('disconnected', reason)
  }

  #take(frame: AnswerFrame): void {
    switch (frame.frame) {
      case 'received':
        return this.#commands.received(frame.client_order_id)
      case 'report':
        return this.#report(this.#reportOf(frame.report))
      case 'found':
      case 'absent':
        return this.#answer(frame)
      case 'open_orders':
        return this.#parts.add(frame)
      case 'state':
        return this.#stateOfAccount(this.#parts.whole(frame))
      case 'status':
        return this.#status(frame)
      case 'quotes':
      case 'gap':
      case 'welcome':
      case 'refused':
      case 'heartbeat':
        return undefined
      default:
        return unreachable(frame)
    }
  }

  #report(report: VenueReport): void {
    const { account_id, report_id } = report
    // An order that was looked up is told by reports of before.
    if (Number(report_id) > Number(this.#lastReports.get(account_id)))
      this.#lastReports.set(account_id, report_id)
    this.#listener?.offer(report)
  }

  #answer(frame: Extract<AnswerFrame, { frame: 'found' | 'absent' }>): void {
    const account_id = frame.account_id as AccountId
    const client_order_id = frame.client_order_id as ClientOrderId
    if (frame.frame === 'absent' && this.#grace.holds(account_id, client_order_id)) return
    const report = frame.frame === 'found' ? this.#reportOf(frame.report) : undefined
    this.#listener?.offer({
      type: 'order_lookup',
      outcome: frame.frame,
      venue_id: this.venue_id,
      account_id,
      client_order_id,
      report,
      reason_code: frame.frame === 'found' ? 'in_venue_books' : 'not_in_venue_books',
    })
  }

  #stateOfAccount({ account_id, positions, open_client_order_ids, ts_event_us }: StateFrame): void {
    this.#listener?.offer({
      type: 'venue_state',
      venue_id: this.venue_id,
      account_id: account_id as AccountId,
      positions: positions.map(({ instrument_id, quantity_units }) => {
        const instrument_index = this.#instrumentIndex(instrument_id)
        const { instrument_id: id } = must(
          this.#options.instruments[instrument_index],
          'an instrument is known',
        )
        return { instrument_id: id, instrument_index, quantity_units: sizeUnits(quantity_units) }
      }),
      open_client_order_ids: open_client_order_ids as ClientOrderId[],
      ts_event_us: timeUs(ts_event_us),
    })
  }

  /** The exchange may have instruments that this node does not know. */
  #status({ instrument_id, status, ends_day, ts_event_us }: Extract<AnswerFrame, { frame: 'status' }>): void {
    const spec = this.#options.instruments[this.#index.get(instrument_id) ?? -1]
    if (spec === undefined) return
    this.#listener?.offer({
      type: 'security_status',
      venue_id: this.venue_id,
      instrument_id: spec.instrument_id,
      instrument_index: spec.index,
      status,
      ends_day,
      ts_event_us: timeUs(ts_event_us),
    })
  }

  #reportOf(report: Extract<AnswerFrame, { frame: 'report' }>['report']): VenueReport {
    return reportOfWire(report, (id) => this.#instrumentIndex(id))
  }

  #instrumentIndex(id: string): number {
    return must(this.#index.get(id), 'the exchange was told which instruments there are')
  }

  #state(state: ConnectionState, reason: string): void {
    this.#listener?.onState(state, reason)
  }
}

function otherCapabilities(venue_id: string): OperatingError {
  return new OperatingError({
    code: 'exchange.other_capabilities',
    reason: 'usage',
    what: `The exchange takes other orders at ${venue_id} than this build counts on.`,
    where: 'live.exchange',
    remedy: 'Run orrery exchange and orrery paper from the same build.',
  })
}

function refusedByExchange(venue_id: string, code: string, what: string): OperatingError {
  return new OperatingError({
    code: `exchange.${code}`,
    reason: code === 'account_in_use' ? 'unavailable' : 'usage',
    what,
    where: `live.exchange, venue ${venue_id}`,
    remedy:
      code === 'account_in_use'
        ? 'End the other session first, or give this one an account of its own.'
        : 'Run orrery exchange with the configuration of this session.',
  })
}
