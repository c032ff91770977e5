// Every word of the panels of an evaluation, in both languages. Panels, columns, axes and facts that are not here show the
// name that the file has.
import type { Texts } from "../../shared/i18n.ts";
import type { Panel } from "./panels.ts";

type Names = Readonly<Record<string, string>>;

export interface PanelTexts {
  locale: string;
  /** By a panel's name. */
  titles: Names;
  /** Of tables: columns, and what a row is. */
  columns: Names;
  averages: Names;
  /** Of rows. */
  facts: Names;
  axes: Names;
  newer: (title: string) => string;
  damaged: (title: string) => string;
  matrixCaption: string;
  labelsShown: (shown: string, all: string) => string;
  trueLabel: string;
  predictedLabel: string;
  cell: (truth: string, predicted: string, count: string, share: string) => string;
  correct: (correct: string, all: string, share: string) => string;
  find: string;
  noMatch: string;
  rowsShown: (shown: string, all: string) => string;
  byProbability: string;
  byLoss: string;
  rawText: string;
  noMistakes: string;
  noRows: string;
  more: string;
  less: string;
  missedSpan: string;
  wrongSpan: string;
  chartOf: (title: string) => string;
  plotKeys: string;
  table: string;
  tableLabel: (title: string) => string;
  tablePart: (shown: number, total: number) => string;
  noValues: string;
  from: string;
  to: string;
  count: string;
  share: string;
  bin: (low: string, high: string) => string;
  binCount: (count: string, share: string) => string;
  numValues: (count: string) => string;
  histogramSummary: (low: string, high: string, bin: string, count: string) => string;
  lineSummary: (name: string, count: string, low: string, high: string) => string;
  pointsSummary: (name: string, count: string) => string;
  lines: string;
  line: string;
}

const rowsOf = (count: string): string => `${count} ${count === "1" ? "row" : "rows"}`;

const en: PanelTexts = {
  locale: "en-US",
  titles: {
    confusion_matrix: "Confusion matrix", per_label: "By label", per_type: "By entity type", per_target: "By target",
    worst: "Worst mistakes", residuals: "Residuals", predictions: "Predictions and targets",
    precision_recall: "Precision and recall", roc: "ROC curve", calibration: "Calibration",
  },
  columns: {
    label: "Label", type: "Type", target: "Target", precision: "Precision", recall: "Recall", f1: "F1", support: "Count", accuracy: "Accuracy",
    threshold: "Threshold", average_precision: "Average precision", mse: "MSE", rmse: "RMSE", mae: "MAE", r2: "R\u00b2", pearson: "Pearson",
    spearman: "Spearman",
  },
  averages: { macro: "Macro average", micro: "Micro average", weighted: "Weighted average", samples: "Average of samples" },
  facts: { label: "true", predicted: "predicted", score: "probability of the true label", loss: "loss" },
  axes: {
    "prediction - target": "Prediction \u2212 target", prediction: "Prediction", target: "Target", precision: "Precision", recall: "Recall", accuracy: "Accuracy", confidence: "Confidence",
    "false positive rate": "False positive rate", "true positive rate": "True positive rate",
  },
  newer: (title) => `${title}: a newer hone wrote this part.`,
  damaged: (title) => `${title}: this part of the file is damaged.`,
  matrixCaption: "Rows: the true label. Columns: the predicted label. Percentages are of the row.",
  labelsShown: (shown, all) => `Shown are the ${shown} labels with the most mistakes, of ${all}.`,
  trueLabel: "True",
  predictedLabel: "Predicted",
  cell: (truth, predicted, count, share) => `${rowsOf(count)} of ${truth} predicted as ${predicted}: ${share}`,
  correct: (correct, all, share) => `${correct} of ${all} right (${share})`,
  find: "Find",
  noMatch: "No row matches.",
  rowsShown: (shown, all) => `Shown are ${shown} of ${all} rows. Sort by a column or search to see others.`,
  byProbability: "Wrongly predicted rows whose true label has the lowest probability.",
  byLoss: "The rows with the highest loss.",
  rawText: "Raw text",
  noMistakes: "The model made no mistakes here.",
  noRows: "No rows.",
  more: "Whole text",
  less: "Less",
  missedSpan: "missed",
  wrongSpan: "wrong",
  chartOf: (title) => `${title}, chart`,
  plotKeys: "Arrow keys read the values.",
  table: "Table",
  tableLabel: (title) => `${title}: data table`,
  tablePart: (shown, total) => `${shown} of ${total} points, evenly spaced.`,
  noValues: "No values",
  from: "From",
  to: "To",
  count: "Rows",
  share: "Share",
  bin: (low, high) => `${low} to ${high}`,
  binCount: (count, share) => `${rowsOf(count)} (${share})`,
  numValues: rowsOf,
  histogramSummary: (low, high, bin, count) => `From ${low} to ${high}; most rows, ${count}, lie in ${bin}.`,
  lineSummary: (name, count, low, high) => `${name}: ${count} points from ${low} to ${high}.`,
  pointsSummary: (name, count) => `${name}: ${count} points.`,
  lines: "Lines",
  line: "Line",
};

