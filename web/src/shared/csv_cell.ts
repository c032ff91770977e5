// Writes one cell of a CSV file (RFC 4180). A cell that a spreadsheet would run as a formula gets an apostrophe in front
// (OWASP, "CSV injection").

// Spreadsheets of East Asian languages treat full-width signs like plain ones.
const formulaStart = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

const isNumber = (cell: string) => /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(cell);

export function csvCell(cell: string): string {
  const safe = formulaStart.test(cell) && !isNumber(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
