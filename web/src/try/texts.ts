// All texts of the try-it page. The Chinese ones of a sentiment model of film reviews are those of the window in the
// article that hone began from, byte for byte, spaces and emoji too; the English ones say the same.
import { shortCount } from "../shared/format.ts";
import type { Texts } from "../shared/i18n.ts";
import { formTexts, type FormTexts } from "./forms/texts.ts";

export interface KindTexts {
  title: string;
  inputLabel: string;
  analyse: string;
  /** What the model's labels are. */
  labels: string;
}

export interface TryTexts {
  /** Of the other answer forms. */
  forms: FormTexts;
  filmSentiment: KindTexts;
  sentiment: KindTexts;
  classifier: KindTexts;
  loading: string;
  resultLabel: string;
  resultHint: string;
  empty: string;
  stillLoading: string;
  sentimentResult: (isPositive: boolean, confidence: string) => string;
  classResult: (label: string, confidence: string) => string;
  valueResult: (label: string, value: string) => string;
  loadFailed: Record<"missing_folder" | "untrained" | "other", (folder: string, details: string) => string>;
  analysisFailed: (details: string) => string;
  badAnswer: (details: string) => string;
  copyJson: string;
  saveJson: string;
  saveCsv: string;
  positive: string;
  negative: string;
  busyRetry: (seconds: number) => string;
  goneRetry: string;
  analysing: string;
  shortcut: string;
  clear: string;
  openFile: string;
  fileKinds: string;
  state: { loading: string; ready: string; failed: string; gone: string };
  goneNotice: string;
  aboutModel: string;
  facts: Record<"folder" | "architecture" | "dataset" | "size" | "length" | "device" | "version", string>;
  parameters: (count: number) => string;
  tokensAtMost: (count: string) => string;
  labelList: (labels: string[]) => string;
  computedOn: (device: string, precision: string) => string;
  otherClasses: string;
  otherLabels: string;
  otherValues: string;
  nearTie: (labels: string[]) => string;
  unknownNotice: (unknown: string, total: string) => string;
  moreLabels: (count: number) => string;
  fewerLabels: string;
  cutNotice: (maxLength: string) => string;
  showTokens: string;
  showWords: string;
  showCode: string;
  codeKey: string;
  tokensSummary: (all: string, read: string, cut: string) => string;
  specialToken: string;
  cutToken: string;
  unknownToken: string;
  unknownSummary: (count: string) => string;
  moreTokens: (count: string) => string;
  showCutTokens: (count: string) => string;
  hideCutTokens: string;
  /** What words change. */
  probabilityOf: (label: string) => string;
  wordsMethod: (subject: string) => string;
  wordsGrouped: (words: number) => string;
  wordsFor: (subject: string) => string;
  wordsAgainst: (subject: string) => string;
  wordsNone: string;
  wordsWeak: string;
  wordsLabel: string;
  wordsText: string;
  strongest: string;
  word: string;
  effect: string;
  effectOnNumber: string;
  working: string;
  failed: (message: string) => string;
  history: string;
  historyEmpty: string;
  clearHistory: string;
  examples: string;
  ownExamples: string;
  useExample: string;
  table: {
    offer: (lines: string) => string;
    offerYes: string;
    offerNo: string;
    title: string;
    drop: string;
    pasted: string;
    rows: (count: string) => string;
    column: string;
    header: string;
    start: (rows: string) => string;
    again: string;
    resume: string;
    cancel: string;
    close: string;
    exportCsv: string;
    progress: string;
    done: (done: string, all: string) => string;
    finished: (rows: string) => string;
    cancelled: (done: string, all: string) => string;
    waiting: (seconds: number) => string;
    row: string;
    text: string;
    label: string;
    score: string;
    cut: string;
    unknown: string;
    unsure: string;
    emptyText: string;
    otherModel: string;
    showing: (shown: string, all: string) => string;
    more: string;
    caption: string;
    errors: Record<"empty" | "noText" | "tooLarge" | "binary" | "json" | "unreadable", string>;
  };
}

const joined = (labels: string[], and: string, comma = ", "): string =>
  labels.length < 2 ? labels.join("") : `${labels.slice(0, -1).join(comma)}${and}${labels[labels.length - 1] ?? ""}`;

