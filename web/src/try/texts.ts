// All texts of the try-it page. The Chinese ones of a sentiment model are those of the window in the article that hone
// began from, byte for byte, spaces and emoji too; the English ones are their twins.
import { shortCount } from "../shared/format.ts";
import type { Texts } from "../shared/i18n.ts";

export interface KindTexts {
  title: string;
  inputLabel: string;
  analyse: string;
}

export interface TryTexts {
  sentiment: KindTexts;
  classifier: KindTexts;
  loading: string;
  resultLabel: string;
  empty: string;
  stillLoading: string;
  sentimentResult: (isPositive: boolean, confidence: string) => string;
  classResult: (label: string, confidence: string) => string;
  valueResult: (label: string, value: string) => string;
  loadFailed: (folder: string, details: string) => string;
  analysisFailed: (details: string) => string;
  positive: string;
  negative: string;
  busyRetry: (seconds: number) => string;
  analysing: string;
  shortcut: string;
  clear: string;
  openFile: string;
  fileKinds: string;
  state: { loading: string; ready: string; failed: string; gone: string };
  goneNotice: string;
  parameters: (count: number) => string;
  tokensAtMost: (count: string) => string;
  scores: string;
  independentScores: string;
  moreLabels: (count: number) => string;
  fewerLabels: string;
  cutNotice: (maxLength: string) => string;
  showTokens: string;
  showWords: string;
  tokensSummary: (all: string, read: string, cut: string) => string;
  specialToken: string;
  cutToken: string;
  tokenId: (id: number) => string;
  moreTokens: (count: string) => string;
  wordsMethod: (label: string) => string;
  wordsGrouped: (words: number) => string;
  wordsFor: string;
  wordsAgainst: string;
  wordsNone: string;
  wordsWeak: string;
  wordsLabel: string;
  wordsText: string;
  strongest: string;
  word: string;
  effect: string;
  working: string;
  failed: (message: string) => string;
  history: string;
  historyEmpty: string;
  clearHistory: string;
  examples: string;
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
    emptyText: string;
    otherModel: string;
    showing: (shown: string, all: string) => string;
    more: string;
    caption: string;
    errors: Record<"empty" | "noText" | "tooLarge" | "binary" | "json" | "unreadable", string>;
  };
}

