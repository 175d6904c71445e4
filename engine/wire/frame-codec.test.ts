import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import { cancel, newOrder, replace, report, triggerOrder } from '../messages.test-support.ts'
import {
  commandOfWire,
  commandToWire,
  frameLine,
  readAnswer,
  readRequest,
  reportOfWire,
  reportToWire,
} from './frame-codec.ts'
import type { AnswerFrame, RequestFrame } from './venue-frames.ts'

test.each([newOrder, triggerOrder, cancel, replace])('[F3] a command comes out as it went in', (command) => {
  const read = readRequest(frameLine({ frame: 'command', command: commandToWire(command) }))
  const wire = (read as Extract<RequestFrame, { frame: 'command' }>).command
  const back = commandOfWire(wire, () => command.instrument_index)
  expect(back).toEqual(command)
  if (back.type === 'new_order_single' && command === newOrder) expect(back.terms).toBe(PLAIN_TERMS)
})

test('[F3] a report comes out as it went in, its commission exact', () => {
  const said = { ...report, report_id: '41', commission: -123_456_789_012_345_678_901n }
  const read = readAnswer(frameLine({ frame: 'report', report: reportToWire(said) }))
  const wire = (read as Extract<AnswerFrame, { frame: 'report' }>).report
  expect(reportOfWire(wire, () => said.instrument_index)).toEqual(said)
})

test.each([
  ['no JSON', '{"frame":'],
  ['no object', '7'],
  ['an unknown frame', '{"frame":"drop_all"}'],
  ['a name from the prototype', '{"frame":"constructor"}'],
  ['a field too many', '{"frame":"heartbeat","more":1}'],
  ['a field too few', '{"frame":"state"}'],
  ['a number no integer holds', '{"frame":"absent","account_id":"a","client_order_id":"b","n":1e400}'],
])('[F4] %s is no frame', (_, line) => {
  expect([readRequest(line), readAnswer(line)]).toEqual([undefined, undefined])
})

test('[F4] a command with one field changed is the same command or no frame, and nothing throws', () => {
  const line = frameLine({ frame: 'command', command: commandToWire(triggerOrder) })
  const seed = 20_261
  fc.assert(
    fc.property(fc.nat(line.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const changed = line.slice(0, at) + String.fromCharCode(byte) + line.slice(at + 1)
      const read = readRequest(changed)
      if (read !== undefined) expect(frameLine(read)).toBe(frameLine(JSON.parse(changed) as RequestFrame))
    }),
    { seed, numRuns: 2_000 },
  )
})

test('[F4] whatever a line says, it is read without a throw', () => {
  const frames = fc.record({ frame: fc.constantFrom('logon', 'command', 'look_up', 'report', 'state') })
  const lines = fc
    .tuple(frames, fc.jsonValue())
    .map(([frame, value]) => JSON.stringify({ ...(value as object), ...frame }))
  fc.assert(
    fc.property(fc.oneof(lines, fc.json(), fc.string()), (line) => {
      readRequest(line)
      readAnswer(line)
    }),
    { seed: 20_262, numRuns: 2_000 },
  )
})
