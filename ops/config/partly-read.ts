// A configuration with gaps, and how a check reports what it finds in one.

import type { ConfigPath } from './config-problem.ts'

/** `T` as far as it could be read. */
export type Partly<T> = T extends readonly (infer Item)[]
  ? (Partly<Item> | undefined)[]
  : T extends object
    ? { [Key in keyof T]?: Partly<T[Key]> | undefined }
    : T

export type Report = (path: ConfigPath, what: string, remedy: string) => void
