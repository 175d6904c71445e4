// Frames on the recorder's socket: the length of what follows (u32, little-endian), a byte that says what it is, and
// that. Writing waits for the reader; a frame beyond the bound ends the connection.

import type { Socket } from 'node:net'

export const FRAME = { request: 1, result: 2, error: 3, block: 4, end: 5 } as const
export type Frame = { readonly type: number; readonly payload: Uint8Array }

const HEAD_SIZE = 5
/** A block of a reading is under a megabyte; a list of manifests may be longer. */
const FRAME_SIZE_MAX = 1 << 26

/** Writes a frame, and waits while the other side is behind. To a closed connection nothing is written. */
export async function writeFrame(socket: Socket, type: number, parts: readonly Uint8Array[]): Promise<void> {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const bytes = new Uint8Array(HEAD_SIZE + size)
  new DataView(bytes.buffer).setUint32(0, 1 + size, true)
  bytes[4] = type
  let at = HEAD_SIZE
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  // The bytes are the socket's own now, whatever becomes of the parts.
  if (socket.destroyed || socket.write(bytes)) return
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}

export function writeJson(socket: Socket, type: number, value: unknown): Promise<void> {
  return writeFrame(socket, type, [Buffer.from(JSON.stringify(value))])
}

/** The frames that come in, until the other side ends. Payloads are the reader's own, at the start of their memory. */
export async function* readFrames(socket: Socket): AsyncGenerator<Frame> {
  let held: Buffer[] = []
  let size = 0
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    held.push(chunk)
    size += chunk.length
    while (size >= HEAD_SIZE) {
      if ((held[0] as Buffer).length < HEAD_SIZE) held = [Buffer.concat(held)]
      const length = (held[0] as Buffer).readUInt32LE(0)
      if (length < 1 || length > FRAME_SIZE_MAX) throw new RangeError(`a frame of ${length} bytes`)
      if (size < 4 + length) break
      const all = Buffer.concat(held)
      yield { type: all[4] as number, payload: new Uint8Array(all.subarray(HEAD_SIZE, 4 + length)) }
      const rest = all.subarray(4 + length)
      held = rest.length === 0 ? [] : [rest]
      size = rest.length
    }
  }
}

export function jsonOf({ payload }: Frame): unknown {
  return JSON.parse(Buffer.from(payload).toString())
}
