// How a connection to a server is encrypted, and whose certificate it takes: one that an authority the machine trusts, or
// the one that is named, has signed for the host that the connection was made to.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import type { NodeConnectionOptions } from '@nats-io/transport-node'
import { OperatingError } from '../../schemas/operating-error.ts'

/** What OpenSSL and Node say of a certificate that is not taken. */
const NOT_TAKEN =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_SELF_SIGNED_|INVALID_CA|HOSTNAME_MISMATCH)/

export type TlsScope = {
  /** One server, or several with commas between. */
  readonly url: string
  readonly tls_ca_file?: string | undefined
}

/** The client's own settings where a server is spoken to with TLS, or an authority is named; else none. */
export async function tlsSettings({
  url,
  tls_ca_file,
}: TlsScope): Promise<Pick<NodeConnectionOptions, 'tls'>> {
  if (!url.includes('tls://') && tls_ca_file === undefined) return {}
  if (tls_ca_file !== undefined) await refuseNoAuthority(tls_ca_file)
  const hosts = url.split(',').map(hostOf)
  const tls = {
    ...(tls_ca_file === undefined ? {} : { caFile: tls_ca_file }),
    checkServerIdentity: (name: string, certificate: PeerCertificate) => identity(name, hosts, certificate),
  }
  return { tls }
}

/** Undefined where the failure is not about a certificate or its absence. */
export function tlsFailure(cause: unknown, { url, tls_ca_file }: TlsScope): OperatingError | undefined {
  const errors = causes(cause)
  const about = errors.find(({ code = '' }) => NOT_TAKEN.test(code))
  if (about !== undefined) {
    const authority = tls_ca_file === undefined ? 'the authorities this machine trusts' : tls_ca_file
    return new OperatingError({
      code: 'nats.certificate_refused',
      reason: 'unavailable',
      what: `The certificate of the NATS server is not taken: ${about.message}.`,
      where: `${url}, ${authority}`,
      remedy:
        'Name the authority that signed it with bus_tls_ca, or --tls-ca of orrery nats, and the server as its certificate does.',
      cause,
    })
  }
  if (!errors.some(({ message }) => message.includes("server does not support 'tls'"))) return undefined
  return new OperatingError({
    code: 'nats.no_tls',
    reason: 'unavailable',
    what: 'The NATS server speaks no TLS.',
    where: url,
    remedy: 'Give it a certificate: orrery nats up --tls-cert FILE --tls-key FILE.',
    cause,
  })
}

export function hostOf(url: string): string {
  return (URL.parse(url)?.hostname ?? '').replace(/^\[|\]$/g, '')
}

/**
 * The client asks for the name of a host, and of an address, which has none there, for `localhost`: then the certificate
 * has to be of an address that was named.
 */
function identity(name: string, hosts: readonly string[], certificate: PeerCertificate): Error | undefined {
  const addresses = hosts.filter((host) => isIP(host) !== 0)
  const asked = hosts.includes(name) || addresses.length === 0 ? [name] : addresses
  const faults = asked.map((host) => checkServerIdentity(host, certificate))
  return faults.includes(undefined) ? undefined : faults[0]
}

async function refuseNoAuthority(path: string): Promise<void> {
  try {
    new X509Certificate(await readFile(path))
  } catch (cause) {
    throw new OperatingError({
      code: 'nats.authority_unreadable',
      reason: 'usage',
      what: 'The file of the authority holds no certificate that can be read.',
      where: path,
      remedy: 'Name a PEM file with bus_tls_ca, or --tls-ca of orrery nats.',
      cause,
    })
  }
}

type Fault = { readonly code?: string; readonly message: string }

function causes(error: unknown): Fault[] {
  const found: Fault[] = []
  for (let at = error; at instanceof Error; at = at.cause) found.push(at as Fault)
  return found
}