const trainCommand = (folder: string, dataset: string): string =>
  `hone train --model ${folder} --dataset ${dataset} --output-dir trained\nhone serve --model trained`;

const en: TryTexts = {
  forms: formTexts.en,
  filmSentiment: {
    title: "Movie review sentiment",
    inputLabel: "Enter an English movie review to analyse:",
    analyse: "Analyse sentiment",
    labels: "Classes",
  },
  sentiment: { title: "Sentiment analysis", inputLabel: "Enter a text to analyse:", analyse: "Analyse sentiment", labels: "Classes" },
  classifier: { title: "Text classification", inputLabel: "Enter a text to classify:", analyse: "Classify", labels: "Classes" },
  loading: "Loading the model...",
  resultLabel: "Result:",
  resultHint: "Enter a text and analyse it: the result appears here.",
  empty: "Please enter some text, then analyse it.",
  stillLoading: "The model is still loading, please wait...",
  sentimentResult: (isPositive, confidence) =>
    `Sentiment of the text:\n\n    Class: [${isPositive ? "Positive" : "Negative"}] ${isPositive ? "😊" : "😠"}\n\n    Confidence: ${confidence}`,
  classResult: (label, confidence) => `Result of the classification:\n\n    Class: [${label}]\n\n    Confidence: ${confidence}`,
  valueResult: (label, value) => `Result of the model:\n\n    ${label}: ${value}`,
  loadFailed: {
    missing_folder: (folder, details) => `The model could not be loaded!\n\nThe folder '${folder}' does not exist.\n\nDetails: ${details}`,
    untrained: (folder, details) =>
      `The model could not be loaded!\n\nThe folder '${folder}' exists, but its model is not trained to classify texts. Train it, then serve the new folder:\n\n` +
      `${trainCommand(folder, "YOUR_DATA.csv")}\n\nDetails: ${details}`,
    other: (folder, details) =>
      `The model could not be loaded!\n\nThe folder '${folder}' exists, but its files cannot be used. Once they are mended, start the server again:\n\n` +
      `hone serve --model ${folder}\n\nDetails: ${details}`,
  },
  analysisFailed: (details) => `The analysis failed: ${details}`,
  badAnswer: (details) => `the server's response is not in the form that this page expects (${details}). If the server was updated, reload the page.`,
  copyJson: "Copy JSON",
  saveJson: "Download JSON",
  saveCsv: "Download CSV",
  positive: "Positive",
  negative: "Negative",
  busyRetry: (seconds) => `The server is busy; trying again in ${seconds} s ...`,
  goneRetry: "No connection to the server. Your text stays; it is analysed as soon as the server is back.",
  analysing: "Analysing ...",
  shortcut: "Ctrl + Enter",
  clear: "Clear",
  openFile: "Open a file",
  fileKinds: "or drop a CSV, JSONL or TXT file",
  state: { loading: "Loading", ready: "Ready", failed: "Failed", gone: "No connection" },
  goneNotice: "The server does not answer. Is hone serve still running? This page connects again by itself.",
  aboutModel: "About this model",
  facts: {
    folder: "Folder", architecture: "Architecture", dataset: "Trained on", size: "Size", length: "Reads at most",
    device: "Computed on", version: "hone version",
  },
  parameters: (count) => `${shortCount(count, "en")} parameters`,
  tokensAtMost: (count) => `${count} tokens (words and parts of words); longer texts are truncated`,
  labelList: (labels) => (labels.length > 12 ? `${labels.slice(0, 12).join(", ")} and ${labels.length - 12} more` : labels.join(", ")),
  computedOn: (device, precision) => {
    const name = device === "cpu" ? "processor" : device.startsWith("cuda") ? "graphics card" : device;
    return precision === "" ? name : `${name}, ${precision === "bf16" ? "16-bit numbers (bf16)" : precision === "fp32" ? "32-bit numbers (fp32)" : precision}`;
  },
  otherClasses: "Other classes",
  otherLabels: "Other labels (each has a probability of its own)",
  otherValues: "Other values",
  nearTie: (labels) => `The model is not sure: ${joined(labels, " and ")} are nearly equally likely.`,
  unknownNotice: (unknown, total) =>
    `The model does not know ${unknown} of the ${total} tokens of this text ([UNK]). It was probably not trained for this language, so do not rely on this result.`,
  moreLabels: (count) => `Show ${count} more`,
  fewerLabels: "Show fewer",
  cutNotice: (maxLength) =>
    `This text is longer than the model reads (${maxLength} tokens at a time). A part of it was truncated and did not count.`,
  showTokens: "Tokens",
  showWords: "Which words decided",
  showCode: "Use from code",
  codeKey: "Put your API key into the environment variable HONE_API_KEY.",
  tokensSummary: (all, read, cut) => (cut === "0" ? `${all} tokens, all read.` : `${all} tokens: ${read} read, ${cut} truncated.`),
  specialToken: "special",
  cutToken: "truncated",
  unknownToken: "unknown",
  unknownSummary: (count) => `${count} of them unknown to the model ([UNK]).`,
  moreTokens: (count) => `Show ${count} more ${count === "1" ? "token" : "tokens"}`,
  showCutTokens: (count) => (count === "1" ? "Show the truncated token" : `Show the ${count} truncated tokens`),
  hideCutTokens: "Hide the truncated tokens",
  probabilityOf: (label) => `the probability of ${label}`,
  wordsMethod: (subject) => `Computed by leaving words out: how much ${subject} falls if the model reads the text without the word.`,
  wordsGrouped: (words) => `The text is long, so ${words} neighbouring words were left out at a time.`,
  wordsFor: (subject) => `raises ${subject}`,
  wordsAgainst: (subject) => `lowers ${subject}`,
  wordsNone: "There is no word in this text to leave out.",
  wordsWeak: "No single word decides here: whichever is left out, the model stays nearly as sure. The colours compare small effects.",
  wordsLabel: "Class",
  wordsText: "The text, each word with its effect",
  strongest: "Strongest words",
  word: "Word",
  effect: "Effect, in percentage points",
  effectOnNumber: "Effect on the number",
  working: "Computing ...",
  failed: (message) => `Failed: ${message}`,
  history: "History of this visit",
  historyEmpty: "Texts that you analyse are listed here, in this tab only.",
  clearHistory: "Clear history",
  examples: "Examples",
  ownExamples: "From the model's evaluation set, with their true labels.",
  useExample: "Use example",
  table: {
    offer: (lines) => `You pasted ${lines} lines. Analyse each line as a text of its own?`,
    offerYes: "Make a table",
    offerNo: "Keep as one text",
    title: "Many texts",
    drop: "Drop the file: each row becomes one text",
    pasted: "Pasted lines",
    rows: (count) => `${count} ${count === "1" ? "row" : "rows"}`,
    column: "Column with the text",
    header: "The first row holds the names of the columns",
    start: (rows) => `Analyse ${rows} ${rows === "1" ? "row" : "rows"}`,
    again: "Analyse again",
    resume: "Continue",
    cancel: "Cancel",
    close: "Close the table",
    exportCsv: "Export as CSV",
    progress: "Progress",
    done: (done, all) => `${done} of ${all} rows`,
    finished: (rows) => (rows === "1" ? "The row is analysed." : `All ${rows} rows are analysed.`),
    cancelled: (done, all) => `Stopped after ${done} of ${all} rows.`,
    waiting: (seconds) => `The server is busy; continuing in ${seconds} s ...`,
    row: "Row",
    text: "Text",
    label: "Class",
    score: "Probability",
    cut: "truncated",
    unknown: "unknown words",
    unsure: "not sure",
    emptyText: "(empty)",
    otherModel: "the server now has another model",
    showing: (shown, all) => `Showing ${shown} of ${all} rows; the export has them all.`,
    more: "Show more rows",
    caption: "Texts with their results",
    errors: {
      empty: "The file has no rows.",
      noText: "No row of the file has a text.",
      tooLarge: "The file is larger than 50 MB. For so many rows use hone predict.",
      binary: "This is not a text file. CSV, TSV, JSON, JSONL and TXT can be read.",
      json: "This line is not JSON:",
      unreadable: "The file could not be read.",
    },
  },
};

