// Columns for a terminal.

/** Rows as lines with aligned columns. Columns of `right` (by index) are aligned at their right end. */
export function alignedRows(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length)
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return right.includes(column) ? cell.padStart(width) : cell.padEnd(width)
    })
    return cells.join('  ').trimEnd()
  })
}

/** A count as a person reads it: 1,234,567. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

/** A count of things: 1 order, 2,000 orders. */
export function counted(count: number, one: string): string {
  return `${grouped(count)} ${count === 1 ? one : `${one}s`}`
}