const en: TryTexts = {
  sentiment: {
    title: "Movie review sentiment",
    inputLabel: "Enter an English movie review to analyse:",
    analyse: "Analyse sentiment",
  },
  classifier: { title: "Text classification", inputLabel: "Enter a text to classify:", analyse: "Classify" },
  loading: "Loading the model...",
  resultLabel: "Result:",
  empty: "Please enter some text, then analyse it.",
  stillLoading: "The model is still loading, please wait...",
  sentimentResult: (isPositive, confidence) =>
    `Sentiment of the review:\n\n    Class: [${isPositive ? "Positive" : "Negative"}] ${isPositive ? "😊" : "😠"}\n\n    Confidence: ${confidence}`,
  classResult: (label, confidence) => `Result of the classification:\n\n    Class: [${label}]\n\n    Confidence: ${confidence}`,
  valueResult: (label, value) => `Result of the model:\n\n    ${label}: ${value}`,
  loadFailed: (folder, details) =>
    `The model could not be loaded!\n\nPlease make sure that the folder '${folder}' exists and holds a trained model.\n\nDetails: ${details}`,
  analysisFailed: (details) => `The analysis failed: ${details}`,
  positive: "Positive",
  negative: "Negative",
  busyRetry: (seconds) => `The server is busy; trying again in ${seconds} s ...`,
  analysing: "Analysing ...",
  shortcut: "Ctrl + Enter",
  clear: "Clear",
  openFile: "Open a file",
  fileKinds: "or drop a CSV, JSONL or TXT file",
  state: { loading: "Loading", ready: "Ready", failed: "Failed", gone: "No connection" },
  goneNotice: "The server does not answer. Is hone serve still running? This page connects again by itself.",
  parameters: (count) => `${shortCount(count, "en")} parameters`,
  tokensAtMost: (count) => `reads ${count} tokens`,
  scores: "Probability of each class",
  independentScores: "Probability of each label, each by itself",
  moreLabels: (count) => `Show ${count} more`,
  fewerLabels: "Show fewer",
  cutNotice: (maxLength) =>
    `This text is longer than the ${maxLength} tokens that the model reads. The rest was cut and did not count.`,
  showTokens: "Tokens",
  showWords: "Which words decided",
  tokensSummary: (all, read, cut) => (cut === "0" ? `${all} tokens, all read.` : `${all} tokens: ${read} read, ${cut} cut.`),
  specialToken: "special",
  cutToken: "cut",
  tokenId: (id) => `id ${id}`,
  moreTokens: (count) => `Show ${count} more tokens`,
  wordsMethod: (label) =>
    `Exact, by leaving words out: how much the probability of ${label} falls when the model reads the text without the word.`,
  wordsGrouped: (words) => `The text is long, so ${words} neighbouring words were left out at a time.`,
  wordsFor: "speaks for it",
  wordsAgainst: "speaks against it",
  wordsNone: "There is no word in this text to leave out.",
  wordsWeak: "No single word decides here: without any one of them the model stays nearly as sure. The colours compare the small effects.",
  wordsLabel: "Class",
  wordsText: "The text, each word with its effect",
  strongest: "Strongest words",
  word: "Word",
  effect: "Effect, in percentage points",
  working: "Computing ...",
  failed: (message) => `That did not work: ${message}`,
  history: "History of this visit",
  historyEmpty: "What you analyse is listed here, in this tab only.",
  clearHistory: "Clear history",
  examples: "Examples",
  useExample: "Use example",
  table: {
    offer: (lines) => `You pasted ${lines} lines. Analyse each line as a text of its own?`,
    offerYes: "Make a table",
    offerNo: "Keep as one text",
    title: "Many texts",
    drop: "Drop the file: each row becomes a text",
    pasted: "Pasted lines",
    rows: (count) => `${count} rows`,
    column: "Column with the text",
    header: "The first row holds the names of the columns",
    start: (rows) => `Analyse ${rows} rows`,
    again: "Analyse again",
    resume: "Go on",
    cancel: "Cancel",
    close: "Close the table",
    exportCsv: "Export as CSV",
    progress: "Progress",
    done: (done, all) => `${done} of ${all} rows`,
    finished: (rows) => `All ${rows} rows are analysed.`,
    cancelled: (done, all) => `Stopped after ${done} of ${all} rows.`,
    waiting: (seconds) => `The server is busy; going on in ${seconds} s ...`,
    row: "Row",
    text: "Text",
    label: "Class",
    score: "Probability",
    cut: "cut",
    emptyText: "(empty)",
    otherModel: "the server has another model now",
    showing: (shown, all) => `${shown} of ${all} rows are shown; the export has them all.`,
    more: "Show more rows",
    caption: "Texts with their class",
    errors: {
      empty: "The file holds no rows.",
      noText: "No row of the file holds a text.",
      tooLarge: "The file is larger than 50 MB. For so many rows use hone predict.",
      binary: "This is no text file. CSV, TSV, JSON, JSONL and TXT can be read.",
      json: "This line is not JSON:",
      unreadable: "The file could not be read.",
    },
  },
};

