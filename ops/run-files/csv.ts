// CSV as RFC 4180 has it, and safe in a spreadsheet: a text that a spreadsheet would run as a formula is preceded by an
// apostrophe, and so is one that begins with an apostrophe, so that `readCell` gives back exactly what was written.

const NUMBER = /^-?\d+(\.\d+)?$/
const FORMULA = /^[=+\-@\t\r\n']/
const NEEDS_QUOTES = /[",\r\n]/
/** Nearly every cell there is: an id, a word, a time, a number that is not negative. */
const PLAIN = /^[\w.:][\w.:/-]*$/

export function csvLine(cells: readonly string[]): string {
  return joinedLine(cells.map(csvCell))
}

/** A line of cells that are escaped already. Joined, it is one text at once: one that grows is copied when it is written. */
export function joinedLine(cells: readonly string[]): string {
  return `${cells.join(',')}\n`
}

export function csvCell(cell: string): string {
  return cell === '' || PLAIN.test(cell) ? cell : escaped(cell)
}

/** The text of a cell as it was before `csvLine`, from what a CSV parser gives. */
export function readCell(parsed: string): string {
  return parsed.startsWith("'") ? parsed.slice(1) : parsed
}

function escaped(text: string): string {
  const guarded = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
