// Keeps a link to an exchange process: after each end another is made, with pauses that grow to a bound and begin anew
// once the exchange has welcomed one.

import type { AnswerFrame, RequestFrame } from '../../engine/wire/venue-frames.ts'
import { type ExchangeAddress, FrameLink, LINK_TIMES, type LinkTimes } from './frame-link.ts'

export type ReconnectTimes = LinkTimes & { readonly pause_ms_min: number; readonly pause_ms_max: number }
export const RECONNECT_TIMES: ReconnectTimes = { ...LINK_TIMES, pause_ms_min: 50, pause_ms_max: 2_000 }

export type Welcome = Extract<AnswerFrame, { frame: 'welcome' }>
export type Refused = Extract<AnswerFrame, { frame: 'refused' }>

export type ReconnectingLinkOptions = {
  readonly address: ExchangeAddress
  readonly times?: ReconnectTimes
  /** What each link says first. */
  readonly hello: () => RequestFrame
  /** Says why the node cannot go on with this exchange; '' where it can. */
  readonly onWelcome: (welcome: Welcome) => string
  readonly onRefused: (refused: Refused) => void
  readonly onFrame: (frame: AnswerFrame) => void
  readonly onLost: (reason: string) => void
}

export class ReconnectingLink {
  readonly #options: ReconnectingLinkOptions
  readonly #times: ReconnectTimes
  #link: FrameLink | undefined
  #isWelcome = false
  #pause_ms: number
  #timer: NodeJS.Timeout | undefined
  #isOpen = true

  constructor(options: ReconnectingLinkOptions) {
    this.#options = options
    this.#times = options.times ?? RECONNECT_TIMES
    this.#pause_ms = this.#times.pause_ms_min
    this.#connect()
  }

  get is_welcome(): boolean {
    return this.#isWelcome
  }

  get backlog_bytes(): number {
    return this.#link?.backlog_bytes ?? 0
  }

  say(frame: RequestFrame): void {
    this.#link?.say(frame)
  }

  close(): void {
    this.#isOpen = false
    clearTimeout(this.#timer)
    this.#link?.end('closed by the node')
  }

  #connect(): void {
    const { address, hello } = this.#options
    const link = new FrameLink({
      address,
      times: this.#times,
      hello: hello(),
      onFrame: (frame) => this.#take(link, frame),
      onEnd: (reason) => this.#onEnd(reason),
    })
    this.#link = link
  }

  #take(link: FrameLink, frame: AnswerFrame): void {
    if (frame.frame === 'refused') {
      // First: where nobody goes on after it, a lost link is nothing to be told of.
      this.#options.onRefused(frame)
      return link.end(`${frame.code}: ${frame.what.replace(/\.$/, '')}`)
    }
    if (frame.frame !== 'welcome') {
      if (this.#isWelcome) return this.#options.onFrame(frame)
      return link.end('the exchange spoke before it welcomed')
    }
    this.#isWelcome = true
    this.#pause_ms = this.#times.pause_ms_min
    const problem = this.#options.onWelcome(frame)
    if (problem !== '') link.end(problem)
  }

  #onEnd(reason: string): void {
    this.#link = undefined
    this.#isWelcome = false
    this.#options.onLost(reason)
    if (!this.#isOpen) return
    this.#timer = setTimeout(() => this.#connect(), this.#pause_ms)
    this.#pause_ms = Math.min(2 * this.#pause_ms, this.#times.pause_ms_max)
  }
}
