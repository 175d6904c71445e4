// How a role signs in on the bus that a configuration names: where, with which key, and whose certificate it takes.

import type { ConnectOptions } from '../../adapters/nats/connect.ts'
import type { Config } from '../../schemas/config/config.ts'
import { seedFile } from './credentials.ts'

type SignIn = Pick<ConnectOptions, 'url' | 'role' | 'seed_file' | 'tls_ca_file'>

export function busSignIn(
  { bus_credentials, bus_tls_ca }: Pick<Config, 'bus_credentials' | 'bus_tls_ca'>,
  url: string,
  role: string,
): SignIn {
  return { url, role, seed_file: seedFile(bus_credentials, role), tls_ca_file: bus_tls_ca }
}
