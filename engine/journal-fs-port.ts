// The few file operations the file journal stands on, so that the same journal runs on a disk and on a simulated
// disk that loses power.
//
// Durability: written bytes survive a power loss after `fdatasync` of their file; a new, renamed or removed name after
// `fsyncDirectory` of its directory. Before that, any part of them may be there or not. Faults: an operation that fails
// throws an error with the system's `code` (ENOSPC, EIO ...); nothing is retried.

export interface JournalFile {
  readonly path: string
  /** Writes all bytes at the offset, or throws. */
  write(bytes: Uint8Array, offset: number): Promise<void>
  /** The same at once: for what is only copied, or may keep its caller waiting. */
  writeSync(bytes: Uint8Array, offset: number): void
  fdatasync(): Promise<void>
  /** Fills `into` from the offset and returns the bytes read, fewer only at the end of the file. */
  read(into: Uint8Array, offset: number): Promise<number>
  size(): Promise<number>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

export interface JournalFs {
  /** Creates a file that must not exist, for reading and writing. Synchronous, because a synchronous append may need the next segment. */
  create(path: string): JournalFile
  /** Opens an existing file for reading and writing. */
  open(path: string): Promise<JournalFile>
  /** Names in a directory, sorted. */
  list(directory: string): Promise<string[]>
  /** Creates a directory and its missing parents, durably; one that exists is left as it is. */
  makeDirectory(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes a file or a directory with what is in it; nothing there is no error. */
  remove(path: string): Promise<void>
  fsyncDirectory(path: string): Promise<void>
  /**
   * Holds a directory for this process alone until released or dead; refuses with `journal.locked` and the holder's pid.
   *
   * @param command that goes on with nothing, for whoever asks who holds it; absent: the holder goes on with what is there.
   */
  lock(directory: string, command?: string): Promise<() => void>
}
