import { performance } from 'node:perf_hooks'
import { jetstream, jetstreamManager, type StreamInfo } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { acquireLease, awaitLease, type LeaseOptions } from './acquire-lease.ts'
import { AccountLease } from './lease.ts'
import { type LeaseEntry, LeaseKey } from './lease-key.ts'
import { startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { TcpProxy } from './tcp-proxy.test-support.ts'

const TTL_MS = 1_000
const MARGIN_MS = 250

let server: TestNatsServer
let direct: NatsConnection
let bucket = ''
let count = 0
const undo: (() => Promise<unknown> | unknown)[] = []

beforeAll(async () => {
  server = await startNatsServer()
  direct = await connected(server.url)
})
afterAll(async () => {
  await direct.close()
  await server.stop()
})

beforeEach(async () => {
  bucket = `lease_${++count}`
  await new Kvm(direct).create(bucket, { ttl: TTL_MS, history: 1 })
})
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
})

function connected(url: string): Promise<NatsConnection> {
  return connect({
    servers: url,
    reconnectTimeWait: 50,
    maxReconnectAttempts: -1,
    ignoreClusterUpdates: true,
    pingInterval: 300,
  })
}

type Faults = { readonly told: string[]; readonly lost: Promise<void> }

function claimOf(node: string, more: Partial<LeaseOptions> = {}): LeaseOptions & Faults {
  const told: string[] = []
  const { promise: lost, resolve } = Promise.withResolvers<void>()
  return {
    connection: direct,
    bucket,
    accounts: ['main'],
    claim: { node, session: 's', epoch: 3, holder: `host, process of ${node}` },
    margin_ms: MARGIN_MS,
    renew_ms: 200,
    onLost: ({ code, what }) => {
      told.push(`${code}: ${what}`)
      resolve()
    },
    told,
    lost,
    ...more,
  }
}

async function acquired(options: LeaseOptions): Promise<AccountLease> {
  const lease = await acquireLease(options)
  undo.push(() => lease.release())
  return lease
}

async function proxied(): Promise<{ proxy: TcpProxy; connection: NatsConnection }> {
  const proxy = await TcpProxy.start(() => server.port)
  undo.push(() => proxy.stop())
  const connection = await connected(proxy.url)
  undo.push(() => connection.close())
  return { proxy, connection }
}

async function leaseStream(): Promise<StreamInfo> {
  return await (await jetstreamManager(direct)).streams.info(`KV_${bucket}`)
}

