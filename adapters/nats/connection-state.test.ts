import { expect, test } from 'vitest'
import { ConnectionState } from './connection-state.ts'

test('whoever asks after a connection was closed for good does not wait for it', async () => {
  const state = new ConnectionState({ status: () => [] } as never)
  const change = await new Promise<readonly unknown[]>((resolve) =>
    state.onChange((connected, reason) => resolve([connected, reason])),
  )
  await state.connected()
  expect({ change, is_closed: state.is_closed }).toEqual({ change: [false, 'closed'], is_closed: true })
})
