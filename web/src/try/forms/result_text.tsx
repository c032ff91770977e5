// The result in words, with a large label. Those of the article's window are the same byte for byte.
import type { JSX } from "preact";

/** `text`: a heading, and paragraphs set off by an empty line and four spaces. */
export function ResultText({ text }: { text: string }) {
  const [heading = "", label = "", ...rest] = text.split(separator);
  return (
    <pre id="result">
      <span class="result-heading">{heading}</span>{separator}
      <span class="result-label">{withEmoji(label)}</span>
      {rest.map((part, index) => <>{separator}<span key={index} class="result-score">{part}</span></>)}
    </pre>
  );
}

const separator = "\n\n    ";

// Sets emoji in a font with colours; the text stays the same.
function withEmoji(text: string): (JSX.Element | string)[] {
  return text.split(/([😊😠])/u).map((part, index) => (index % 2 === 1 ? <span key={index} class="emoji">{part}</span> : part));
}
