// Every word of the run page, in both languages; those of the panels of an evaluation are in panels/texts.ts.
import type { Texts } from "../shared/i18n.ts";
import type { Severity } from "./advice.ts";
import type { RunState } from "./contract.ts";
import type { Trend } from "./description.ts";
import type { DurationWords } from "./formatting.ts";
import type { AxisName } from "./series.ts";
import type { Tab } from "./view_state.ts";

export interface WatchTexts {
  locale: string;
  title: string;
  duration: DurationWords;
  states: Record<RunState, string>;
  phases: Record<string, string>;
  /** Names of metrics; one that is not here shows its key. */
  metrics: Record<string, string>;
  axes: Record<AxisName, string>;
  tabs: Record<Tab, string>;
  trends: Record<Trend, string>;
  sections: string;
  loading: string;
  noRuns: string;
  noRunsHint: string;
  lost: string;
  failed: (message: string) => string;
  unread: (name: string, message: string) => string;
  runs: string;
  showRun: (name: string) => string;
  showAll: string;
  hideAll: string;
  progress: string;
  step: (at: string, of: string) => string;
  stoppedEarly: (at: string, of: string) => string;
  epoch: (at: string, of: string) => string;
  left: (duration: string) => string;
  speed: string;
  tokensPerSecond: (count: string) => string;
  meanSpeed: string;
  mean: (speed: string) => string;
  lastHalfMinute: string;
  elapsed: string;
  memory: string;
  peak: (bytes: string) => string;
  best: string;
  atStep: (step: string) => string;
  device: string;
  stop: string;
  stopTitle: (name: string) => string;
  stopExplained: string;
  stopConfirm: string;
  cancel: string;
  stopping: string;
  stopFailed: (message: string) => string;
  stoppedNote: string;
  interruptedNote: string;
  failedNote: string;
  failedNext: string;
  hint: (hint: string) => string;
  nextStep: string;
  serveWith: string;
  resumeWith: string;
  axis: string;
  smoothing: string;
  zoom: string;
  zoomIn: string;
  zoomOut: string;
  zoomReset: string;
  plotKeys: string;
  chartOf: (title: string) => string;
  summary: (name: string, parts: string[]) => string;
  lastWas: (value: string, step: string) => string;
  bestWas: (value: string, step: string) => string;
  lineTrend: (trend: string) => string;
  broken: (count: number) => string;
  training: string;
  evaluation: string;
  raw: string;
  log: string;
  logLabel: (title: string) => string;
  table: string;
  tableLabel: (title: string) => string;
  tablePart: (shown: number, total: number) => string;
  exportLabel: (title: string, format: string) => string;
  noPoints: string;
  oneValue: string;
  noTime: string;
  noMetrics: string;
  noneShown: string;
  moreCharts: (count: number) => string;
  andMore: (count: number) => string;
  severities: Record<Severity, string>;
  nothingFound: string;
  lookedAt: (losses: string, evaluations: string) => string;
  mayChange: string;
  logIsCut: string;
  remedies: string;
  optionsFor: (reason: string) => string;
  evaluatedStep: string;
  bestStep: (step: string) => string;
  newest: (step: string) => string;
  earlier: string;
  later: string;
  noEvaluations: string;
  metricsOfStep: string;
  search: string;
  compareWith: string;
  nothing: string;
  onlyDifferences: string;
  numDifferences: (count: number) => string;
  about: string;
  options: string;
  setOptions: string;
  changedOptions: string;
  otherOptions: (count: number) => string;
  option: string;
  value: string;
  noMatch: string;
  noOptions: string;
  differs: string;
  facts: Record<string, string>;
  /** The parts that a run does not train, of the words of its run.json. */
  frozen: (words: string) => string;
  adapters: (words: string) => string;
  evaluation_rows: (name: string) => string;
}

