// The largest resident memory of this process. What the system accounts to a process includes its parent's at the fork;
// Linux keeps the process's own beside it.

import { readFileSync } from 'node:fs'

const HIGH_WATER = /^VmHWM:\s+(\d+) kB$/m

export function peakMemoryBytes(): number {
  const own = process.platform === 'linux' ? HIGH_WATER.exec(readFileSync('/proc/self/status', 'utf8')) : null
  return (own === null ? process.resourceUsage().maxRSS : Number(own[1])) * 1024
}