const zh: TryTexts = {
  forms: formTexts.zh,
  filmSentiment: { title: "电影评价情感分析工具", inputLabel: "请输入要分析的英文电影评论：", analyse: "分析情感", labels: "类别" },
  sentiment: { title: "情感分析工具", inputLabel: "请输入要分析的文本：", analyse: "分析情感", labels: "类别" },
  classifier: { title: "文本分类工具", inputLabel: "请输入要分类的文本：", analyse: "开始分类", labels: "类别" },
  loading: "正在加载模型...",
  resultLabel: "分析结果：",
  resultHint: "输入文本并点击分析，结果会显示在这里。",
  empty: "请输入一些文本后再点击分析。",
  stillLoading: "模型仍在加载中，请稍候...",
  sentimentResult: (isPositive, confidence) =>
    `情感倾向分析结果：\n\n    类别: 【${isPositive ? "正面" : "负面"}】 ${isPositive ? "😊" : "😠"}\n\n    置信度: ${confidence}`,
  classResult: (label, confidence) => `文本分类结果：\n\n    类别: 【${label}】\n\n    置信度: ${confidence}`,
  valueResult: (label, value) => `模型输出：\n\n    ${label}: ${value}`,
  loadFailed: {
    missing_folder: (folder, details) => `模型加载失败！\n\n请确保 '${folder}' 文件夹存在于脚本旁边。\n\n错误详情: ${details}`,
    untrained: (folder, details) =>
      `模型加载失败！\n\n'${folder}' 文件夹存在，但其中的模型还没有经过分类训练。请先训练，再用训练好的目录启动服务：\n\n` +
      `${trainCommand(folder, "数据文件.csv")}\n\n错误详情: ${details}`,
    other: (folder, details) =>
      `模型加载失败！\n\n'${folder}' 文件夹存在，但其中的文件无法使用。修复后请重新启动服务：\n\n` +
      `hone serve --model ${folder}\n\n错误详情: ${details}`,
  },
  analysisFailed: (details) => `分析时出现错误: ${details}`,
  badAnswer: (details) => `服务器返回的内容不符合预期（${details}）。如果服务器刚刚升级过，请刷新页面。`,
  copyJson: "复制 JSON",
  saveJson: "下载 JSON",
  saveCsv: "下载 CSV",
  positive: "正面",
  negative: "负面",
  busyRetry: (seconds) => `服务器繁忙，${seconds} 秒后重试...`,
  goneRetry: "与服务器的连接已断开。输入的内容会保留，恢复连接后自动分析。",
  analysing: "正在分析...",
  shortcut: "Ctrl + Enter",
  clear: "清空",
  openFile: "打开文件",
  fileKinds: "或把 CSV、JSONL、TXT 文件拖放到页面上",
  state: { loading: "加载中", ready: "就绪", failed: "加载失败", gone: "连接中断" },
  goneNotice: "服务器没有响应。hone serve 还在运行吗？恢复后本页会自动重新连接。",
  aboutModel: "模型信息",
  facts: {
    folder: "目录", architecture: "模型结构", dataset: "训练数据", size: "规模", length: "最大长度", device: "运行设备",
    version: "hone 版本",
  },
  parameters: (count) => `${shortCount(count, "zh")}${count < 10_000 ? " " : ""}个参数`,
  tokensAtMost: (count) => `${count} 个词元，超出部分会被截断`,
  labelList: (labels) => (labels.length > 12 ? `${labels.slice(0, 12).join("、")} 等 ${labels.length} 个` : labels.join("、")),
  computedOn: (device, precision) => {
    const name = device === "cpu" ? "CPU" : device.startsWith("cuda") ? "GPU" : device;
    return precision === "" ? name : `${name}，${precision === "bf16" ? "16 位浮点（bf16）" : precision === "fp32" ? "32 位浮点（fp32）" : precision}`;
  },
  otherClasses: "其他类别的概率",
  otherLabels: "其他标签的概率（彼此独立）",
  otherValues: "其他输出",
  nearTie: (labels) => `模型拿不准：${joined(labels.map((label) => `“${label}”`), "和", "、")}的概率相差无几。`,
  unknownNotice: (unknown, total) =>
    `这段文本的 ${total} 个词元中，有 ${unknown} 个是模型不认识的（[UNK]）。模型很可能没有学过这种语言，结果不可信。`,
  moreLabels: (count) => `再显示 ${count} 个`,
  fewerLabels: "收起",
  cutNotice: (maxLength) => `文本过长：模型每次最多读取 ${maxLength} 个词元，被截断的部分没有参与判断。`,
  showTokens: "查看词元",
  showWords: "哪些词起了作用",
  showCode: "用代码调用",
  codeKey: "请把 API 密钥放到环境变量 HONE_API_KEY 中。",
  tokensSummary: (all, read, cut) => (cut === "0" ? `共 ${all} 个词元，全部读取。` : `共 ${all} 个词元：读取 ${read} 个，截断 ${cut} 个。`),
  specialToken: "特殊词元",
  cutToken: "已截断",
  unknownToken: "未知词元",
  unknownSummary: (count) => `其中 ${count} 个是模型不认识的（[UNK]）。`,
  moreTokens: (count) => `再显示 ${count} 个词元`,
  showCutTokens: (count) => `显示被截断的 ${count} 个词元`,
  hideCutTokens: "收起被截断的词元",
  probabilityOf: (label) => `“${label}”的概率`,
  wordsMethod: (subject) => `逐词剔除法：去掉某个词之后，${subject}下降多少。`,
  wordsGrouped: (words) => `文本较长，因此每次剔除相邻的 ${words} 个词。`,
  wordsFor: (subject) => `提高${subject}`,
  wordsAgainst: (subject) => `降低${subject}`,
  wordsNone: "这段文本里没有可以剔除的词。",
  wordsWeak: "没有哪个词单独起决定作用：去掉任何一个，结果都几乎不变。颜色只反映这些微小影响的相对大小。",
  wordsLabel: "类别",
  wordsText: "原文及每个词的作用",
  strongest: "作用最大的词",
  word: "词",
  effect: "影响（百分点）",
  effectOnNumber: "对预测值的影响",
  working: "正在计算...",
  failed: (message) => `操作失败：${message}`,
  history: "本次访问的记录",
  historyEmpty: "分析过的文本会列在这里，只保存在当前标签页中。",
  clearHistory: "清空记录",
  examples: "示例",
  ownExamples: "选自模型的评估数据，附真实标签。",
  useExample: "使用示例",
  table: {
    offer: (lines) => `您粘贴了 ${lines} 行文本，要逐行分析吗？`,
    offerYes: "逐行分析",
    offerNo: "作为一段文本",
    title: "批量分析",
    drop: "松开鼠标，文件的每一行将作为一条文本",
    pasted: "粘贴的文本",
    rows: (count) => `${count} 行`,
    column: "文本所在的列",
    header: "第一行是列名",
    start: (rows) => `分析 ${rows} 行`,
    again: "重新分析",
    resume: "继续",
    cancel: "取消",
    close: "关闭表格",
    exportCsv: "导出 CSV",
    progress: "进度",
    done: (done, all) => `已完成 ${done} / ${all} 行`,
    finished: (rows) => `${rows} 行已全部分析完毕。`,
    cancelled: (done, all) => `已停止，完成 ${done} / ${all} 行。`,
    waiting: (seconds) => `服务器繁忙，${seconds} 秒后继续...`,
    row: "行",
    text: "文本",
    label: "类别",
    score: "概率",
    cut: "已截断",
    unknown: "含未知词",
    unsure: "拿不准",
    emptyText: "（空）",
    otherModel: "服务器上的模型已经更换",
    showing: (shown, all) => `显示了 ${all} 行中的 ${shown} 行；导出的文件包含全部。`,
    more: "显示更多行",
    caption: "文本及其结果",
    errors: {
      empty: "文件里没有数据行。",
      noText: "文件中没有包含文本的行。",
      tooLarge: "文件超过 50 MB。这么多数据请使用 hone predict。",
      binary: "这不是文本文件。可以读取 CSV、TSV、JSON、JSONL 和 TXT。",
      json: "这一行不是 JSON：",
      unreadable: "无法读取该文件。",
    },
  },
};

export const tryTexts: Texts<TryTexts> = { en, zh };
