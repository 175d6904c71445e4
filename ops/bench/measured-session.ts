// A paper session as a user runs it, in real time, with what is measured written down on its way: of each order when the
// tick behind it was meant to come, when it was stepped, when its record was durable, and when its bytes left; of the
// disk each sync; of the loop how long it stood still; of the collector each pause.
//
// A tick's time is when it was meant to come, so that a stall counts for every tick it delayed.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { PerformanceObserver } from 'node:perf_hooks'
import { nodeJournalFs } from '../../adapters/journal-file/node-journal-fs.ts'
import type { SessionClock, TimeSource } from '../../adapters/session-clock/session-clock.ts'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import { assert } from '../../schemas/assert.ts'
import { openPaperSession, type PaperSession } from '../live/paper-session.ts'
import type { BenchScope } from './figure.ts'
import { type SessionLoad, sessionConfig } from './session-config.ts'
import { Standstills } from './standstills.ts'

/** Where the time of one order went, engine time in microseconds. */
export type OrderTimes = {
  readonly meant_us: number
  readonly stepped_us: number
  readonly durable_us: number
  readonly sent_us: number
}

export type MeasuredSession = {
  readonly paper: PaperSession
  readonly orders: OrderTimes[]
  /** How long each sync of a segment and of the mark took, milliseconds. */
  readonly syncs_ms: { readonly segment: number[]; readonly mark: number[] }
  readonly collections_ms: number[]
  readonly standstills: Standstills
  readonly close: () => Promise<void>
}

/** @param isTimed whether orders, syncs and collections are written down; they would be most of what the heap grows by. */
export async function openMeasured(
  scope: BenchScope,
  load: SessionLoad,
  isTimed: boolean,
): Promise<MeasuredSession> {
  const folder = await mkdtemp(join(scope.folder, 'session-'))
  const path = await sessionConfig(folder, load)
  const orders: OrderTimes[] = []
  const syncs_ms = { segment: [] as number[], mark: [] as number[] }
  const collections_ms: number[] = []
  const standstills = new Standstills()
  const collector = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collections_ms.push(duration)
  })
  const waiting = new Map<string, Pick<OrderTimes, 'meant_us' | 'stepped_us'>>()
  let clock: SessionClock | undefined
  let table: { readonly ts_event_us: Float64Array } | undefined
  let durable_us = 0
  const now_us = () => clock?.now_us() ?? 0
  const paper = await openPaperSession({
    path,
    set: [],
    observer: {
      // In the step of the tick that caused it, whose time the market table holds.
      onCommand: ({ client_order_id }) =>
        waiting.set(client_order_id, { meant_us: table?.ts_event_us[0] ?? 0, stepped_us: now_us() }),
    },
    onAlert: () => undefined,
    onFault: ({ message }) => assert(false, `the strategy of the bench has no fault: ${message}`),
    onFailure: (error) => {
      throw error
    },
    onHistoryEnd: () => undefined,
    between: {
      fs: isTimed ? timed(syncs_ms) : nodeJournalFs,
      time: STOPWATCH,
      feedClock: (session) => spinning(session, standstills.look),
      writer: (writer) => {
        writer.onDurable(() => {
          durable_us = now_us()
        })
        return writer
      },
      connection: (connection) => ({
        venue_id: connection.venue_id,
        capabilities: connection.capabilities,
        open: (session, listener) => connection.open(session, listener),
        lookUp: (account_id, ids) => connection.lookUp(account_id, ids),
        requestState: (account_id) => connection.requestState(account_id),
        close: () => connection.close(),
        send: (command, sent_us) => {
          const begun = waiting.get(command.client_order_id)
          if (isTimed && begun !== undefined) orders.push({ ...begun, durable_us, sent_us: now_us() })
          waiting.delete(command.client_order_id)
          connection.send(command, sent_us)
        },
      }),
    },
  })
  clock = paper.clock
  table = paper.session.sequencer.built.trading.table
  if (isTimed) collector.observe({ entryTypes: ['gc'] })
  const close = async () => {
    collector.disconnect()
    await paper.session.stop('bench', 'cancel')
    await paper.close()
  }
  return { paper, orders, syncs_ms, collections_ms, standstills, close }
}

/** Taken before any guard stands, since what is measured includes what happens inside a step. */
const STOPWATCH: TimeSource = {
  wall_ms: Date.now.bind(Date),
  monotonic_ms: performance.now.bind(performance),
}

/** The platform's timers are no finer than a millisecond, which would be most of what is measured. */
function spinning(clock: SessionClock, onTurn: () => void): FeedClock {
  return {
    now_us: () => clock.now_us(),
    after: (delay_us, call) => {
      const at_us = clock.now_us() + delay_us
      let isCancelled = false
      const look = () => {
        if (isCancelled) return
        onTurn()
        if (clock.now_us() >= at_us) call()
        else setImmediate(look)
      }
      setImmediate(look)
      return () => {
        isCancelled = true
      }
    },
  }
}

/** The disk, with a stopwatch at each sync. */
function timed(into: MeasuredSession['syncs_ms']): JournalFs {
  const watched = (file: JournalFile): JournalFile => {
    const list = file.path.endsWith('/mark') ? into.mark : into.segment
    return {
      path: file.path,
      write: (bytes, offset) => file.write(bytes, offset),
      writeSync: (bytes, offset) => file.writeSync(bytes, offset),
      fdatasync: async () => {
        const began = performance.now()
        await file.fdatasync()
        list.push(performance.now() - began)
      },
      read: (bytes, offset) => file.read(bytes, offset),
      size: () => file.size(),
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
    }
  }
  return {
    ...nodeJournalFs,
    create: (path) => watched(nodeJournalFs.create(path)),
    open: async (path) => watched(await nodeJournalFs.open(path)),
  }
}
