import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { sizeUnits, timeUs } from '../../schemas/units.ts'
import {
  CIRCUMSTANCES,
  ELSEWHERE,
  EVENTS,
  MATRICES,
  type Matrix,
  ORD_STATUS,
  type OrdStatus,
  OUR_STATES,
  type Quantities,
  type Row,
  TABLE,
} from './fix-matrix.test-support.ts'
import { ORDER_EVENT_TYPES, type OrderEvent } from './order-event.ts'
import { newOrder, send } from './order-events.test-support.ts'
import type { OrderEffect } from './order-facts.ts'
import { orderTable } from './order-machine.ts'
import { approvedOrder, ORDER_STATES, type OrderRecord } from './order-record.ts'

const differences = MATRICES.flatMap(([, rows]) => rows.flatMap((row) => row[3] ?? []))

test.each(MATRICES)('FIX %s', (...matrix) => {
  const { observed, expected } = lived(matrix)
  expect(observed).toEqual(expected)
})

test('every state is one of FIX, or has a reason to be', () => {
  const ours = ORDER_STATES.filter((state) => ORD_STATUS[state] === '')
  expect(Object.keys(OUR_STATES)).toEqual(ours)
})

test('no difference is named that is none', () => {
  for (const [, rows] of MATRICES) {
    for (const [, status, quantities, difference] of rows) {
      if (difference === undefined) continue
      expect({ status: difference.status, quantities: difference.quantities ?? quantities }).not.toEqual({
        status,
        quantities,
      })
    }
  }
})

test('the differences are the rules of SPEC.md that begin with F', () => {
  const spec = readFileSync(new URL('SPEC.md', import.meta.url), 'utf8')
  const rules = [...spec.matchAll(/\*\*\[(F\d+)\]\*\*/g)].map(([, rule]) => rule)
  expect(rules).toEqual([...new Set(differences.map(({ rule }) => rule))].sort())
})

test('no matrix is both here and answered for elsewhere', () => {
  const here = new Set(MATRICES.map(([name]) => name.slice(0, name.indexOf(' '))))
  expect(Object.keys(ELSEWHERE).filter((reference) => here.has(reference))).toEqual([])
})

const [header, ...lines] = TABLE.trim().split('\n').map(cellsOf)
const columns = must(header, 'the table has a header')[1]

test('the table has every state, every circumstance and every event', () => {
  expect(columns).toEqual(Object.keys(CIRCUMSTANCES))
  expect(lines.map(([label]) => label)).toEqual(Object.keys(EVENTS))
  const pairs = new Set<string>()
  for (const [label, cells] of lines) {
    expect(typeOf(label)).toBe(EVENTS[label]?.type)
    expect(cells.length).toBe(columns.length)
    for (const [i, cell] of cells.entries()) {
      if (cell !== '-') pairs.add(`${stateOf(columns[i])} ${typeOf(label)}`)
    }
  }
  const all = ORDER_STATES.flatMap((state) => ORDER_EVENT_TYPES.map((type) => `${state} ${type}`))
  expect([...pairs].sort()).toEqual(all.sort())
})

test.each(lines)('%s, in every state', (label, cells) => {
  const event = must(EVENTS[label], 'a row has its event')
  const at = columns.filter((_, i) => cells[i] !== '-')
  const expected = at.map((column) => `${column} ${cells[columns.indexOf(column)]}`)
  expect(at.map((column) => `${column} ${cellFor(column, event)}`)).toEqual(expected)
})

/** The machine's and the table's account of one matrix, message by message. */
function lived([, rows]: Matrix) {
  const order = approvedOrder(newOrder({ order_quantity_units: sizeUnits(10_000) }), timeUs(1))
  orderTable.dispatch(order, send('new', 'sent'), [])
  const observed = [seen(order)]
  const expected: Seen[] = [{ status: 'Pending New', quantities: [10_000, 0, 10_000] }]
  for (const [message, status, quantities, difference] of rows) {
    const before = must(expected.at(-1), 'the first row is the order')
    const told = difference?.quantities ?? quantities ?? before.quantities
    orderTable.dispatch(order, eventOf(message, quantities ?? before.quantities), [])
    observed.push(seen(order))
    expected.push({ status: difference?.status ?? status, quantities: told })
  }
  return { observed, expected }
}

function eventOf(message: Row[0], quantities: Quantities): OrderEvent {
  return typeof message === 'function' ? message(quantities) : message
}

type Seen = { readonly status: OrdStatus | ''; readonly quantities: Quantities }

function seen(order: OrderRecord): Seen {
  const { state, order_quantity_units, cum_quantity_units, leaves_quantity_units } = order
  const quantities = [order_quantity_units, cum_quantity_units, leaves_quantity_units] as const
  return { status: ORD_STATUS[state], quantities }
}

/** What the table should hold for an event in a circumstance. */
function cellFor(column: string, event: OrderEvent): string {
  const [state, life] = must(CIRCUMSTANCES[column], 'a column has its circumstance')
  const order = approvedOrder(newOrder(), timeUs(1))
  for (const earlier of life) orderTable.dispatch(order, earlier, [])
  expect(order.state).toBe(state)
  const effects: OrderEffect[] = []
  orderTable.dispatch(order, event, effects)
  const isUnexpected = effects.some(({ type }) => type === 'order.unexpected_event')
  if (order.state === state) return isUnexpected ? '!' : '.'
  return must(
    columns.find((code) => stateOf(code) === order.state),
    'a state has a column',
  )
}

function stateOf(column: string | undefined) {
  return must(CIRCUMSTANCES[column ?? ''], 'a column has its circumstance')[0]
}

function typeOf(label: string): string | undefined {
  return label.split(',')[0]
}

function cellsOf(line: string): [label: string, cells: string[]] {
  const [label = '', ...groups] = line.split('|')
  return [label.trim(), groups.flatMap((group) => group.trim().split(/\s+/))]
}