/** Resolves once nothing is in the bucket any more. */
async function emptied(): Promise<void> {
  while ((await leaseStream()).state.messages > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Resolves once the lease was renewed `times` more. */
async function renewed(lease: AccountLease, times: number): Promise<void> {
  for (let seen = 0; seen < times; seen++) {
    const { end_ms } = lease
    while (lease.end_ms === end_ms) await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Resolves once no order may leave any more. */
async function ended(lease: AccountLease): Promise<void> {
  while (lease.permit() === '' || performance.now() < lease.end_ms)
    await new Promise((resolve) => setTimeout(resolve, 5))
}

test('[L1] a second engine on the account is refused with the name of the one that trades it', async () => {
  const lease = await acquired(claimOf('first'))
  const told = acquireLease(claimOf('second')).then(
    () => 'taken',
    ({ code, what, where }) => ({ code, what, where }),
  )
  expect(await told).toEqual({
    code: 'lease.held',
    what: 'Account main is traded by node first (session s, epoch 3, host, process of first).',
    where: 'account main',
  })
  expect(lease.permit()).toBe('')
})

test('[L1] of engines that start at the same moment one gets the account', async () => {
  const starts = await Promise.all(
    ['a', 'b', 'c', 'd'].map((node) =>
      acquired(claimOf(node)).then(
        (lease) => (lease.permit() === '' ? 'taken' : 'broken'),
        ({ code }) => code as string,
      ),
    ),
  )
  expect(starts.sort()).toEqual(['lease.held', 'lease.held', 'lease.held', 'taken'])
})

test('[L2] a lease is renewed for as long as it is held, and ends at once when it is given up', async () => {
  const options = claimOf('first')
  const lease = await acquireLease(options)
  await renewed(lease, 8)
  const whileHeld = lease.permit()
  await lease.release()
  const next = await acquired(claimOf('second'))
  expect([whileHeld, lease.permit(), next.permit(), options.told]).toEqual(['', 'lease_released', '', []])
})

test('[L3] an order is refused from the margin before the end on, also after a stop in which nothing ran', async () => {
  let skipped_ms = 0
  const lease = await acquired(claimOf('first', { now_ms: () => performance.now() + skipped_ms }))
  const before = lease.permit()
  skipped_ms = TTL_MS - MARGIN_MS
  expect([before, lease.permit()]).toEqual(['', 'lease_ending'])
})

test('[L3] [L4] a standby gets the account only when the one cut off has stopped sending', async () => {
  const { proxy, connection } = await proxied()
  const options = claimOf('first', { connection })
  const old = await acquired(options)
  const standing = awaitLease(claimOf('standby'), new AbortController().signal)
  await renewed(old, 2)
  proxy.silence()
  const cut_ms = performance.now()

  const next = await standing
  undo.push(() => next.release())
  expect([old.permit() === '', next.permit(), old.end_ms <= next.free_by_ms]).toEqual([false, '', true])
  expect(next.free_by_ms - cut_ms).toBeLessThan(TTL_MS + 500)
  proxy.heal()
  await options.lost
  expect(options.told).toEqual([
    'lease.lost: Account main is now traded by node standby (session s, epoch 3, host, process of standby); this node sends no more orders.',
  ])
})

test('[L4] a node that slept through its lease learns once who trades the account now', async () => {
  const { proxy, connection } = await proxied()
  let isAsleep = false
  const asleep_ms = performance.now()
  // Its clock stands still as a stopped process's would, so that it wakes up believing that it still holds the lease.
  const now_ms = () => (isAsleep ? asleep_ms : performance.now())
  const options = claimOf('first', { connection, now_ms })
  const old = await acquired(options)
  await renewed(old, 1)
  isAsleep = true
  proxy.silence()
  const next = await awaitLease(claimOf('standby'), new AbortController().signal)
  undo.push(() => next.release())
  proxy.heal()
  await options.lost
  expect([old.permit(), options.told, next.permit()]).toEqual([
    'lease_lost',
    [
      'lease.lost: Account main is now traded by node standby (session s, epoch 3, host, process of standby); this node sends no more orders.',
    ],
    '',
  ])
})

test('[L5] accounts of a node are taken together or not at all, and lost together', async () => {
  await acquired(claimOf('first', { accounts: ['b'] }))
  await expect(acquireLease(claimOf('second', { accounts: ['c', 'b', 'a'] }))).rejects.toMatchObject({
    code: 'lease.held',
    where: 'account b',
  })
  const options = claimOf('third', { accounts: ['a', 'c'] })
  const third = await acquired(options)
  // Somebody takes one of the two by force.
  await (await new Kvm(direct).open(bucket)).put('c', JSON.stringify(claimOf('intruder').claim))
  await options.lost
  await acquired(claimOf('fourth', { accounts: ['a'] }))
  expect([third.permit(), options.told.length]).toEqual(['lease_lost', 1])
})

test('[L6] a lease outlives a server that is killed and back before its end', async () => {
  const options = claimOf('first')
  const lease = await acquired(options)
  await renewed(lease, 1)
  await server.kill9()
  await server.restart()
  await renewed(lease, 3)
  expect([lease.permit(), options.told]).toEqual(['', []])
})

test('[L6] a server that comes back without the newest renewals, and so with an earlier one, costs nothing', async () => {
  const long = `${bucket}_long`
  await new Kvm(direct).create(long, { ttl: 30_000, history: 1 })
  const options = claimOf('first', { bucket: long })
  const lease = await acquired(options)
  await renewed(lease, 1)
  await server.losing(() => renewed(lease, 3))
  await renewed(lease, 3)
  expect([lease.permit(), options.told]).toEqual(['', []])
  const other = await acquireLease(claimOf('second', { bucket: long })).catch(({ code }) => code)
  expect(other).toBe('lease.held')
})

test('[L6] a frozen server ends it in time; thawed, the lease is taken again when nobody held it since', async () => {
  const options = claimOf('first')
  const lease = await acquired(options)
  await renewed(lease, 1)
  await server.freeze()
  try {
    await ended(lease)
  } finally {
    server.thaw()
  }
  await renewed(lease, 2)
  expect([lease.permit(), options.told]).toEqual(['', []])
})

test('[L6] after a server that was away for longer the holder goes on, and its standby goes on waiting', async () => {
  const options = claimOf('first', { accounts: ['a', 'b'] })
  const lease = await acquired(options)
  const told = new AbortController()
  const connection = await connected(server.url)
  undo.push(() => connection.close())
  const standing = awaitLease(claimOf('standby', { accounts: ['a', 'b'], connection }), told.signal)
  await renewed(lease, 1)
  await server.kill9()
  await ended(lease)
  await server.restart()
  await renewed(lease, 6)
  told.abort(new Error('still waiting'))
  await expect(standing).rejects.toThrow('still waiting')
  expect([lease.permit(), options.told]).toEqual(['', []])
})

test('[L6] a renewal that was stored, whose answer is lost for longer than it lives, ends no lease', async () => {
  const { proxy, connection } = await proxied()
  const options = claimOf('first', { connection })
  const lease = await acquired(options)
  await renewed(lease, 1)
  const { state } = await leaseStream()
  proxy.silence('answers')
  const isGone = async () => {
    const now = (await leaseStream()).state
    return now.last_seq > state.last_seq && now.messages === 0
  }
  while (!(await isGone())) await new Promise((resolve) => setTimeout(resolve, 20))
  proxy.heal()
  await Promise.race([renewed(lease, 2), options.lost])
  expect([lease.permit(), options.told]).toEqual(['', []])
})

/** Its writes wait until the gate opens, as in a process that stands still. */
class GatedKey extends LeaseKey {
  readonly gate = Promise.withResolvers<void>()
  isGated = false

  override async write(entry: LeaseEntry, revision: number, timeout_ms: number): Promise<number | undefined> {
    if (this.isGated) await this.gate.promise
    return await super.write(entry, revision, timeout_ms)
  }
}

test('[L6] what was written for one account proves nothing of another that has ended', async () => {
  const js = jetstream(direct)
  const entryOf = (term: string) => ({ ...claimOf(term).claim, term, renewal: 0 })
  const [a, b] = [new GatedKey(js, bucket, 'a'), new GatedKey(js, bucket, 'b')]
  const keys = await Promise.all(
    [a, b].map(async (key) => {
      const revision = must(await key.write(entryOf('A'), 0, 500), 'nobody has it')
      return { key, revision, end_ms: performance.now() + TTL_MS }
    }),
  )
  for (const key of [a, b]) key.isGated = true
  const timing = { ttl_ms: TTL_MS, renew_ms: 200, margin_ms: MARGIN_MS, now_ms: () => performance.now() }
  const { promise: lost, resolve: onLost } = Promise.withResolvers<OperatingError>()
  const lease = new AccountLease({ isClosed: () => false, entry: entryOf('A'), keys, timing, onLost })
  undo.push(() => lease.release())
  await emptied()
  // Another takes b: between its two writes a is renewed, and b's turn has not come.
  const other = new LeaseKey(js, bucket, 'b')
  const first = must(await other.write(entryOf('B'), 0, 500), 'nobody has it')
  const { end_ms } = must(keys[0], 'a is held')
  a.gate.resolve()
  while (keys[0]?.end_ms === end_ms) await new Promise((resolve) => setTimeout(resolve, 5))
  must(await other.write(entryOf('B'), first, 500), 'it is the holder now')
  while ((await other.read()).entry !== undefined) await new Promise((resolve) => setTimeout(resolve, 20))
  b.gate.resolve()
  expect([(await lost).code, lease.permit()]).toEqual(['lease.lost', 'lease_lost'])
})

test('[L6] a first write of ours that comes late is no proof that nobody held the account before it', async () => {
  const { proxy, connection } = await proxied()
  const options = claimOf('first', { connection })
  const lease = await acquired(options)
  const key = new LeaseKey(jetstream(direct), bucket, 'main')
  const entry = must((await key.read()).entry, 'it is held')
  proxy.silence()
  await (await awaitLease(claimOf('other'), new AbortController().signal)).release()
  await emptied()
  await ended(lease)
  await key.write({ ...entry, renewal: 0 }, 0, 500)
  proxy.heal()
  await options.lost
  expect(lease.permit()).toBe('lease_lost')
})

test('[L6] each account is written twice before it is held', async () => {
  bucket = `${bucket}_long`
  await new Kvm(direct).create(bucket, { ttl: 60_000, history: 1 })
  await acquired(claimOf('first', { accounts: ['a', 'b'], renew_ms: 20_000 }))
  expect((await leaseStream()).state.last_seq).toBe(4)
})

test('[L6] where another may have held the account in the meantime, the lease is lost', async () => {
  const { proxy, connection } = await proxied()
  const options = claimOf('first', { connection })
  const lease = await acquired(options)
  await renewed(lease, 1)
  proxy.silence()
  const other = await awaitLease(claimOf('other'), new AbortController().signal)
  await other.release()
  await ended(lease)
  proxy.heal()
  await options.lost
  expect([lease.permit(), options.told]).toEqual([
    'lease_lost',
    [
      'lease.lost: The lease of account main ended, and another node may have traded it since; this node sends no more orders.',
    ],
  ])
})

test('[L4] a lease whose connection is closed for good is lost', async () => {
  const connection = await connected(server.url)
  const options = claimOf('first', { connection })
  const lease = await acquired(options)
  await connection.close()
  await options.lost
  expect([lease.permit(), options.told]).toEqual([
    'lease_lost',
    ['lease.lost: The lease of account main cannot be renewed any more; this node sends no more orders.'],
  ])
})

test('[L7] a bucket whose leases never end, or end too soon, is refused', async () => {
  const code = async (ttl: number) => {
    bucket = `unfit_${ttl}`
    await new Kvm(direct).create(bucket, { ttl })
    return await acquireLease(claimOf('first')).catch((error) => error.code)
  }
  expect([await code(0), await code(400)]).toEqual(['lease.bucket_unfit', 'lease.bucket_unfit'])
  bucket = 'none'
  await expect(acquireLease(claimOf('first'))).rejects.toMatchObject({ code: 'lease.unreachable' })
})
