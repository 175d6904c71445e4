import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { CanonicalReader } from './canonical/canonical-reader.ts'
import * as messages from './messages.test-support.ts'
import { OutputHash } from './output-hash.ts'
import { Outputs } from './outputs.ts'

/** The bytes of the record an output makes. */
function recordOf(put: (outputs: Outputs) => void): string {
  const records: string[] = []
  const sha256 = {
    digest: (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest(),
  }
  put(new Outputs(new OutputHash(sha256, (bytes) => records.push(Buffer.from(bytes).toString('hex')))))
  expect(records.length).toBe(1)
  return records.join()
}

/** The fields of a message that its record does not tell apart from another value of the same field. */
function ignoredFields<Message extends object>(
  message: Message,
  put: (outputs: Outputs, message: Message) => void,
): string[] {
  const record = recordOf((outputs) => put(outputs, message))
  return Object.entries(message)
    .filter(([name, value]) => {
      const other = { ...message, [name]: another(name, value) }
      return recordOf((outputs) => put(outputs, other)) === record
    })
    .map(([name]) => name)
    .sort()
}

/** Words come from lists; these are others of the same list. */
const OTHER_WORD: Readonly<Record<string, string>> = {
  type: 'order_cancel_request',
  side: 'buy',
  order_type: 'market',
  time_in_force: 'ioc',
  request: 'new',
  liquidity_side: 'maker',
  kind: 'deposit',
}

function another(name: string, value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'bigint') return value + 1n
  if (typeof value === 'boolean') return !value
  if (value === 'order.trade_corrected') return 'order.filled'
  if (value === 'price_collar') return 'order_rate'
  return OTHER_WORD[name] ?? `${String(value)}x`
}

// Names of the run, its epoch and the node's own indexes stay out; so does what the record's kind or the order says.
const OF_THE_RUN = ['client_order_id', 'instrument_index', 'original_client_order_id', 'venue_id']

test('the record of an order command leaves out what is of the run alone, and nothing else', () => {
  const put = (outputs: Outputs, command: (typeof messages)['newOrder']) => outputs.command(command, 1)
  const ignored = OF_THE_RUN.filter((name) => name !== 'original_client_order_id')
  expect(ignoredFields(messages.newOrder, put)).toEqual(ignored)
  const putReplace = (outputs: Outputs, command: (typeof messages)['replace']) => outputs.command(command, 1)
  expect(ignoredFields(messages.replace, putReplace)).toEqual(OF_THE_RUN)
})

test('the record of a fact leaves out names of the run, what its type or the command says, and words for people', () => {
  const put = (outputs: Outputs, fact: (typeof messages)['fact']) => outputs.fact(fact, 1)
  expect(ignoredFields(messages.fact, put)).toEqual([
    'client_order_id',
    'ended',
    'instrument_index',
    'order_type',
    'reason_text',
    'time_in_force',
    'venue_id',
  ])
})

test('the record of a denial leaves out the venue, which its instrument names, and that of a ledger entry nothing', () => {
  expect(ignoredFields(messages.denial, (outputs, denial) => outputs.denial(denial))).toEqual([
    'type',
    'venue_id',
  ])
  expect(ignoredFields(messages.ledgerEntry, (outputs, entry) => outputs.ledgerEntry(entry))).toEqual([])
})

test('an output at another time is another record', () => {
  const at = (ts_us: number) => recordOf((outputs) => outputs.command(messages.cancel, ts_us))
  expect(at(1)).not.toBe(at(2))
})

test('an observer sees the outputs themselves, and the records are the same without it', () => {
  const seen: unknown[] = []
  const see = (output: unknown) => void seen.push(output)
  const put = (outputs: Outputs) => {
    outputs.command(messages.newOrder, 1)
    outputs.fact(messages.fact, 1)
    outputs.denial(messages.denial)
    outputs.ledgerEntry(messages.ledgerEntry)
  }
  const sha256 = {
    digest: (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest(),
  }
  const watched = new OutputHash(sha256)
  put(new Outputs(watched, { onCommand: see, onFact: see, onDenied: see, onLedgerEntry: see }))
  const alone = new OutputHash(sha256)
  put(new Outputs(alone))
  expect(seen).toEqual([messages.newOrder, messages.fact, messages.denial, messages.ledgerEntry])
  expect(watched.digest()).toEqual(alone.digest())
})

test('a record has room for texts of any length and script', () => {
  // So long that the block grows to the very room that is asked for.
  const long = <Text extends string>(text: Text) => `${text}${'€'.repeat(250_000)}` as Text
  const { fact, ledgerEntry } = messages
  const account_id = long(fact.account_id)
  const strategy_id = long(fact.strategy_id)
  const instrument_id = long(fact.instrument_id)
  const [execution_id, currency, reason_code] = ['e', 'c', 'r'].map(long) as [string, string, string]
  const owner = { account_id, strategy_id }
  const named = { ...fact, ...owner, instrument_id, execution_id, commission_currency: currency, reason_code }
  const read = new CanonicalReader(
    Buffer.from(
      recordOf((outputs) => outputs.fact(named, 1)),
      'hex',
    ),
  )
  const numbers = (count: number) => Array.from({ length: count }, () => read.number())
  read.byte()
  numbers(1)
  expect(read.text() === account_id && read.text() === strategy_id).toBe(true)
  numbers(2)
  read.byte()
  expect(read.text() === instrument_id).toBe(true)
  read.byte()
  numbers(4)
  expect(read.text() === execution_id).toBe(true)
  numbers(2)
  read.byte()
  numbers(2)
  expect(read.big()).toBe(fact.commission)
  expect(read.text() === currency && read.text() === reason_code).toBe(true)
  expect(read.number()).toBe(fact.ts_event_us)
  read.end()

  const balance = 10n ** 38n - 1n
  const entry = { ...ledgerEntry, ...owner, currency, reference: execution_id, amount: -balance, balance }
  const row = new CanonicalReader(
    Buffer.from(
      recordOf((outputs) => outputs.ledgerEntry(entry)),
      'hex',
    ),
  )
  row.byte()
  row.number()
  expect(row.text() === account_id).toBe(true)
  row.number()
  expect(row.text()).toBe(entry.kind)
  expect(row.text() === strategy_id && row.text() === currency).toBe(true)
  expect([row.big(), row.big()]).toEqual([-balance, balance])
  expect(row.text() === execution_id).toBe(true)
  row.end()
})
