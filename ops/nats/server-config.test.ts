import { expect, test } from 'vitest'
import { PAPER_INSTALLATION } from '../../adapters/nats/nats-server.test-support.ts'
import { rolesOf } from '../../adapters/nats/roles.ts'
import { isLoopback, type ServerSettings, serverConfig } from './server-config.ts'

const SETTINGS: ServerSettings = {
  host: '127.0.0.1',
  port: 4222,
  store_directory: '/var/lib/orrery/store',
  sync_interval: 'always',
}
const KEYS = new Map(rolesOf(PAPER_INSTALLATION).map(({ name }) => [name, `KEY_OF_${name}`]))

test('[N4] an address others can reach needs a certificate', () => {
  expect(() => serverConfig({ ...SETTINGS, host: '0.0.0.0' }, PAPER_INSTALLATION, KEYS)).toThrow('needs TLS')
  const tls = { cert_file: 'cert.pem', key_file: 'key.pem' }
  const text = serverConfig({ ...SETTINGS, host: '0.0.0.0', tls }, PAPER_INSTALLATION, KEYS)
  expect(text).toContain('tls {\n  cert_file: "cert.pem"\n  key_file: "key.pem"\n}')
  expect(
    ['127.0.0.1', '127.8.0.1', '::1', 'localhost', '0.0.0.0', '::', '10.0.0.1', 'bus.example'].map(
      isLoopback,
    ),
  ).toEqual([true, true, true, true, false, false, false, false])
})

test('[N6] the same installation gives the same text, and each role’s key stands in it once', () => {
  const text = serverConfig(SETTINGS, PAPER_INSTALLATION, KEYS)
  expect(serverConfig(SETTINGS, PAPER_INSTALLATION, KEYS)).toBe(text)
  const counts = [...KEYS.values()].map((key) => text.split(`nkey: ${key} `).length - 1)
  expect(counts).toEqual([...KEYS].map(() => 1))
})

test('[N6] monitoring, asked for, answers on loopback whatever the server listens on', () => {
  const tls = { cert_file: 'cert.pem', key_file: 'key.pem' }
  const text = serverConfig(
    { ...SETTINGS, host: '10.0.0.1', tls, monitor_port: 8222 },
    PAPER_INSTALLATION,
    KEYS,
  )
  expect(text).toContain('http: "127.0.0.1:8222"')
  expect(serverConfig(SETTINGS, PAPER_INSTALLATION, KEYS)).not.toContain('http')
})
