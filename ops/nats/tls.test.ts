// A server that others can reach, as `orrery nats up` sets it up, and whoever speaks to it.

import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstream } from '@nats-io/jetstream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConnectOptions, connectNats } from '../../adapters/nats/connect.ts'
import { startNatsServer } from '../../adapters/nats/nats-server.test-support.ts'
import { TestAuthority } from '../../adapters/nats/test-certificates.test-support.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { runCli } from '../cli/run-cli.test-support.ts'
import { sessionText, TRADER } from '../cli/trading-session.test-support.ts'

let folder: string
let authority: string
let stranger: string
/** One server for the whole file: its certificate is for `localhost` and not for an address. */
let port: number
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-tls-'))
  const signer = new TestAuthority('authority')
  authority = await signer.writeTo(folder)
  stranger = await new TestAuthority('stranger').writeTo(folder)
  await signer.issue(folder, 'server', { dns: ['localhost'] })
  await signer.issue(folder, 'address', { ipv4: ['127.0.0.1'] })
  await writeFile(join(folder, 'trader.ts'), TRADER)
  port = up('server').port
})
afterAll(async () => {
  for (const name of ['server', 'address']) runCli(['nats', 'down', '--dir', name], { cwd: folder })
  await rm(folder, { recursive: true, force: true })
})

/** `orrery nats up` for all addresses of this machine, with the certificate of a name, in a folder of that name. */
function up(name: string): { readonly port: number; readonly url: string } {
  const tls = ['--tls-cert', `${name}.pem`, '--tls-key', `${name}-key.pem`, '--tls-ca', 'authority.pem']
  const host = name === 'server' ? '0.0.0.0' : '127.0.0.1'
  const args = ['nats', 'up', '--dir', name, '--host', host, '--port', '0', ...tls, '--json']
  const { exit_code, stdout, stderr } = runCli(args, { cwd: folder })
  expect({ exit_code, stderr }).toEqual({ exit_code: 0, stderr: '' })
  const said = JSON.parse(stdout)
  return { ...said, port: Number(said.url.split(':').at(-1)) }
}

/** What becomes of a sign-in as the trading node, and of a message that it has stored. */
async function signIn(url: string, more: Partial<ConnectOptions> = {}, dir = 'server'): Promise<string> {
  try {
    const { connection } = await connectNats({
      url,
      role: 'trading',
      seed_file: join(folder, dir, 'credentials/trading.nk'),
      tls_ca_file: authority,
      money: 'live',
      onDoubt: () => undefined,
      onViolation: () => undefined,
      ...more,
    })
    const { stream } = await jetstream(connection).publish('paper.risk.main', 'a denial')
    await connection.close()
    return stream
  } catch (error) {
    return (error as OperatingError).code
  }
}

test('[N14] whoever names the authority signs in, and works; others are told whose certificate it is not', async () => {
  const url = `tls://localhost:${port}`
  expect({
    right: await signIn(url),
    not_named: await signIn(url, { tls_ca_file: undefined }),
    another: await signIn(url, { tls_ca_file: stranger }),
    absent: await signIn(url, { tls_ca_file: join(folder, 'absent.pem') }),
    no_certificate: await signIn(url, { tls_ca_file: join(folder, 'trader.ts') }),
  }).toEqual({
    right: 'PAPER_RISK',
    not_named: 'nats.certificate_refused',
    another: 'nats.certificate_refused',
    absent: 'nats.authority_unreadable',
    no_certificate: 'nats.authority_unreadable',
  })
})

test('[N14] a certificate is of the host that was called: of a name, or of an address', async () => {
  const address = up('address')
  expect({
    name_by_address: await signIn(`tls://127.0.0.1:${port}`),
    address_by_address: await signIn(address.url, {}, 'address'),
    address_by_name: await signIn(`tls://localhost:${address.port}`, {}, 'address'),
  }).toEqual({
    name_by_address: 'nats.certificate_refused',
    address_by_address: 'PAPER_RISK',
    address_by_name: 'nats.certificate_refused',
  })
})

test('[N4] the server takes nothing in the clear, and a client that is to encrypt signs in nowhere else', async () => {
  const socket = connectTcp(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1')
  })
  // Its greeting is in the clear: that TLS is required.
  socket.write('CONNECT {"verbose":true}\r\nPING\r\n')
  await once(socket, 'close')
  expect(heard).toContain('"tls_required":true')
  expect(heard).not.toContain('PONG')
  // Plain by its address on this machine, it is encrypted all the same, and by the same rules.
  expect(await signIn(`nats://localhost:${port}`)).toBe('PAPER_RISK')
  expect(await signIn(`nats://localhost:${port}`, { tls_ca_file: undefined })).toBe(
    'nats.certificate_refused',
  )
  const plain = await startNatsServer()
  const said = await signIn(plain.url.replace('nats:', 'tls:'))
  await plain.stop()
  expect(said).toBe('nats.no_tls')
})

test('[N14] a session and nats check go over it with two keys of a configuration', async () => {
  const bus = `bus: tls://localhost:${port}\nbus_credentials: server/credentials\n`
  const text = `${sessionText('one', '  feeds: [{ venue: gen, kind: generator, rows_per_s: 50 }]')}${bus}`
  await writeFile(join(folder, 'one.yaml'), `${text}bus_tls_ca: authority.pem\ndurability: replicated\n`)
  await writeFile(join(folder, 'without.yaml'), text)
  const ran = runCli(['paper', 'one.yaml', '--for', '1', '--json'], { cwd: folder })
  expect({ stderr: ran.stderr, exit_code: ran.exit_code }).toEqual({ stderr: '', exit_code: 0 })
  const refused = runCli(['paper', 'without.yaml', '--for', '1', '--json'], { cwd: folder })
  expect(JSON.parse(refused.stdout || refused.stderr)).toMatchObject({
    error: { code: 'nats.certificate_refused' },
  })
  expect(runCli(['nats', 'check', '--dir', 'server'], { cwd: folder }).exit_code).toBe(0)
})

test('[N4] without a certificate a server for other machines is not made', () => {
  const args = ['nats', 'up', '--dir', 'bare', '--host', '0.0.0.0', '--port', '0', '--json']
  const { exit_code, stdout, stderr } = runCli(args, { cwd: folder })
  expect({ exit_code, said: JSON.parse(stdout || stderr) }).toMatchObject({
    exit_code: 2,
    said: { error: { code: 'nats.tls_required' } },
  })
})
