// A histogram: a bar for each bin, and a line at 0 if values lie on both sides of it.
import { useTexts } from "../../shared/i18n";
import { countText, metricText, percentText } from "../formatting.ts";
import { Drawing, type Frame } from "./drawing";
import { binAt, edgesOf, fullestBin, type Histogram } from "./histogram.ts";
import type { PanelProps } from "./panel.ts";
import { nameIn, panelTexts, type PanelTexts } from "./texts.ts";

export function HistogramPanel({ id, title, data }: PanelProps<Histogram>) {
  const text = useTexts(panelTexts);
  const { edges, counts, total } = data;
  const x = { low: edges[0] ?? 0, high: edges[edges.length - 1] ?? 1 };
  const most = counts[fullestBin(data)] ?? 0;
  const binText = (bin: number): string => text.bin(metricText(edgesOf(data, bin).low, text.locale), metricText(edgesOf(data, bin).high, text.locale));
  const countOf = (bin: number): string => text.binCount(countText(counts[bin] ?? 0, text.locale), shareText(data, bin, text));
  return (
    <Drawing id={id} title={title} xTitle={nameIn(text.axes, data.x)} yTitle={text.count} isCount x={x} y={{ low: 0, high: Math.max(1, most) * 1.04 }}
      note={text.numValues(countText(total, text.locale))}
      about={counts.length === 0 ? text.noValues : text.histogramSummary(metricText(x.low, text.locale), metricText(x.high, text.locale),
        binText(fullestBin(data)), countText(most, text.locale))}
      places={counts.map((_, bin) => (edgesOf(data, bin).low + edgesOf(data, bin).high) / 2)} placeAt={(at) => binAt(data, at)}
      spoken={(bin) => `${binText(bin)}: ${countOf(bin)}`}
      tooltip={(bin) => (
        <>
          <p class="tooltip-place">{binText(bin)}</p>
          <p class="reading"><span class="reading-value">{countOf(bin)}</span></p>
        </>
      )}
      marks={(frame, bin) => <Bars data={data} frame={frame} pointed={bin} />}
      table={() => <BinTable data={data} />} />
  );
}

function shareText({ counts, total }: Histogram, bin: number, text: PanelTexts): string {
  return percentText(total > 0 ? (counts[bin] ?? 0) / total : null, text.locale, 1);
}

function Bars({ data, frame, pointed }: { data: Histogram; frame: Frame; pointed: number | null }) {
  const { low, high } = { low: data.edges[0] ?? 0, high: data.edges[data.edges.length - 1] ?? 0 };
  return (
    <>
      {data.counts.map((found, bin) => {
        const edges = edgesOf(data, bin);
        const left = frame.toX(edges.low), right = frame.toX(edges.high);
        const gap = right - left > 4 ? 1 : 0;
        // A bin with few rows beside a bin with very many stays visible.
        const height = found > 0 ? Math.max(1, frame.bottom - frame.toY(found)) : 0;
        return (
          <rect key={bin} class={bin === pointed ? "bar bar-pointed" : "bar"} x={left + gap / 2} width={Math.max(0.5, right - left - gap)}
            y={frame.bottom - height} height={height} />
        );
      })}
      <line class="base-line" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
      {low < 0 && high > 0 && <line class="zero-line" x1={frame.toX(0)} x2={frame.toX(0)} y1={frame.top} y2={frame.bottom} />}
    </>
  );
}

function BinTable({ data }: { data: Histogram }) {
  const text = useTexts(panelTexts);
  return (
    <table>
      <thead>
        <tr>{[text.from, text.to, text.count, text.share].map((name) => <th key={name} scope="col">{name}</th>)}</tr>
      </thead>
      <tbody>
        {data.counts.map((found, bin) => (
          <tr key={bin}>
            <th scope="row">{metricText(edgesOf(data, bin).low, text.locale)}</th>
            <td>{metricText(edgesOf(data, bin).high, text.locale)}</td>
            <td>{countText(found, text.locale)}</td>
            <td>{shareText(data, bin, text)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
