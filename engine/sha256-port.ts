/** SHA-256, handed to the engine so that it imports nothing of the platform's. Synchronous; parts are only read. */
export interface Sha256 {
  /** The 32-byte digest of the parts one after another. The caller owns the result. */
  digest(...parts: readonly Uint8Array[]): Uint8Array
}
