// A proxy before an exchange that does what networks do: delays, swallows either direction while its sockets stay open,
// cuts, and takes no connection.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { ExchangeAddress } from './frame-link.ts'

export class UnrulyProxy {
  /** What is sent to the exchange, and what comes from it, is swallowed. */
  swallowsRequests = false
  swallowsAnswers = false
  delay_ms = 0
  connection_count = 0
  #target: ExchangeAddress
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #timers = new Set<NodeJS.Timeout>()

  static async before(target: ExchangeAddress): Promise<UnrulyProxy> {
    const proxy = new UnrulyProxy(target)
    proxy.#server.listen({ host: '127.0.0.1', port: 0 })
    await once(proxy.#server, 'listening')
    return proxy
  }

  private constructor(target: ExchangeAddress) {
    this.#target = target
    this.#server = createServer((socket) => this.#join(socket))
  }

  get address(): ExchangeAddress {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port }
  }

  set target(target: ExchangeAddress) {
    this.#target = target
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.cut()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #join(node: Socket): void {
    this.connection_count++
    const exchange = connect(this.#target)
    this.#pass(node, exchange, () => this.swallowsRequests)
    this.#pass(exchange, node, () => this.swallowsAnswers)
  }

  #pass(from: Socket, to: Socket, swallows: () => boolean): void {
    this.#sockets.add(from)
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
    // What was swallowed never comes, nor what follows it: TCP leaves no hole in a stream.
    let isSilent = false
    from.on('data', (bytes) => {
      isSilent ||= swallows()
      if (isSilent) return
      if (this.delay_ms === 0) return void to.write(bytes)
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        to.write(bytes)
      }, this.delay_ms)
      this.#timers.add(timer)
    })
  }
}