const zh: TryTexts = {
  sentiment: { title: "电影评价情感分析工具", inputLabel: "请输入要分析的英文电影评论：", analyse: "分析情感" },
  classifier: { title: "文本分类工具", inputLabel: "请输入要分类的文本：", analyse: "开始分类" },
  loading: "正在加载模型...",
  resultLabel: "分析结果：",
  empty: "请输入一些文本后再点击分析。",
  stillLoading: "模型仍在加载中，请稍候...",
  sentimentResult: (isPositive, confidence) =>
    `情感倾向分析结果：\n\n    类别: 【${isPositive ? "正面" : "负面"}】 ${isPositive ? "😊" : "😠"}\n\n    置信度: ${confidence}`,
  classResult: (label, confidence) => `文本分类结果：\n\n    类别: 【${label}】\n\n    置信度: ${confidence}`,
  valueResult: (label, value) => `模型输出：\n\n    ${label}: ${value}`,
  loadFailed: (folder, details) => `模型加载失败！\n\n请确保 '${folder}' 文件夹存在于脚本旁边。\n\n错误详情: ${details}`,
  analysisFailed: (details) => `分析时出现错误: ${details}`,
  positive: "正面",
  negative: "负面",
  busyRetry: (seconds) => `服务器繁忙，${seconds} 秒后重试...`,
  analysing: "正在分析...",
  shortcut: "Ctrl + Enter",
  clear: "清空",
  openFile: "打开文件",
  fileKinds: "或把 CSV、JSONL、TXT 文件拖放到页面上",
  state: { loading: "加载中", ready: "就绪", failed: "加载失败", gone: "连接中断" },
  goneNotice: "服务器没有响应。hone serve 还在运行吗？恢复后本页会自动重新连接。",
  parameters: (count) => `${shortCount(count, "zh")}${count < 10_000 ? " " : ""}个参数`,
  tokensAtMost: (count) => `最多读取 ${count} 个词元`,
  scores: "各类别的概率",
  independentScores: "各标签的概率（彼此独立）",
  moreLabels: (count) => `再显示 ${count} 个`,
  fewerLabels: "收起",
  cutNotice: (maxLength) => `文本超过了模型能读取的 ${maxLength} 个词元，超出部分已被截断，没有参与判断。`,
  showTokens: "查看词元",
  showWords: "哪些词起了作用",
  tokensSummary: (all, read, cut) => (cut === "0" ? `共 ${all} 个词元，全部读取。` : `共 ${all} 个词元：读取 ${read} 个，截断 ${cut} 个。`),
  specialToken: "特殊词元",
  cutToken: "已截断",
  tokenId: (id) => `编号 ${id}`,
  moreTokens: (count) => `再显示 ${count} 个词元`,
  wordsMethod: (label) => `精确的逐词剔除法：去掉某个词后，模型给出的“${label}”概率下降多少。`,
  wordsGrouped: (words) => `文本较长，因此每次剔除相邻的 ${words} 个词。`,
  wordsFor: "支持该类别",
  wordsAgainst: "反对该类别",
  wordsNone: "这段文本里没有可以剔除的词。",
  wordsWeak: "这里没有哪个词单独起决定作用：去掉任何一个词，模型几乎同样确信。颜色只是比较这些微小的影响。",
  wordsLabel: "类别",
  wordsText: "原文及每个词的作用",
  strongest: "作用最大的词",
  word: "词",
  effect: "影响（百分点）",
  working: "正在计算...",
  failed: (message) => `操作没有成功：${message}`,
  history: "本次访问的记录",
  historyEmpty: "分析过的文本会列在这里，只保存在当前标签页。",
  clearHistory: "清空记录",
  examples: "示例",
  useExample: "使用示例",
  table: {
    offer: (lines) => `您粘贴了 ${lines} 行文本。要把每一行作为一条文本分别分析吗？`,
    offerYes: "生成表格",
    offerNo: "作为一段文本",
    title: "批量分析",
    drop: "松开鼠标：文件的每一行作为一条文本",
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
    emptyText: "（空）",
    otherModel: "服务器上的模型已经更换",
    showing: (shown, all) => `显示了 ${all} 行中的 ${shown} 行；导出的文件包含全部。`,
    more: "显示更多行",
    caption: "文本及其类别",
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
