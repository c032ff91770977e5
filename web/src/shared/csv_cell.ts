// One cell of a CSV file (RFC 4180) that is safe to open in a spreadsheet: one that would be taken for a formula gets an
// apostrophe in front (OWASP, "CSV injection").

// Spreadsheets of East Asian languages take the full-width signs for the plain ones.
const formulaStart = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

const isNumber = (cell: string) => /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(cell);

export function csvCell(cell: string): string {
  const safe = formulaStart.test(cell) && !isNumber(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