const en: WatchTexts = {
  locale: "en-US",
  title: "Training runs",
  duration: { days: "d", hours: "h", minutes: "min", seconds: "s" },
  states: { running: "Running", finished: "Finished", stopped: "Stopped", interrupted: "Interrupted", failed: "Failed" },
  phases: { preparing: "Preparing", training: "Training", evaluating: "Evaluating", saving: "Saving" },
  metrics: {
    loss: "Loss", eval_loss: "Evaluation loss", learning_rate: "Learning rate", grad_norm: "Gradient norm",
    tokens_per_second: "Tokens per second", eval_accuracy: "Accuracy", eval_f1: "F1", eval_precision: "Precision",
    eval_recall: "Recall", eval_f1_binary: "F1, positive class", eval_f1_macro: "F1, macro", eval_f1_micro: "F1, micro",
    eval_f1_weighted: "F1, weighted", eval_precision_macro: "Precision, macro", eval_precision_micro: "Precision, micro",
    eval_precision_weighted: "Precision, weighted", eval_recall_macro: "Recall, macro", eval_recall_micro: "Recall, micro",
    eval_recall_weighted: "Recall, weighted", eval_runtime: "Seconds of evaluation",
    eval_samples_per_second: "Evaluated rows per second", eval_steps_per_second: "Evaluated batches per second",
    eval_mse: "Mean squared error", eval_rmse: "Root mean squared error", eval_mae: "Mean absolute error", eval_r2: "R\u00b2",
    eval_pearson: "Pearson correlation", eval_spearman: "Spearman correlation", eval_balanced_accuracy: "Balanced accuracy",
    eval_cohen_kappa: "Cohen's kappa", eval_roc_auc: "ROC AUC", eval_roc_auc_micro: "ROC AUC, micro",
    eval_average_precision: "Average precision", eval_average_precision_micro: "Average precision, micro",
    eval_top_5_accuracy: "Top-5 accuracy", eval_log_loss: "Log loss", eval_brier_score: "Brier score",
    eval_expected_calibration_error: "Expected calibration error", eval_f1_samples: "F1, samples",
    eval_precision_samples: "Precision, samples", eval_recall_samples: "Recall, samples", eval_hamming_loss: "Hamming loss",
    eval_ranking_loss: "Ranking loss", eval_matthews_correlation: "Matthews correlation", eval_perplexity: "Perplexity",
    eval_exact_match: "Exact match", eval_f1_strict: "F1, strict", eval_precision_strict: "Precision, strict",
    eval_recall_strict: "Recall, strict",
  },
  axes: { step: "Step", epoch: "Epoch", time: "Time" },
  tabs: { charts: "Charts", evaluation: "Evaluation", advice: "Advice", configuration: "Configuration" },
  trends: { rising: "rising", falling: "falling", level: "level", unknown: "" },
  sections: "Parts of the run",
  loading: "Reading the runs\u2026",
  noRuns: "No runs yet",
  noRunsHint: "A run appears here as soon as its training begins.",
  lost: "The server does not answer. The values are those from before; this page tries again by itself.",
  failed: (message) => `The server could not answer: ${message}`,
  unread: (name, message) => `${name} could not be read: ${message}`,
  runs: "Runs",
  showRun: (name) => `Show ${name} in the charts`,
  showAll: "Show all",
  hideAll: "Hide all",
  progress: "Progress",
  step: (at, of) => `Step ${at} of ${of}`,
  stoppedEarly: (at, of) => `Stopped early at step ${at} of at most ${of}`,
  epoch: (at, of) => `epoch ${at} of ${of}`,
  left: (duration) => `about ${duration} left`,
  speed: "Speed",
  tokensPerSecond: (count) => `${count} tokens/s`,
  meanSpeed: "Mean speed",
  mean: (speed) => `mean ${speed}`,
  lastHalfMinute: "over the last half minute",
  elapsed: "Duration",
  memory: "Memory",
  peak: (bytes) => `peak ${bytes}`,
  best: "Best",
  atStep: (step) => `at step ${step}`,
  device: "Device",
  stop: "Stop\u2026",
  stopTitle: (name) => `Stop ${name}?`,
  stopExplained: "The run saves a checkpoint first. You can resume it later from where it stopped.",
  stopConfirm: "Save and stop",
  cancel: "Keep running",
  stopping: "Saving, then stopping\u2026",
  stopFailed: (message) => `The run could not be stopped: ${message}`,
  stoppedNote: "This run was stopped after saving a checkpoint. To resume it:",
  interruptedNote: "This run was interrupted before its end. To resume it from its last checkpoint:",
  failedNote: "This run failed:",
  failedNext: "Fix the cause, then run this command. It continues from the last checkpoint; if the run has no checkpoint, it starts again:",
  hint: (hint) => `What to do: ${hint}`,
  nextStep: "Next: try the model in the browser.",
  serveWith: "Command that serves the model",
  resumeWith: "Command that resumes the run",
  axis: "Axis",
  smoothing: "Smoothing",
  zoom: "Zoom",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  zoomReset: "Show all",
  plotKeys: "Arrow keys read the values, plus and minus zoom, 0 shows all. Drag to zoom; double click shows all.",
  chartOf: (title) => `${title}, chart`,
  summary: (name, parts) => `${name}: ${parts.join(", ")}.`,
  lastWas: (value, step) => `last ${value} at step ${step}`,
  bestWas: (value, step) => `best ${value} at step ${step}`,
  lineTrend: (trend) => trend,
  broken: (count) => (count === 1 ? "1 value is not finite" : `${count} values are not finite`),
  training: "training",
  evaluation: "evaluation",
  raw: "raw",
  log: "log",
  logLabel: (title) => `${title}: log axis`,
  table: "Table",
  tableLabel: (title) => `${title}: data table`,
  tablePart: (shown, total) => `${shown} of ${total} points, evenly spaced; the CSV has them all.`,
  exportLabel: (title, format) => `${title}: save as ${format}`,
  noPoints: "No values yet",
  oneValue: "One value so far; a line begins with the second.",
  noTime: "No times were recorded",
  noMetrics: "Nothing has been logged yet. The first values come after the first logging steps.",
  noneShown: "No run is chosen. Choose one or more runs to draw them.",
  moreCharts: (count) => `More metrics (${count})`,
  andMore: (count) => `and ${count} more`,
  severities: { problem: "Problem", warning: "Warning", note: "Note" },
  nothingFound: "Nothing stands out.",
  lookedAt: (losses, evaluations) => `Losses of the training that were looked at: ${losses}; evaluations: ${evaluations}.`,
  mayChange: "The run is not finished, so this may change.",
  logIsCut: "Only the beginning of its long log was read; hone advise reads more.",
  remedies: "What may help (options to add to the command of this run):",
  optionsFor: (reason) => `Options: ${reason}`,
  evaluatedStep: "Evaluated after step",
  bestStep: (step) => `${step} (best)`,
  newest: (step) => `${step} (newest)`,
  earlier: "Earlier evaluation",
  later: "Later evaluation",
  noEvaluations: "This run has not been evaluated yet.",
  metricsOfStep: "Metrics of this evaluation",
  search: "Search options",
  compareWith: "Compare with",
  nothing: "nothing",
  onlyDifferences: "Only what differs",
  numDifferences: (count) => (count === 1 ? "1 option differs" : `${count} options differ`),
  about: "About this run",
  options: "Options",
  setOptions: "Set on the command line",
  changedOptions: "Other values than the default",
  otherOptions: (count) => (count === 1 ? "1 more option with its default" : `${count} more options with their defaults`),
  option: "Option",
  value: "Value",
  noMatch: "No option matches.",
  noOptions: "No options are recorded for this run.",
  differs: "differs",
  facts: {
    path: "Folder", model: "Model", task: "Task", labels: "Labels", num_parameters: "Parameters",
    model_class: "Class of the model", entity_types: "Types of entities", tag_scheme: "Tags", num_trained_parameters: "Trained parameters",
    frozen: "Frozen", adapters: "Adapters", num_train_rows: "Training rows", num_eval_rows: "Evaluation rows", evaluation_rows: "Evaluated on",
    num_test_rows: "Test rows", device: "Device", precision: "Precision", hone_version: "hone", command: "Command",
    working_dir: "Started in", host: "Machine", pid: "Process", started_at: "Started", updated_at: "Last update",
  },
  frozen: (words) => words,
  adapters: (words) => words,
  evaluation_rows: (name) => `${name} rows`,
};

