import { expect, test } from 'vitest'
import { frameLine, readAnswer } from './frame-codec.ts'
import { FrameLines } from './frame-lines.ts'
import { type OpenOrdersFrame, type StateFrame, StateParts, stateFrames } from './state-frames.ts'
import { ANSWER_BYTES_MAX, STATE_IDS_MAX } from './venue-frames.ts'

const state = (count: number): StateFrame => ({
  frame: 'state',
  account_id: 'main',
  positions: [{ instrument_id: 'EURUSD.gen', quantity_units: -7 }],
  // As long as an id may be.
  open_client_order_ids: Array.from(
    { length: count },
    (_, at) => `session12345-99-strategy-${1_000_000 + at}`,
  ),
  ts_event_us: 5,
})

test.each([0, 1, STATE_IDS_MAX, STATE_IDS_MAX + 1, 10 * STATE_IDS_MAX])(
  '[F5] a state of %i open orders fits into its frames and comes out whole',
  (count) => {
    const lines = new FrameLines(ANSWER_BYTES_MAX)
    const parts = new StateParts()
    const heard: StateFrame[] = []
    for (const frame of stateFrames(state(count)))
      for (const line of lines.push(Buffer.from(frameLine(frame))) ?? []) {
        const read = readAnswer(line)
        if (read?.frame === 'open_orders') parts.add(read)
        else if (read?.frame === 'state') heard.push(parts.whole(read))
      }
    expect(heard).toEqual([state(count)])
  },
)

test('[F5] what a lost connection began to say of its open orders is not finished by the next one', () => {
  const parts = new StateParts()
  parts.add(stateFrames(state(STATE_IDS_MAX + 1))[0] as OpenOrdersFrame)
  parts.clear()
  expect(parts.whole(state(1))).toEqual(state(1))
})
