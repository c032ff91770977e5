// A matrix of counts by true and predicted label, each cell tinted by its share of the row.
import { useTexts } from "../../shared/i18n";
import { countText, percentText } from "../formatting.ts";
import { withShares, type Matrix } from "./matrix.ts";
import type { PanelProps } from "./panel.ts";
import { panelTexts } from "./texts.ts";

export function MatrixPanel({ id, title, data }: PanelProps<Matrix>) {
  const text = useTexts(panelTexts);
  const { labels, totals: { all, correct } } = data;
  return (
    <section class="card matrix-card" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{title}</h3>
      <p class="correct">{text.correct(countText(correct, text.locale), countText(all, text.locale), percentText(all > 0 ? correct / all : null, text.locale, 1))}</p>
      <div class="table-scroll confusion-scroll" tabIndex={0} role="group" aria-label={title}>
        <table class="confusion" aria-labelledby={`${id}-title`} aria-describedby={`${id}-note`}>
          <thead>
            <tr>
              <td class="corner">{text.trueLabel} {"\u2193"} / {text.predictedLabel} {"\u2192"}</td>
              {labels.map((label, i) => <th key={i} scope="col">{label}</th>)}
            </tr>
          </thead>
          <tbody>
            {withShares(data.counts).map((row, truth) => (
              <tr key={truth}>
                <th scope="row">{labels[truth]}</th>
                {row.map(({ count, share }, predicted) => {
                  const shareText = percentText(share, text.locale, 1);
                  return (
                    <td key={predicted} class={truth === predicted ? "hit" : "miss"} style={{ "--share": `${Math.round(share * 100)}%` }}
                      title={text.cell(labels[truth] ?? "", labels[predicted] ?? "", countText(count, text.locale), shareText)}>
                      {countText(count, text.locale)}<span class="share">{shareText}</span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p id={`${id}-note`} class="soft">
        {text.matrixCaption}
        {data.numLabels > labels.length && ` ${text.labelsShown(countText(labels.length, text.locale), countText(data.numLabels, text.locale))}`}
      </p>
    </section>
  );
}
