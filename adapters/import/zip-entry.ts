// The one file inside a zip archive, with its checksum proven: a history that lost a byte is refused, not half read.

import { crc32 } from 'node:zlib'
import { inflateSync } from 'fflate'
import { importRefused } from './import-refusal.ts'
import { locateMember, type ZipMember } from './zip-directory.ts'

export type ZipEntry = { readonly name: string; readonly content: Buffer }

/** More than a day of any market we know has; an archive that claims more is not what it says. */
const CONTENT_BYTES_MAX = 2 ** 30

/** Reads an archive that holds exactly one file. `path` is for messages. */
export function readZipEntry(archive: Buffer, path: string): ZipEntry {
  if (archive.length === 0) throw refused(path, 'import.empty_file', 'The file is empty.')
  const member = locateMember(archive)
  if (typeof member === 'string') throw refused(path, 'import.corrupt_zip', member)
  const { name, size, crc } = member
  if (size > CONTENT_BYTES_MAX) {
    const what = `${name} claims to be ${size} bytes long; at most ${CONTENT_BYTES_MAX} are read.`
    throw refused(path, 'import.corrupt_zip', what)
  }
  const content = inflated(member)
  if (content?.length !== size || crc32(content) !== crc) {
    throw refused(path, 'import.corrupt_zip', `The content of ${name} is damaged.`)
  }
  return { name, content }
}

function inflated({ data, size, isStored }: ZipMember): Buffer | undefined {
  if (isStored) return data
  try {
    const bytes = inflateSync(data, { out: new Uint8Array(size) })
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  } catch {
    // Whatever the inflater stumbled over, the finding is the same: this content is damaged.
    return undefined
  }
}

function refused(path: string, code: `import.${string}`, what: string): Error {
  return importRefused({ code, what, where: path, remedy: 'Get the file again.' })
}
