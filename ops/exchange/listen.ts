// The exchange's door: a socket on this machine alone, since whoever reaches it may trade.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { FramePipe, VenuePeer } from '../../sim/paper-venue/venue-peer.ts'

export type ListenAddress = { readonly host: string; readonly port: number }

export type Door = { readonly address: ListenAddress; close(): Promise<void> }

/** Beyond this many connections at once, further ones wait in the system's queue and are turned away. */
const CONNECTIONS_MAX = 256

/** What a connection says goes to whoever it is for. */
export type Accept = (pipe: FramePipe) => Pick<VenuePeer, 'bytes' | 'closed'>

export async function listen(address: ListenAddress, accept: Accept): Promise<Door> {
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket)
    const peer = accept(pipeOf(socket))
    socket.on('data', (bytes: Buffer) => peer.bytes(bytes))
    // A broken connection closes right after.
    socket.on('error', () => peer.closed())
    socket.once('close', () => {
      open.delete(socket)
      peer.closed()
    })
  })
  server.maxConnections = CONNECTIONS_MAX
  server.listen(address)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw notListening(address, error as NodeJS.ErrnoException)
  }
  const { port } = server.address() as AddressInfo
  return {
    address: { host: address.host, port },
    close: () => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** `127.0.0.1:4760`, `[::1]:4760` or `localhost:0`; port 0 takes a free one. */
export function readListenAddress(text: string): ListenAddress {
  const [, host = '', port = ''] = /^(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/.exec(text) ?? []
  if (host !== '' && Number(port) <= 65_535) return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
  throw new OperatingError({
    code: 'exchange.bad_address',
    reason: 'usage',
    what: `${JSON.stringify(text)} is no address of this machine's own.`,
    where: '--listen',
    remedy:
      'Give 127.0.0.1 and a port: 127.0.0.1:4760. The exchange asks nobody who they are, and stays on this machine.',
  })
}

function pipeOf(socket: Socket): FramePipe {
  return {
    write: (line) => {
      socket.write(line)
    },
    get backlog_bytes() {
      return socket.writableLength
    },
    // What was written leaves first, if the other side reads it in a moment; whatever it goes on saying wins it no time.
    end: () => {
      socket.end()
      const timer = setTimeout(() => socket.destroy(), END_TIMEOUT_MS)
      socket.once('close', () => clearTimeout(timer))
    },
  }
}

const END_TIMEOUT_MS = 1_000

function notListening({ host, port }: ListenAddress, error: NodeJS.ErrnoException): OperatingError {
  const inUse = error.code === 'EADDRINUSE'
  return new OperatingError({
    code: inUse ? 'exchange.address_in_use' : 'exchange.cannot_listen',
    reason: 'unavailable',
    what: inUse ? 'Another process listens there already.' : `The exchange cannot listen: ${error.code}.`,
    where: `${host}:${port}`,
    remedy: 'End the other process, or give another port with --listen.',
    cause: error,
  })
}
