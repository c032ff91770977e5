// Data sets from web pages hold markup in their texts; this turns it into plain text.

const kEntities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

function entity(whole: string, name: string): string {
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : name.startsWith("#") ? Number.parseInt(name.slice(1), 10) : NaN;
  if (Number.isNaN(code)) return kEntities[name.toLowerCase()] ?? whole;
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
}

/** Line breaks for <br>, no other tags of HTML, characters for entities; all other text stays, "a < b" too. */
export function readable(text: string): string {
  return text
    .replace(/\s*(?:<br\s*\/?>\s*)+/gi, (breaks) => ((breaks.match(/<br/gi) ?? []).length > 1 ? "\n\n" : "\n"))
    .replace(/<\/?(?:a|abbr|b|blockquote|div|em|h[1-6]|hr|i|li|ol|p|s|small|span|strong|sub|sup|u|ul)(?:\s[^<>]{0,300})?\/?>/gi, "")
    .replace(/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});/gi, entity)
    .trim();
}
