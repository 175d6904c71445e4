// Certificates for tests: an authority, and servers it signed for. DER is written by hand over node:crypto, so that no
// program has to be installed for it: X.509 v3 (RFC 5280), P-256 keys, ECDSA with SHA-256.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const ECDSA_WITH_SHA256 = '2a8648ce3d040302'
const COMMON_NAME = '550403'
const BASIC_CONSTRAINTS = '551d13'
const SUBJECT_ALTERNATIVE_NAME = '551d11'

const TAG = { boolean: 1, integer: 2, bits: 3, octets: 4, oid: 6, utf8: 12, utc: 23, sequence: 48, set: 49 }

/** What a certificate is for. */
export type ServerNames = { readonly dns?: readonly string[]; readonly ipv4?: readonly string[] }

/** An authority nobody else knows. */
export class TestAuthority {
  readonly #name: string
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  #serial = 1

  constructor(name: string) {
    this.#name = name
  }

  /** Writes its own certificate; returns the file's path. */
  async writeTo(folder: string): Promise<string> {
    const path = join(folder, `${this.#name}.pem`)
    const isAuthority = extension(BASIC_CONSTRAINTS, der(TAG.sequence, der(TAG.boolean, bytes('ff'))))
    await writeFile(path, pem(this.#certificate(this.#name, this.#keys.publicKey, isAuthority)))
    return path
  }

  /** Writes a certificate for a server, and its key. */
  async issue(
    folder: string,
    name: string,
    names: ServerNames,
  ): Promise<{ readonly cert_file: string; readonly key_file: string }> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const paths = { cert_file: join(folder, `${name}.pem`), key_file: join(folder, `${name}-key.pem`) }
    const certificate = this.#certificate(
      name,
      publicKey,
      extension(SUBJECT_ALTERNATIVE_NAME, alternative(names)),
    )
    await writeFile(paths.cert_file, pem(certificate))
    await writeFile(paths.key_file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    return paths
  }

  #certificate(subject: string, key: KeyObject, extensions: Buffer): Buffer {
    const algorithm = der(TAG.sequence, der(TAG.oid, bytes(ECDSA_WITH_SHA256)))
    const contents = der(
      TAG.sequence,
      der(0xa0, der(TAG.integer, bytes('02'))),
      der(TAG.integer, Buffer.from([this.#serial++])),
      algorithm,
      nameOf(this.#name),
      // UTCTime ends with 2049.
      der(TAG.sequence, der(TAG.utc, text('200101000000Z')), der(TAG.utc, text('491231235959Z'))),
      nameOf(subject),
      key.export({ type: 'spki', format: 'der' }),
      der(0xa3, der(TAG.sequence, extensions)),
    )
    const signature = sign('sha256', contents, this.#keys.privateKey)
    return der(TAG.sequence, contents, algorithm, der(TAG.bits, bytes('00'), signature))
  }
}

function nameOf(name: string): Buffer {
  const commonName = der(TAG.sequence, der(TAG.oid, bytes(COMMON_NAME)), der(TAG.utf8, text(name)))
  return der(TAG.sequence, der(TAG.set, commonName))
}

function alternative({ dns = [], ipv4 = [] }: ServerNames): Buffer {
  return der(
    TAG.sequence,
    ...dns.map((name) => der(0x82, text(name))),
    ...ipv4.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  )
}

function extension(id: string, value: Buffer): Buffer {
  return der(TAG.sequence, der(TAG.oid, bytes(id)), der(TAG.octets, value))
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

function text(ascii: string): Buffer {
  return Buffer.from(ascii, 'ascii')
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