const zh: WatchTexts = {
  locale: "zh-CN",
  title: "训练记录",
  duration: { days: "天", hours: "小时", minutes: "分", seconds: "秒" },
  states: { running: "运行中", finished: "已完成", stopped: "已停止", interrupted: "已中断", failed: "失败" },
  phases: { preparing: "准备中", training: "训练中", evaluating: "评估中", saving: "保存中" },
  metrics: {
    loss: "损失", eval_loss: "评估损失", learning_rate: "学习率", grad_norm: "梯度范数", tokens_per_second: "每秒词元数", eval_accuracy: "准确率",
    eval_f1: "F1 值", eval_precision: "精确率", eval_recall: "召回率", eval_f1_binary: "F1 值（正类）", eval_f1_macro: "F1 值（宏平均）",
    eval_f1_micro: "F1 值（微平均）", eval_f1_weighted: "F1 值（加权）", eval_precision_macro: "精确率（宏平均）",
    eval_precision_micro: "精确率（微平均）", eval_precision_weighted: "精确率（加权）", eval_recall_macro: "召回率（宏平均）",
    eval_recall_micro: "召回率（微平均）", eval_recall_weighted: "召回率（加权）", eval_runtime: "评估耗时（秒）", eval_samples_per_second: "每秒评估样本数",
    eval_steps_per_second: "每秒评估批次数", eval_mse: "均方误差", eval_rmse: "均方根误差", eval_mae: "平均绝对误差", eval_r2: "R\u00b2",
    eval_pearson: "皮尔逊相关系数", eval_spearman: "斯皮尔曼相关系数", eval_balanced_accuracy: "平衡准确率", eval_cohen_kappa: "科恩 Kappa 系数",
    eval_roc_auc: "ROC 曲线下面积", eval_roc_auc_micro: "ROC 曲线下面积（微平均）", eval_average_precision: "平均精确率",
    eval_average_precision_micro: "平均精确率（微平均）", eval_top_5_accuracy: "Top-5 准确率", eval_log_loss: "对数损失",
    eval_brier_score: "Brier 分数", eval_expected_calibration_error: "期望校准误差", eval_f1_samples: "F1 值（样本平均）",
    eval_precision_samples: "精确率（样本平均）", eval_recall_samples: "召回率（样本平均）", eval_hamming_loss: "汉明损失", eval_ranking_loss: "排序损失",
    eval_matthews_correlation: "马修斯相关系数", eval_perplexity: "困惑度", eval_exact_match: "完全匹配率", eval_f1_strict: "F1 值（严格）",
    eval_precision_strict: "精确率（严格）", eval_recall_strict: "召回率（严格）",
  },
  axes: { step: "步数", epoch: "轮次", time: "时间" },
  tabs: { charts: "曲线", evaluation: "评估", advice: "诊断", configuration: "配置" },
  trends: { rising: "上升", falling: "下降", level: "平稳", unknown: "" },
  sections: "训练详情",
  loading: "正在读取训练记录…",
  noRuns: "还没有训练记录",
  noRunsHint: "训练一开始，就会出现在这里。",
  lost: "服务器没有响应。当前显示的是之前的内容，页面会自动重试。",
  failed: (message) => `服务器返回错误：${message}`,
  unread: (name, message) => `无法读取 ${name}：${message}`,
  runs: "训练记录",
  showRun: (name) => `在曲线中显示 ${name}`,
  showAll: "全部显示",
  hideAll: "全部隐藏",
  progress: "进度",
  step: (at, of) => `第 ${at} / ${of} 步`,
  stoppedEarly: (at, of) => `提前停止于第 ${at} 步（最多 ${of} 步）`,
  epoch: (at, of) => `第 ${at} / ${of} 轮`,
  left: (duration) => `预计还需 ${duration}`,
  speed: "速度",
  tokensPerSecond: (count) => `${count} 词元/秒`,
  meanSpeed: "平均速度",
  mean: (speed) => `平均 ${speed}`,
  lastHalfMinute: "最近半分钟",
  elapsed: "用时",
  memory: "内存",
  peak: (bytes) => `峰值 ${bytes}`,
  best: "最佳",
  atStep: (step) => `第 ${step} 步`,
  device: "设备",
  stop: "停止…",
  stopTitle: (name) => `要停止 ${name} 吗？`,
  stopExplained: "停止前会先保存检查点，以后可以从停止处继续训练。",
  stopConfirm: "保存并停止",
  cancel: "继续训练",
  stopping: "正在保存，随后停止…",
  stopFailed: (message) => `无法停止训练：${message}`,
  stoppedNote: "训练已保存检查点并停止。如需继续，请运行：",
  interruptedNote: "训练中途中断。如需从最近的检查点继续，请运行：",
  failedNote: "训练失败：",
  failedNext: "排除原因后，用下面的命令从最近的检查点继续；没有检查点时会重新开始：",
  hint: (hint) => `解决办法：${hint}`,
  nextStep: "下一步：在浏览器里试用模型。",
  serveWith: "启动模型服务的命令",
  resumeWith: "继续训练的命令",
  axis: "横轴",
  smoothing: "平滑",
  zoom: "缩放",
  zoomIn: "放大",
  zoomOut: "缩小",
  zoomReset: "显示全部",
  plotKeys: "方向键读取数值，加号和减号缩放，0 显示全部。拖动可放大，双击显示全部。",
  chartOf: (title) => `${title}曲线`,
  summary: (name, parts) => `${name}：${parts.join("，")}。`,
  lastWas: (value, step) => `最新 ${value}（第 ${step} 步）`,
  bestWas: (value, step) => `最佳 ${value}（第 ${step} 步）`,
  lineTrend: (trend) => `趋势${trend}`,
  broken: (count) => `${count} 个值不是有限数`,
  training: "训练",
  evaluation: "评估",
  raw: "原始值",
  log: "对数",
  logLabel: (title) => `${title}：对数坐标`,
  table: "表格",
  tableLabel: (title) => `${title}：数据表格`,
  tablePart: (shown, total) => `共 ${total} 个点，均匀选取 ${shown} 个；完整数据见 CSV。`,
  exportLabel: (title, format) => `${title}：保存为 ${format}`,
  noPoints: "暂无数据",
  oneValue: "目前只有一个值，有两个值后开始画线。",
  noTime: "没有记录时间",
  noMetrics: "还没有日志。到达第一个日志间隔后会显示数据。",
  noneShown: "没有选中训练记录。请选择一个或多个来绘制曲线。",
  moreCharts: (count) => `更多指标（${count}）`,
  andMore: (count) => `还有 ${count} 个`,
  severities: { problem: "问题", warning: "警告", note: "提示" },
  nothingFound: "没有发现问题。",
  lookedAt: (losses, evaluations) => `查看了 ${losses} 个训练损失和 ${evaluations} 次评估。`,
  mayChange: "训练还没有结束，结论可能会变。",
  logIsCut: "日志太长，只读取了开头部分；hone advise 会读取更多。",
  remedies: "可以尝试（加在这次训练的命令后面）：",
  optionsFor: (reason) => `选项：${reason}`,
  evaluatedStep: "评估所在步数",
  bestStep: (step) => `${step}（最佳）`,
  newest: (step) => `${step}（最新）`,
  earlier: "上一次评估",
  later: "下一次评估",
  noEvaluations: "还没有评估结果。",
  metricsOfStep: "本次评估的指标",
  search: "搜索配置项",
  compareWith: "对比",
  nothing: "无",
  onlyDifferences: "只看不同",
  numDifferences: (count) => `${count} 项不同`,
  about: "基本信息",
  options: "训练参数",
  setOptions: "命令行指定的参数",
  changedOptions: "与默认值不同的参数",
  otherOptions: (count) => `其余 ${count} 个参数（默认值）`,
  option: "配置项",
  value: "值",
  noMatch: "没有匹配的配置项。",
  noOptions: "这次训练没有记录配置。",
  differs: "不同",
  facts: {
    path: "目录", model: "模型", task: "任务", labels: "标签", num_parameters: "参数量",
    model_class: "模型类", entity_types: "实体类型", tag_scheme: "标注体系", num_trained_parameters: "训练的参数量",
    frozen: "冻结的部分", adapters: "适配器", num_train_rows: "训练样本数", num_eval_rows: "评估样本数", evaluation_rows: "评估数据",
    num_test_rows: "测试样本数", device: "设备", precision: "精度", hone_version: "hone 版本", command: "命令",
    working_dir: "启动目录", host: "机器", pid: "进程", started_at: "开始时间", updated_at: "最近更新",
  },
  frozen: (words) => words
    .replace(/layers? ([\d, to]+) of (\d+)/, (_, layers: string, all: string) => `第 ${layers.replaceAll(" to ", "–").replaceAll(", ", "、")} 层（共 ${all} 层）`)
    .replace(/some parameters of (\d+) parts?/, "$1 个部分的部分参数")
    .replace(/and some parameters of (\d+) other parts?/, "另外 $1 个部分的部分参数")
    .replace(/\bembeddings\b/, "嵌入层").replace(/\bhead\b/, "任务头").replaceAll(", ", "，"),
  adapters: (words) => words
    .replace(/^(\w+) of rank (\d+), /, "$1，秩 $2，").replace(/, dropout /, "，dropout ")
    .replace(/ on (\d+) linears?/, "，作用于 $1 个线性层").replace(/ \(([^)]*)\)/, (_, names: string) => `（${names.replaceAll(", ", "、")}）`)
    .replace(/; trained whole: (.*)$/, (_, names: string) => `；整体训练：${names.replaceAll(", ", "、")}`),
  evaluation_rows: (name) => (({ validation: "验证集", "held-out": "从训练集中留出的样本", test: "测试集" })[name] ?? name),
};

export const texts: Texts<WatchTexts> = { en, zh };

/** A metric's name, or its key in plain words where there is none. */
export function metricTitle(text: WatchTexts, key: string): string {
  const known = [key, `eval_${key}`].find((one) => Object.hasOwn(text.metrics, one));
  return (known === undefined ? undefined : text.metrics[known]) ?? key.replace(/^eval_/, "").replaceAll("_", " ");
}