const zh: PanelTexts = {
  locale: "zh-CN",
  titles: {
    confusion_matrix: "混淆矩阵", per_label: "各标签得分", per_type: "各实体类型得分", per_target: "各目标得分",
    worst: "最严重的错误", residuals: "残差分布", predictions: "预测值与真实值",
    precision_recall: "精确率与召回率", roc: "ROC 曲线", calibration: "校准曲线",
  },
  columns: {
    label: "标签", type: "类型", target: "目标", precision: "精确率", recall: "召回率", f1: "F1 值", support: "数量", accuracy: "准确率",
    threshold: "阈值", average_precision: "平均精确率", mse: "MSE", rmse: "RMSE", mae: "MAE", r2: "R\u00b2", pearson: "皮尔逊", spearman: "斯皮尔曼",
  },
  averages: { macro: "宏平均", micro: "微平均", weighted: "加权平均", samples: "样本平均" },
  facts: { label: "真实", predicted: "预测", score: "真实标签的概率", loss: "损失" },
  axes: {
    "prediction - target": "预测值 − 真实值", prediction: "预测值", target: "真实值", precision: "精确率", recall: "召回率", accuracy: "准确率", confidence: "置信度",
    "false positive rate": "假正率", "true positive rate": "真正率",
  },
  newer: (title) => `${title}：由更新版本的 hone 写入，暂时无法显示。`,
  damaged: (title) => `${title}：文件中的这一部分已损坏。`,
  matrixCaption: "行为真实标签，列为模型预测，百分比按行计算。",
  labelsShown: (shown, all) => `共 ${all} 个标签，此处只显示错误最多的 ${shown} 个。`,
  trueLabel: "真实",
  predictedLabel: "预测",
  cell: (truth, predicted, count, share) => `${count} 条 ${truth} 被预测为 ${predicted}：${share}`,
  correct: (correct, all, share) => `${all} 条中 ${correct} 条正确（${share}）`,
  find: "查找",
  noMatch: "没有匹配的行。",
  rowsShown: (shown, all) => `共 ${all} 行，此处显示 ${shown} 行；点击列名排序或查找，可查看其他行。`,
  byProbability: "预测错误、且真实标签概率最低的样本。",
  byLoss: "损失最高的样本。",
  rawText: "显示原文",
  noMistakes: "这次评估没有错误。",
  noRows: "没有样本。",
  more: "展开全文",
  less: "收起",
  missedSpan: "漏标",
  wrongSpan: "错标",
  chartOf: (title) => `${title}图`,
  plotKeys: "方向键读取数值。",
  table: "表格",
  tableLabel: (title) => `${title}：数据表格`,
  tablePart: (shown, total) => `共 ${total} 个点，均匀选取 ${shown} 个。`,
  noValues: "暂无数据",
  from: "起",
  to: "止",
  count: "样本数",
  share: "占比",
  bin: (low, high) => `${low} 至 ${high}`,
  binCount: (count, share) => `${count} 条（${share}）`,
  numValues: (count) => `${count} 条样本`,
  histogramSummary: (low, high, bin, count) => `范围 ${low} 至 ${high}，样本最多的区间为 ${bin}，共 ${count} 条。`,
  lineSummary: (name, count, low, high) => `${name}：${count} 个点，从 ${low} 到 ${high}。`,
  pointsSummary: (name, count) => `${name}：${count} 个点。`,
  lines: "曲线",
  line: "曲线",
};

export const panelTexts: Texts<PanelTexts> = { en, zh };

/** A name of the file in the page's language, or in plain words if it is not known. */
export function nameIn(names: Names, name: string): string {
  return (Object.hasOwn(names, name) ? names[name] : undefined) ?? name.replaceAll("_", " ");
}

export function titleOf(text: PanelTexts, { name, title }: Pick<Panel, "name" | "title">): string {
  return (Object.hasOwn(text.titles, name) ? text.titles[name] : undefined) ?? title;
}
