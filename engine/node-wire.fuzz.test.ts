import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MessageId } from '../schemas/ids.ts'
import type { NodePayload } from '../schemas/messages/node-message.ts'
import { PLAIN_TERMS } from '../schemas/messages/order-terms.ts'
import * as messages from './messages.test-support.ts'
import { decodeNodeMessage, encodeNodeMessage, WIRE_REFUSALS } from './node-wire.ts'

const payloads: readonly (readonly [subject: string, payload: NodePayload])[] = messages.nodePayloads

test("[N20] every message comes off the wire as it was said, with the hearer's own index", () => {
  for (const [subject, payload] of payloads) {
    const said = { node: 'strat1', epoch: 3, seq: 41, n: 2, ts_seq_us: 1_000, subject, payload }
    const heard = decodeNodeMessage(subject, encodeNodeMessage(said), () => 5)
    const expected = 'instrument_index' in payload ? { ...payload, instrument_index: 5 } : payload
    expect(heard).toEqual({
      type: 'node_message',
      subject,
      message_id: 'strat1.3.41.2' as MessageId,
      source: 'strat1',
      payload: expected,
    })
    if (typeof heard === 'object' && heard.payload.type === 'submit_intent')
      expect(heard.payload.terms).toBe(PLAIN_TERMS)
  }
})

test('[N20] what is no message of its subject is refused with a code and never thrown over', () => {
  const wires = payloads.map(([subject, payload]) => ({
    subject,
    wire: JSON.parse(
      new TextDecoder().decode(
        encodeNodeMessage({ node: 'strat1', epoch: 1, seq: 1, n: 0, ts_seq_us: 1, subject, payload }),
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
      return { subject, bytes: new TextEncoder().encode(JSON.stringify(copy)), is_whole: how === 'set' }
    })
  fc.assert(
    fc.property(damaged, ({ subject, bytes, is_whole }) => {
      const heard = decodeNodeMessage(subject, bytes, () => 0)
      if (typeof heard === 'string') expect(WIRE_REFUSALS).toContain(heard)
      // A value may be put where another of its kind stood; a field too few or too many is none of the schema's.
      else expect(is_whole).toBe(true)
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, subject) => {
      expect(typeof decodeNodeMessage(subject, bytes, () => 0)).toBe('string')
    }),
  )
})

const REFUSED: readonly (readonly [code: string, subject: string, change: (wire: string) => string])[] = [
  ['message_unknown_subject', 'approved.main', (wire) => wire],
  ['message_bad_form', 'denied.main.ema', (wire) => wire],
  ['message_unknown_instrument', 'intent.main.ema', (wire) => wire.replace('EURUSD.sim', 'GBPUSD.sim')],
  [
    'message_other_schema',
    'intent.main.ema',
    (wire) => wire.replace(/"schema_version":\d+/, '"schema_version":999'),
  ],
  ['message_bad_form', 'intent.main.ema', (wire) => wire.replace('"source":"strat1"', '"source":"other"')],
  ['message_not_json', 'intent.main.ema', (wire) => wire.slice(1)],
]

test.each(REFUSED)('[N20] %s refuses a message on %s', (code, subject, change) => {
  const [said, payload] = payloads[0] as (typeof payloads)[number]
  const message = { node: 'strat1', epoch: 1, seq: 1, n: 0, ts_seq_us: 1, subject: said, payload }
  const changed = change(new TextDecoder().decode(encodeNodeMessage(message)))
  const index = (id: string) => (id === 'EURUSD.sim' ? 0 : undefined)
  expect(decodeNodeMessage(subject, new TextEncoder().encode(changed), index)).toBe(code)
})
