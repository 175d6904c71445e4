import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../schemas/ids.ts'
import type { SendOutcome, VenueCommand } from '../schemas/messages/order.ts'
import { PLAIN_TERMS } from '../schemas/messages/order-terms.ts'
import { priceUnits, sizeUnits } from '../schemas/units.ts'
import { Approval } from './approval.ts'
import { CanonicalReader } from './canonical/canonical-reader.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { readCommand, writeCommand } from './command-codec.ts'
import { readEffects } from './effect-record.ts'
import { denial } from './messages.test-support.ts'
import { APPROVAL_AGE_MAX_US, Outbox } from './outbox.ts'
import { VenueLink } from './venue-link.ts'

const key = {
  account_id: 'main' as AccountId,
  strategy_id: 's' as StrategyId,
  venue_id: 'sim' as VenueId,
  instrument_id: 'EURUSD.sim' as InstrumentId,
  instrument_index: 0,
}

function order(counter: number): VenueCommand {
  return {
    type: 'new_order_single',
    ...key,
    counter,
    incarnation: 1,
    client_order_id: `t-1-s-${counter}` as ClientOrderId,
    side: 'sell',
    order_type: 'limit',
    time_in_force: 'gtc',
    price_units: priceUnits(99_000),
    order_quantity_units: sizeUnits(1_000),
    terms: PLAIN_TERMS,
  }
}

function change(type: 'cancel' | 'replace', counter: number): VenueCommand {
  const ids = {
    ...key,
    counter,
    incarnation: 1,
    client_order_id: `t-1-s-${counter + 1}` as ClientOrderId,
    original_client_order_id: `t-1-s-${counter}` as ClientOrderId,
  }
  if (type === 'cancel') return { type: 'order_cancel_request', ...ids }
  const { price_units, order_quantity_units } = {
    price_units: priceUnits(-1),
    order_quantity_units: sizeUnits(7),
  }
  const trigger_price_units = priceUnits(0)
  return {
    type: 'order_cancel_replace_request',
    ...ids,
    price_units,
    trigger_price_units,
    order_quantity_units,
  }
}

function bytesOf(command: VenueCommand): Uint8Array {
  const writer = new CanonicalWriter()
  writeCommand(writer, command)
  return writer.copy()
}

function approvalOf(command: VenueCommand, approved_us: number): Approval {
  const page = new CanonicalWriter()
  page.text('another command')
  const start = page.length
  writeCommand(page, command)
  return new Approval(command, page, start, approved_us)
}

class Bench {
  readonly step = { seq: 1, now_us: 1_000 }
  readonly records: Uint8Array[] = []
  released_lsn = -1
  readonly sent: string[] = []
  readonly refused: SendOutcome[] = []
  readonly outbox: Outbox
  readonly #fails: () => boolean

  constructor(fails = () => false, permit?: () => string) {
    this.#fails = fails
    const journal = {
      append: (_kind: unknown, bytes: Uint8Array) => this.records.push(bytes.slice()) - 1,
      get released_lsn() {
        return bench.released_lsn
      },
    }
    const bench = this
    const port = {
      venue_id: 'sim',
      capabilities: { orders: {}, cancel: true, replace: true },
      send: (command: VenueCommand) => {
        this.sent.push(command.client_order_id)
        if (this.#fails()) throw new Error('socket')
      },
    }
    const links = new Map([['sim', new VenueLink(port, journal)]])
    const onRefused = (outcome: SendOutcome) => this.refused.push(outcome)
    this.outbox = new Outbox(this.step, journal, links, onRefused, permit, undefined, ({ subject, seq, n }) =>
      this.sent.push(`${subject} ${seq}.${n}`),
    )
  }

  stage(...commands: VenueCommand[]): void {
    for (const command of commands) {
      this.outbox.stage(command, approvalOf(command, this.step.now_us))
    }
    this.outbox.commit()
  }
}

test('nothing leaves before the journal has released its record, and then in order', () => {
  const bench = new Bench()
  bench.stage(order(1), order(2))
  bench.stage(order(3))
  bench.outbox.release()
  expect([bench.sent, bench.outbox.has_pending]).toEqual([[], true])
  bench.released_lsn = 0
  bench.outbox.release()
  expect([bench.sent, bench.outbox.has_pending]).toEqual([['t-1-s-1', 't-1-s-2'], true])
  bench.released_lsn = 1
  bench.outbox.release()
  bench.outbox.release()
  expect([bench.sent, bench.outbox.has_pending]).toEqual([['t-1-s-1', 't-1-s-2', 't-1-s-3'], false])
})

test('[N18] a message to another node waits for its record and is named by its place in it', () => {
  const bench = new Bench()
  const [subject, payload] = ['denied.main.s', denial] as const
  const command = order(1)
  bench.outbox.stage(command, approvalOf(command, bench.step.now_us))
  bench.outbox.stageMessage(subject, payload)
  bench.outbox.commit()
  bench.outbox.release(bench.step.now_us, 'not_reconciled')
  expect(bench.sent).toEqual([])
  bench.released_lsn = 0
  bench.outbox.release(bench.step.now_us, 'not_reconciled')
  // Why orders are refused is nothing to a message.
  expect([bench.sent, bench.refused.length]).toEqual([[`${subject} ${bench.step.seq}.1`], 1])
  expect(readEffects(bench.records[0] as Uint8Array, () => 0)).toEqual({
    holdings: [],
    seq: bench.step.seq,
    ts_seq_us: bench.step.now_us,
    commands: [command],
    messages: [{ n: 1, subject, payload }],
  })
})

test('a command whose send throws is never handed over again', () => {
  let isBroken = true
  const bench = new Bench(() => isBroken)
  bench.stage(order(1), order(2))
  bench.released_lsn = 0
  expect(() => bench.outbox.release()).toThrow('socket')
  isBroken = false
  bench.outbox.release()
  expect(bench.sent).toEqual(['t-1-s-1', 't-1-s-2'])
})

test('whatever is staged and released when, each command leaves once and in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 2_000, size: 'max' }), (acts) => {
      const bench = new Bench()
      const expected: string[] = []
      let counter = 0
      for (const act of acts) {
        if (act === 0) bench.released_lsn = bench.records.length - 1
        else if (act === 1) bench.outbox.release()
        else {
          bench.stage(order(++counter))
          expected.push(`t-1-s-${counter}`)
        }
      }
      bench.released_lsn = bench.records.length - 1
      bench.outbox.release()
      expect(bench.sent).toEqual(expected)
    }),
    { numRuns: 30 },
  )
})

