// One connection to an exchange process, from the node's side: answers come out whole and checked, each side is heard by
// heartbeats, and a silent, broken or senseless other side ends it. It connects once; who wants another makes another.

import { createConnection, type Socket } from 'node:net'
import { frameLine, readAnswer } from '../../engine/wire/frame-codec.ts'
import { FrameLines } from '../../engine/wire/frame-lines.ts'
import {
  ANSWER_BYTES_MAX,
  type AnswerFrame,
  DEAD_AFTER_MS,
  HEARTBEAT_MS,
  type RequestFrame,
} from '../../engine/wire/venue-frames.ts'

export type ExchangeAddress = { readonly host: string; readonly port: number }

export type LinkTimes = { readonly heartbeat_ms: number; readonly dead_after_ms: number }
export const LINK_TIMES: LinkTimes = { heartbeat_ms: HEARTBEAT_MS, dead_after_ms: DEAD_AFTER_MS }

export type FrameLinkOptions = {
  readonly address: ExchangeAddress
  readonly times: LinkTimes
  /** What the link says first. */
  readonly hello: RequestFrame
  readonly onFrame: (frame: AnswerFrame) => void
  /** The link is over, once, for a reason people can read. */
  readonly onEnd: (reason: string) => void
}

export class FrameLink {
  readonly #options: FrameLinkOptions
  readonly #socket: Socket
  readonly #lines = new FrameLines(ANSWER_BYTES_MAX)
  readonly #beat: NodeJS.Timeout
  #heard_ms = performance.now()
  #isOver = false

  constructor(options: FrameLinkOptions) {
    const { address, times, hello } = options
    this.#options = options
    this.#socket = createConnection({ ...address, noDelay: true })
    this.#socket.on('data', (bytes: Buffer) => this.#take(bytes))
    this.#socket.once('error', (error) =>
      this.end(`${(error as NodeJS.ErrnoException).code ?? error.message}`),
    )
    this.#socket.once('close', () => this.end('closed by the exchange'))
    this.#socket.write(frameLine(hello))
    this.#beat = setInterval(() => this.#look(), times.heartbeat_ms)
  }

  /** Bytes written that have not left. */
  get backlog_bytes(): number {
    return this.#socket.writableLength
  }

  say(frame: RequestFrame): void {
    if (!this.#isOver) this.#socket.write(frameLine(frame))
  }

  /** Nothing is said or heard any more. */
  end(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    clearInterval(this.#beat)
    this.#socket.destroy()
    this.#options.onEnd(reason)
  }

  #take(bytes: Uint8Array): void {
    if (this.#isOver) return
    this.#heard_ms = performance.now()
    const lines = this.#lines.push(bytes)
    for (const line of lines ?? []) {
      const frame = readAnswer(line)
      if (frame === undefined) return this.end('the exchange sent what is no frame')
      if (frame.frame !== 'heartbeat') this.#options.onFrame(frame)
      if (this.#isOver) return
    }
    if (lines === undefined) this.end('the exchange sent what is no frame')
  }

  #look(): void {
    const silent_ms = performance.now() - this.#heard_ms
    if (silent_ms > this.#options.times.dead_after_ms)
      return this.end(`silent for ${Math.round(silent_ms)} ms`)
    this.say({ frame: 'heartbeat' })
  }
}

/** `tcp://127.0.0.1:4760`, as the configuration has it. */
export function exchangeAddress(url: string): ExchangeAddress {
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}
