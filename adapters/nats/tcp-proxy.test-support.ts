// A network that misbehaves, between a client and a server of a test: it delays, cuts, refuses, or holds its peace with
// the sockets left open, as a half-open connection does.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { assert } from '../../schemas/assert.ts'

export class TcpProxy {
  /** Added to every piece, each way. */
  delay_ms = 0
  readonly #target_port: () => number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #silent: 'nothing' | 'answers' | 'all' = 'nothing'
  #isRefusing = false

  /** @param target_port asked at each connection: a server that was restarted may have moved. */
  static async start(target_port: () => number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target_port)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  private constructor(target_port: () => number) {
    this.#target_port = target_port
    this.#server = createServer((client) => this.#accept(client))
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Ends every connection, as a pulled cable that both sides notice; with `refusing`, new ones too until `heal`. */
  cut(refusing = false): void {
    this.#isRefusing = refusing
    for (const socket of this.#sockets) socket.destroy()
  }

  /**
   * Half-open: nothing passes, or no answer does, and nobody is told. What was said meanwhile is lost with its
   * connection.
   */
  silence(what: 'answers' | 'all' = 'all'): void {
    this.#silent = what
  }

  /** New connections pass again. Those that were silent are cut. */
  heal(): void {
    if (this.#silent !== 'nothing') this.cut()
    this.#silent = 'nothing'
    this.#isRefusing = false
  }

  async stop(): Promise<void> {
    this.cut(true)
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #accept(client: Socket): void {
    if (this.#isRefusing) {
      client.destroy()
      return
    }
    const server = connect(this.#target_port(), '127.0.0.1')
    this.#pass(client, server, () => this.#silent === 'all')
    this.#pass(server, client, () => this.#silent !== 'nothing')
  }

  #pass(from: Socket, to: Socket, isSilent: () => boolean): void {
    this.#sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (piece) => {
      if (isSilent()) return
      if (this.delay_ms === 0) to.write(piece)
      else setTimeout(() => to.writable && to.write(piece), this.delay_ms)
    })
    // A reset is what a cut looks like from the other side; `close` follows it.
    from.on('error', (error) => assert(error instanceof Error, 'sockets fail with errors'))
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}
