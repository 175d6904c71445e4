import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { SCHEMA_VERSION } from '../schemas/schema-version.ts'
import { CanonicalReader } from './canonical/canonical-reader.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { readCommand, writeCommand } from './command-codec.ts'
import { readInput, writeInput } from './input-codec.ts'
import * as messages from './messages.test-support.ts'
import { writeMessageEntry } from './node-message-codec.ts'
import { OutputHash } from './output-hash.ts'
import { Outputs } from './outputs.ts'

/** Of each schema version, the hash of one record of every kind. */
const PINNED: { readonly [version: number]: string } = {
  1: '30cd5efdb3f967b4bc5e24b4e2992ec2a6b376b0e1a18779eb6fc458510fb0d5',
  2: 'b90a7d7c75bf9ad5c4d4c2bc76db2d9e7cd9119628ff58a3df5d7d28393af726',
  3: '4140a97f96b0a5f97d17cdee78e23103c6d2b8361b6ceb9c7829ab76c9b6d235',
}

const WHAT_TO_DO = `The bytes of a record changed. What was written under schema version ${SCHEMA_VERSION} cannot be read
or compared any more, so raise SCHEMA_VERSION in schemas/schema-version.ts, add its line of history there, and pin the
hash below under the new version. Only a version that nobody has written with yet may be pinned anew.`

const inputs = [
  messages.control,
  messages.feedEvent,
  messages.outcome,
  messages.report,
  messages.timer,
  messages.lookup,
  messages.venueState,
  ...messages.nodeMessages,
  messages.published,
]
const commands = [messages.newOrder, messages.triggerOrder, messages.cancel, messages.replace]

function written(write: (writer: CanonicalWriter) => void): Uint8Array {
  const writer = new CanonicalWriter()
  write(writer)
  return writer.copy()
}

test('the records are laid out as the schema version says', () => {
  const hash = createHash('sha256')
  for (const input of inputs)
    hash.update(written((writer) => writeInput(writer, 17, 1_700_000_000_000_000, input)))
  for (const [subject, payload] of messages.nodePayloads)
    hash.update(written((writer) => writeMessageEntry(writer, subject, payload)))
  for (const command of commands) hash.update(written((writer) => writeCommand(writer, command)))
  const outputs = new Outputs(
    new OutputHash({ digest: () => new Uint8Array(32) }, (record) => hash.update(record)),
  )
  for (const command of commands) outputs.command(command, 19)
  outputs.fact(messages.fact, 19)
  outputs.denial(messages.denial)
  outputs.ledgerEntry(messages.ledgerEntry)
  expect({ version: SCHEMA_VERSION, hash: hash.digest('hex') }, WHAT_TO_DO).toEqual({
    version: SCHEMA_VERSION,
    hash: PINNED[SCHEMA_VERSION],
  })
})

test.each(inputs)('an input of type $type is read as it was written', (input) => {
  const bytes = written((writer) => writeInput(writer, 17, 1_700_000_000_000_000, input))
  expect(readInput(new CanonicalReader(bytes), () => 3)).toEqual({
    seq: 17,
    ts_seq_us: 1_700_000_000_000_000,
    input,
  })
})

test.each(commands)('a command of type $type is read as it was written', (command) => {
  const reader = new CanonicalReader(written((writer) => writeCommand(writer, command)))
  expect(readCommand(reader, () => 3)).toEqual(command)
  reader.end()
})

test.each(commands)('a command of type $type has room for names of any length and script', (command) => {
  const long = <Text extends string>(text: Text) => `${text}${'€'.repeat(400)}` as Text
  const account_id = long(command.account_id)
  const strategy_id = long(command.strategy_id)
  const client_order_id = long(command.client_order_id)
  const instrument_id = long(command.instrument_id)
  const named = { ...command, account_id, strategy_id, client_order_id, instrument_id }
  // So small that it grows to the very room that is asked for.
  const writer = new CanonicalWriter(1)
  writeCommand(writer, named)
  const reader = new CanonicalReader(writer.copy())
  expect(readCommand(reader, () => 3)).toEqual(named)
  reader.end()
})

test('an input of an unknown type is refused', () => {
  const bytes = written((writer) => writeInput(writer, 17, 18, messages.control))
  bytes[16] = 250
  expect(() => readInput(new CanonicalReader(bytes), () => 3)).toThrow('an input has a known type')
})
