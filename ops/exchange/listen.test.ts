import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { FramePipe } from '../../sim/paper-venue/venue-peer.ts'
import { listen } from './listen.ts'

/** How long a refused peer is given to read why. */
const END_MS = 1_000

test('[W8] a refused peer that goes on talking reads why, and is gone a moment later', async () => {
  let closed = 0
  let isRefused = false
  const door = await listen({ host: '127.0.0.1', port: 0 }, (pipe: FramePipe) => ({
    bytes: () => {
      if (isRefused) return
      isRefused = true
      pipe.write('refused\n')
      pipe.end()
    },
    closed: () => {
      closed++
    },
  }))
  onTestFinished(() => door.close())
  const socket = connect({ ...door.address, allowHalfOpen: true })
  // It hears neither that it was refused nor that nobody listens, and talks faster than any idle timeout.
  const talk = setInterval(() => socket.write('{"more":"of it"}\n'), 20)
  onTestFinished(() => clearInterval(talk))
  let heard = ''
  socket.on('data', (bytes) => {
    heard += bytes
  })
  socket.on('error', () => undefined)
  await once(socket, 'data')
  const refused_ms = performance.now()
  await new Promise((resolve) => socket.once('close', resolve))
  expect(heard).toBe('refused\n')
  expect(performance.now() - refused_ms).toBeLessThan(2 * END_MS)
  expect(closed).toBeGreaterThan(0)
})
