// The directory at the end of a zip archive, for archives of one file.

export type ZipMember = {
  readonly name: string
  readonly crc: number
  /** Length of the content. */
  readonly size: number
  readonly data: Buffer
  readonly isStored: boolean
}

const DIRECTORY_END = 0x06054b50
const DIRECTORY_END_LENGTH = 22
const COMMENT_LENGTH_MAX = 0xffff
const ENTRY = 0x02014b50
const ENTRY_LENGTH = 46
const LOCAL_HEADER = 0x04034b50
const LOCAL_HEADER_LENGTH = 30

/** Finds the one file of an archive; a text says why there is none. */
export function locateMember(archive: Buffer): ZipMember | string {
  const end = directoryEnd(archive)
  if (end === undefined) return 'The file is no zip archive, or its end is missing.'
  const count = archive.readUInt16LE(end + 10)
  if (count !== 1) return `The archive holds ${count} files; one is wanted.`
  const at = archive.readUInt32LE(end + 16)
  if (at + ENTRY_LENGTH > end || archive.readUInt32LE(at) !== ENTRY) {
    return 'The directory of the archive is damaged.'
  }
  const method = archive.readUInt16LE(at + 10)
  if (isEncrypted(archive, at)) return 'The archive is encrypted.'
  if (method !== 0 && method !== 8) return `The archive is packed by the unknown method ${method}.`
  const nameEnd = at + ENTRY_LENGTH + archive.readUInt16LE(at + 28)
  const extraEnd = nameEnd + archive.readUInt16LE(at + 30)
  if (extraEnd > end) return 'The directory of the archive is damaged.'
  const [size, packed, header] = lengths(archive, at, archive.subarray(nameEnd, extraEnd))
  const data = dataOf(archive, header, packed)
  if (data === undefined) return 'A part of the archive is missing.'
  const name = archive.toString('utf8', at + ENTRY_LENGTH, nameEnd)
  return { name, crc: archive.readUInt32LE(at + 16), size, data, isStored: method === 0 }
}

/** The directory's end is the last thing in an archive, but for a comment. */
function directoryEnd(archive: Buffer): number | undefined {
  const lowest = Math.max(0, archive.length - DIRECTORY_END_LENGTH - COMMENT_LENGTH_MAX)
  for (let at = archive.length - DIRECTORY_END_LENGTH; at >= lowest; at--) {
    if (archive.readUInt32LE(at) === DIRECTORY_END) return at
  }
  return undefined
}

function isEncrypted(archive: Buffer, at: number): boolean {
  return (archive.readUInt16LE(at + 8) & 1) === 1
}

const IN_EXTRA = 0xffffffff
const ZIP64 = 1

/** Content length, packed length and place of the file; LEAN's archives have the first two in the 64-bit extra field. */
function lengths(archive: Buffer, at: number, extra: Buffer): [number, number, number] {
  const wide = zip64Field(extra)
  let next = 0
  const length = (offset: number) => {
    const short = archive.readUInt32LE(at + offset)
    if (short !== IN_EXTRA || wide.length < next + 8) return short
    next += 8
    return Number(wide.readBigUInt64LE(next - 8))
  }
  const size = length(24)
  return [size, length(20), length(42)]
}

function zip64Field(extra: Buffer): Buffer {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === ZIP64) return extra.subarray(at + 4, end)
    at = end
  }
  return Buffer.alloc(0)
}

function dataOf(archive: Buffer, header: number, length: number): Buffer | undefined {
  if (header + LOCAL_HEADER_LENGTH > archive.length) return undefined
  if (archive.readUInt32LE(header) !== LOCAL_HEADER) return undefined
  const name = header + LOCAL_HEADER_LENGTH
  const from = name + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28)
  return from + length > archive.length ? undefined : archive.subarray(from, from + length)
}