test('an approval covers the very command the gate saw', () => {
  const bench = new Bench()
  const command = order(1)
  const approval = approvalOf(command, 0)
  const dearer = { ...command, price_units: priceUnits(99_001) } as VenueCommand
  expect(() => bench.outbox.stage(dearer, approval)).toThrow('the very command')
  expect(() => bench.outbox.stage({ ...command }, approval)).toThrow('the very command')
})

test('an approval is used once', () => {
  const bench = new Bench()
  const command = order(1)
  const approval = approvalOf(command, 0)
  bench.outbox.stage(command, approval)
  expect(() => bench.outbox.stage(command, approval)).toThrow('used once')
})

test('an order whose approval is too old is refused, one exactly as old as allowed is sent, and a cancel always is', () => {
  const bench = new Bench()
  bench.stage(order(1))
  bench.step.now_us += 1
  bench.stage(order(2), change('cancel', 2), change('replace', 4))
  bench.step.now_us += APPROVAL_AGE_MAX_US
  bench.stage(change('cancel', 6))
  bench.released_lsn = 0
  bench.outbox.release()
  expect(bench.refused).toEqual([
    {
      type: 'send_outcome',
      outcome: 'refused',
      account_id: 'main',
      client_order_id: 't-1-s-1',
      command_type: 'new_order_single',
      reason_code: 'approval_too_old',
    },
  ])
  bench.released_lsn = 1
  bench.outbox.release()
  expect(bench.sent).toEqual(['t-1-s-2', 't-1-s-3', 't-1-s-5'])
  bench.step.now_us += APPROVAL_AGE_MAX_US + 1
  bench.released_lsn = 2
  bench.outbox.release()
  expect([bench.sent.at(-1), bench.refused.length]).toEqual(['t-1-s-7', 1])
})

test('[N13] each order and replace asks for permission as it leaves; refused they end as not sent, and cancels go', () => {
  const answers = ['', 'lease_expired', 'lease_expired', '']
  const bench = new Bench(undefined, () => answers.shift() ?? 'asked too often')
  bench.stage(order(1), order(2), change('cancel', 3), change('replace', 5), order(7))
  bench.outbox.release()
  expect(answers.length).toBe(4)
  bench.released_lsn = 0
  bench.outbox.release()
  expect([answers, bench.sent]).toEqual([[], ['t-1-s-1', 't-1-s-4', 't-1-s-7']])
  expect(bench.refused).toEqual(
    [
      { client_order_id: 't-1-s-2', command_type: 'new_order_single' },
      { client_order_id: 't-1-s-6', command_type: 'order_cancel_replace_request' },
    ].map((refused) => ({
      type: 'send_outcome',
      outcome: 'refused',
      account_id: 'main',
      reason_code: 'lease_expired',
      ...refused,
    })),
  )
})

test('[N13] an order refused for another reason does not ask', () => {
  let asked = 0
  const bench = new Bench(undefined, () => String(asked++))
  bench.stage(order(1))
  bench.released_lsn = 0
  bench.outbox.release(bench.step.now_us, 'not_reconciled')
  expect([asked, bench.refused.map(({ reason_code }) => reason_code)]).toEqual([0, ['not_reconciled']])
})

test('the effect record holds what is sent, and nothing is in it for the node alone', () => {
  const bench = new Bench()
  const commands = [order(1), change('cancel', 1), change('replace', 3)]
  bench.stage(...commands)
  const record = readEffects(bench.records[0] as Uint8Array, () => 0)
  expect(record).toEqual({ seq: 1, ts_seq_us: 1_000, commands, holdings: [], messages: [] })
})

test.each([order(1), change('cancel', 1), change('replace', 1)])(
  'a $type is read as it was written',
  (command) => {
    expect(readCommand(new CanonicalReader(bytesOf(command)), () => 0)).toEqual(command)
  },
)

test('a venue link sends nothing the journal has not released, and nothing out of order', () => {
  const journal = { released_lsn: 5 }
  const sent: VenueCommand[] = []
  const port = {
    venue_id: 'sim',
    capabilities: { orders: {}, cancel: true, replace: true },
    send: (command: VenueCommand) => void sent.push(command),
  }
  const link = new VenueLink(port, journal)
  expect(() => link.send(order(1), 6, 0)).toThrow('before the journal has released its record')
  link.send(order(1), 5, 0)
  link.send(order(2), 5, 0)
  expect(() => link.send(order(3), 4, 0)).toThrow('in the order of their records')
  expect(sent).toEqual([order(1), order(2)])
})
