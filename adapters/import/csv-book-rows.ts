// The records of a CSV file of book changes as rows, by its mapping.

import { BOOK_ACTION, LEVEL_ACTION } from '../../engine/book/book-action.ts'
import {
  type BookLevelCsv,
  type BookOrderCsv,
  LEVEL_WORDS,
  ORDER_WORDS,
} from '../../schemas/csv-book-mapping.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import type { BookMark } from './book-events.ts'
import { priceReader, sizeOf } from './field-values.ts'
import { BadRow } from './import-refusal.ts'

type Fields = readonly string[]
type FieldAt = (name: string) => (fields: Fields) => string

/** A row's values but for its last, and what it says about its event; without values it changes no book. */
export type BookValues = { readonly values: readonly number[] | undefined; readonly mark: BookMark }
export type BookReader = (fields: Fields, instrument: Instrument) => BookValues

export function bookReader(mapping: BookLevelCsv | BookOrderCsv, fieldAt: FieldAt): BookReader {
  const markOf = markReader(mapping, fieldAt)
  const valuesOf =
    mapping.kind === 'book_level' ? levelReader(mapping, fieldAt) : orderReader(mapping, fieldAt)
  return (fields, instrument) => ({ values: valuesOf(fields, instrument), mark: markOf(fields) })
}

function levelReader(mapping: BookLevelCsv, fieldAt: FieldAt) {
  const { columns } = mapping
  const [side, price, size] = [fieldAt(columns.side), fieldAt(columns.price), fieldAt(columns.size)]
  const actionOf =
    columns.action === undefined ? undefined : wordReader(fieldAt(columns.action), LEVEL_WORDS, mapping)
  const priceOf = priceReader(mapping.price_scale)
  return (fields: Fields, instrument: Instrument): readonly number[] | undefined => {
    const action = actionOf?.(fields) ?? 'update'
    if (action === 'none') return undefined
    if (action === 'clear') return [LEVEL_ACTION.clear, 0, 0, 0]
    const units = action === 'delete' ? 0 : sizeOf(size(fields), instrument)
    return [LEVEL_ACTION.update, sideOf(side(fields), mapping), priceOf(price(fields), instrument), units]
  }
}

function orderReader(mapping: BookOrderCsv, fieldAt: FieldAt) {
  const { columns } = mapping
  const [side, price, size] = [fieldAt(columns.side), fieldAt(columns.price), fieldAt(columns.size)]
  const id = fieldAt(columns.order_id)
  const actionOf = wordReader(fieldAt(columns.action), ORDER_WORDS, mapping)
  const priceOf = priceReader(mapping.price_scale)
  return (fields: Fields, instrument: Instrument): readonly number[] | undefined => {
    const word = actionOf(fields)
    if (word === 'none') return undefined
    const action = BOOK_ACTION[word]
    if (word === 'clear') return [action, 0, 0, 0, 0]
    const order_id = orderIdOf(id(fields))
    if (word === 'delete') return [action, order_id, 0, 0, 0]
    const units = sizeOf(size(fields), instrument)
    if (word !== 'add' && word !== 'modify') return [action, order_id, 0, 0, units]
    if (units === 0) throw noSize()
    // The side of an order that is there is known.
    const sideUnits = word === 'add' ? sideOf(side(fields), mapping) : 0
    return [action, order_id, sideUnits, priceOf(price(fields), instrument), units]
  }
}

/** What is written where a word is wanted: what the mapping says it means, else the word itself. */
function wordReader<Word extends string>(
  fieldOf: (fields: Fields) => string,
  words: readonly Word[],
  { actions }: { readonly actions?: Readonly<Record<string, Word>> | undefined },
): (fields: Fields) => Word {
  const meaning = new Map<string, Word>(
    actions === undefined ? words.map((word) => [word, word]) : Object.entries(actions),
  )
  return (fields) => {
    const text = fieldOf(fields)
    const word = meaning.get(text)
    if (word !== undefined) return word
    throw new BadRow({
      code: 'import.bad_action',
      what: `"${text}" is no action.`,
      remedy: `Write one of ${[...meaning.keys()].join(', ')}, or correct actions in the mapping.`,
    })
  }
}

function markReader({ columns, last_bit }: BookLevelCsv | BookOrderCsv, fieldAt: FieldAt) {
  const event = columns.event === undefined ? undefined : fieldAt(columns.event)
  const last = columns.last === undefined ? undefined : fieldAt(columns.last)
  const snapshot =
    'snapshot' in columns && columns.snapshot !== undefined ? fieldAt(columns.snapshot) : undefined
  const isOneRow = event === undefined && last === undefined
  return (fields: Fields): BookMark => ({
    event: event?.(fields),
    ends_event:
      isOneRow ||
      (last !== undefined &&
        (last_bit === undefined ? isTrue(last(fields)) : hasBit(last(fields), last_bit))),
    is_snapshot: snapshot !== undefined && isTrue(snapshot(fields)),
  })
}

function sideOf(text: string, { sides }: BookLevelCsv | BookOrderCsv): number {
  if (text === sides.bid) return 1
  if (text === sides.ask) return -1
  throw new BadRow({
    code: 'import.bad_side',
    what: `"${text}" is no side.`,
    remedy: `Write ${sides.bid} or ${sides.ask}, or correct sides in the mapping.`,
  })
}

function orderIdOf(text: string): number {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(id)) return id
  throw new BadRow({
    code: 'import.bad_order_id',
    what: `"${text}" is no number of an order below 2^53.`,
    remedy: 'Give the orders of the file smaller numbers, the same one for the same order.',
  })
}

function isTrue(text: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw badFlag(text, 'true, false, 1 nor 0')
}

function hasBit(text: string, bit: number): boolean {
  if (!/^\d{1,9}$/.test(text)) throw badFlag(text, 'a number')
  return (Number(text) & bit) !== 0
}

function badFlag(text: string, wanted: string): BadRow {
  return new BadRow({
    code: 'import.bad_flag',
    what: `"${text}" is not ${wanted}.`,
    remedy: 'Correct the file, or the columns of the mapping.',
  })
}

function noSize(): BadRow {
  return new BadRow({
    code: 'import.order_without_size',
    what: 'An order is added or changed to a size of zero.',
    remedy: 'Write that it is deleted.',
  })
}
