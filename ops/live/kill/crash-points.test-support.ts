// Where a session is killed, and what it writes down before it dies.

import type { OpenCounts } from './open-orders.test-support.ts'

export const CRASH_POINTS = [
  'before append',
  'after append, before fsync',
  'after fsync, before the send',
  'at the send',
  'after the send, before its outcome is journaled',
  'after a report is processed, before it is committed',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

export type KillNote = { readonly point: CrashPoint } & OpenCounts
