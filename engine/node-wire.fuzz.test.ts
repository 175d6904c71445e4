import fc from 'fast-check'
import { expect, test } from 'vitest'
import { must } from '../schemas/assert.ts'
import type { MessageId } from '../schemas/ids.ts'
import type { NodePayload } from '../schemas/messages/node-message.ts'
import { busSubjectOf } from '../schemas/messages/node-subject.ts'
import { PLAIN_TERMS } from '../schemas/messages/order-terms.ts'
import { parseBusEnvironment } from '../schemas/subjects.ts'
import * as messages from './messages.test-support.ts'
import { decodeNodeMessage, encodeNodeMessage, WIRE_REFUSALS } from './node-wire.ts'

const ENV = must(parseBusEnvironment('paper'), 'an environment')
const SCOPE = { session: 'one', instrumentIndex: () => 0 }

const payloads: readonly (readonly [subject: string, payload: NodePayload])[] = messages.nodePayloads

test("[N20] every message comes off the wire as it was said, with the hearer's own index", () => {
  for (const [subject, payload] of payloads) {
    const said = { node: 'strat1', epoch: 3, seq: 41, n: 2, ts_seq_us: 1_000, subject, payload }
    const bytes = encodeNodeMessage(said, 'one')
    const wire = { subject: busSubjectOf(ENV, payload), sequence: 7, bytes }
    const heard = decodeNodeMessage(wire, { session: 'one', instrumentIndex: () => 5 })
    const expected = 'instrument_index' in payload ? { ...payload, instrument_index: 5 } : payload
    expect(heard).toEqual({
      type: 'node_message',
      subject,
      sequence: 7,
      message_id: 'strat1.3.41.2' as MessageId,
      source: 'strat1',
      payload: expected,
    })
    if (typeof heard === 'object' && heard.payload.type === 'submit_intent')
      expect(heard.payload.terms).toBe(PLAIN_TERMS)
  }
})

/** What a replace may leave out. */
const KEPT = ['price_units', 'trigger_price_units', 'order_quantity_units']

test('[N20] what is no message of its subject is refused with a code and never thrown over', () => {
  const wires = payloads.map(([subject, payload]) => ({
    subject: busSubjectOf(ENV, payload),
    wire: JSON.parse(
      new TextDecoder().decode(
        encodeNodeMessage({ node: 'strat1', epoch: 1, seq: 1, n: 0, ts_seq_us: 1, subject, payload }, 'one'),
      ),
    ) as { envelope: Record<string, unknown>; payload: Record<string, unknown> },
  }))
  const damaged = fc
    .record({
      at: fc.nat(wires.length - 1),
      part: fc.constantFrom('envelope' as const, 'payload' as const),
      field: fc.nat(40),
      value: fc.oneof(fc.jsonValue(), fc.constantFrom(NaN, 1e300, -1, 0.5, '', 'a.b', null)),
      how: fc.constantFrom('set', 'delete', 'add'),
    })
    .map(({ at, part, field, value, how }) => {
      const { subject, wire } = wires[at] as (typeof wires)[number]
      const copy = structuredClone(wire)
      const names = Object.keys(copy[part])
      const name = names[field % names.length] as string
      if (how === 'delete') delete copy[part][name]
      else copy[part][how === 'add' ? `${name}x` : name] = value
      const isLeftOut = how === 'delete' && wire.payload.type === 'replace_intent' && KEPT.includes(name)
      const bytes = new TextEncoder().encode(JSON.stringify(copy))
      return { subject, bytes, is_whole: how === 'set' || isLeftOut }
    })
  fc.assert(
    fc.property(damaged, ({ subject, bytes, is_whole }) => {
      const heard = decodeNodeMessage({ subject, sequence: 1, bytes }, SCOPE)
      if (typeof heard === 'string') expect(WIRE_REFUSALS).toContain(heard)
      // A value may be put where another of its kind stood; a field too few or too many is none of the schema's.
      else expect(is_whole).toBe(true)
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, subject) => {
      expect(typeof decodeNodeMessage({ subject, sequence: 1, bytes }, SCOPE)).toBe('string')
    }),
  )
})

const REFUSED: readonly (readonly [code: string, subject: string, change: (wire: string) => string])[] = [
  ['message_unknown_subject', 'paper.approved.main', (wire) => wire],
  ['message_unknown_subject', 'paper.journal.main', (wire) => wire],
  ['message_bad_form', 'paper.risk.main', (wire) => wire],
  ['message_other_subject', 'paper.intent.main.other', (wire) => wire],
  ['message_other_subject', 'paper.intent.second.s', (wire) => wire],
  ['other_session', 'paper.intent.main.s', (wire) => wire.replace('"session":"one"', '"session":"two"')],
  ['message_unknown_instrument', 'paper.intent.main.s', (wire) => wire.replace('EURUSD.sim', 'GBPUSD.sim')],
  [
    'message_other_schema',
    'paper.intent.main.s',
    (wire) => wire.replace(/"schema_version":\d+/, '"schema_version":999'),
  ],
  [
    'message_bad_form',
    'paper.intent.main.s',
    (wire) => wire.replace('"source":"strat1"', '"source":"other"'),
  ],
  ['message_not_json', 'paper.intent.main.s', (wire) => wire.slice(1)],
]

test.each(REFUSED)('[N20] %s refuses a message on %s', (code, subject, change) => {
  const [said, payload] = payloads[0] as (typeof payloads)[number]
  const message = { node: 'strat1', epoch: 1, seq: 1, n: 0, ts_seq_us: 1, subject: said, payload }
  const changed = change(new TextDecoder().decode(encodeNodeMessage(message, 'one')))
  const instrumentIndex = (id: string) => (id === 'EURUSD.sim' ? 0 : undefined)
  const bytes = new TextEncoder().encode(changed)
  expect(decodeNodeMessage({ subject, sequence: 1, bytes }, { session: 'one', instrumentIndex })).toBe(code)
})
