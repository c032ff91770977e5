// The words of the answer forms, in both languages; those of "scores" are in ../texts.ts, with the article's window.
import type { Texts } from "../../shared/i18n.ts";
import type { KindTexts } from "../texts.ts";

export interface FormTexts {
  labels: {
    words: KindTexts;
    heading: string;
    /** Between names in a list. */
    comma: string;
    none: string;
    noLabel: string;
    all: string;
    chosen: string;
    notChosen: string;
    threshold: (threshold: string) => string;
    tryThreshold: string;
    own: string;
    useOwn: string;
    wouldChoose: (threshold: string, labels: string) => string;
    head: string;
  };
  numbers: {
    words: KindTexts;
    heading: (target: string) => string;
    /** Of a target without a name of its own. */
    headingOfOne: string;
    headingOfSeveral: string;
    comma: string;
    named: (target: string, value: string) => string;
    andMore: (count: number) => string;
    targets: string;
    scale: (target: string, value: string, low: string, high: string) => string;
    scaleNote: string;
    outside: string;
    spread: (target: string, mean: string, low: string, high: string) => string;
    subject: string;
  };
  entities: {
    words: KindTexts;
    heading: string;
    none: string;
    found: (entities: string, types: number) => string;
    legend: string;
    text: string;
    askHint: string;
    unmarked: (count: number) => string;
    list: string;
    word: string;
    type: string;
    score: string;
    start: string;
    end: string;
    places: string;
    comma: string;
    more: (count: number) => string;
    head: string;
    choice: string;
    subject: (word: string, type: string) => string;
  };
}

const many = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

// An entity can be as long as the text; a sentence names its beginning.
const short = (word: string): string => {
  const characters = Array.from(word);
  return characters.length > 40 ? `${characters.slice(0, 40).join("")}\u2026` : word;
};

const en: FormTexts = {
  labels: {
    words: { title: "Multi-label classification", inputLabel: "Enter a text to label:", analyse: "Find labels", labels: "Labels" },
    heading: "Labels of the text:",
    comma: ", ",
    none: "No label is above its threshold",
    noLabel: "no label",
    all: "All labels, each with a probability of its own",
    chosen: "chosen",
    notChosen: "not chosen",
    threshold: (threshold) => `threshold ${threshold}`,
    tryThreshold: "Try one threshold for all labels",
    own: "The model's thresholds",
    useOwn: "Back to the model's thresholds",
    wouldChoose: (threshold, labels) => `A threshold of ${threshold} would choose: ${labels}.`,
    head: "Labels",
  },
  numbers: {
    words: { title: "Number prediction", inputLabel: "Enter a text to predict a number for:", analyse: "Predict", labels: "Predicts" },
    heading: (target) => `Predicted ${target}:`,
    headingOfOne: "Predicted number:",
    headingOfSeveral: "Predicted numbers:",
    comma: ", ",
    named: (target, value) => `${target} ${value}`,
    andMore: (count) => ` and ${count} more`,
    targets: "Each number on its scale",
    scale: (target, value, low, high) => `${target}: ${value} on a scale from ${low} to ${high}`,
    scaleNote: "A scale goes from the smallest to the largest number of the training rows.",
    outside: "This number is outside the range of the training rows, so rely on it less.",
    spread: (target, mean, low, high) => `${target === "" ? "" : `${target}: `}mean ${mean}, from ${low} to ${high}`,
    subject: "the predicted number",
  },
  entities: {
    words: { title: "Named entities", inputLabel: "Enter a text to find entities in:", analyse: "Find entities", labels: "Entity types" },
    heading: "Entities in the text:",
    none: "No entities found",
    found: (entities, types) => `${entities} ${entities === "1" ? "entity" : "entities"} of ${many(types, "type", "types")}`,
    legend: "Entity types: choose which to show",
    text: "The text with its entities",
    askHint: "Click an entity, or choose it with the arrow keys and Enter, to see which words decided.",
    unmarked: (count) => `${many(count, "entity overlaps another and is", "entities overlap others and are")} only in the list.`,
    list: "Entities",
    word: "Entity",
    type: "Type",
    score: "Score",
    start: "Start",
    end: "End",
    places: "Start and end count characters from 0; the end is the first character after the entity.",
    comma: ", ",
    more: (count) => `and ${count} more`,
    head: "Entities",
    choice: "Entity",
    subject: (word, type) => `the probability that "${short(word)}" is ${type}`,
  },
};

const zh: FormTexts = {
  labels: {
    words: { title: "多标签分类工具", inputLabel: "请输入要打标签的文本：", analyse: "开始分类", labels: "标签" },
    heading: "文本的标签：",
    comma: "、",
    none: "没有标签超过阈值",
    noLabel: "无标签",
    all: "全部标签的概率（彼此独立）",
    chosen: "选中",
    notChosen: "未选中",
    threshold: (threshold) => `阈值 ${threshold}`,
    tryThreshold: "试用统一阈值",
    own: "模型自带的阈值",
    useOwn: "恢复模型自带的阈值",
    wouldChoose: (threshold, labels) => `阈值为 ${threshold} 时会选中：${labels}。`,
    head: "标签",
  },
  numbers: {
    words: { title: "数值预测工具", inputLabel: "请输入文本，预测对应的数值：", analyse: "开始预测", labels: "预测目标" },
    heading: (target) => `预测结果（${target}）：`,
    headingOfOne: "预测结果：",
    headingOfSeveral: "预测结果：",
    comma: "，",
    named: (target, value) => `${target} ${value}`,
    andMore: (count) => `，另有 ${count} 项`,
    targets: "各项预测值",
    scale: (target, value, low, high) => `${target}：${value}，刻度范围 ${low} 至 ${high}`,
    scaleNote: "刻度两端是训练数据中的最小值和最大值。",
    outside: "预测值超出了训练数据的范围，请谨慎参考。",
    spread: (target, mean, low, high) => `${target === "" ? "" : `${target}：`}均值 ${mean}，范围 ${low} 至 ${high}`,
    subject: "预测值",
  },
  entities: {
    words: { title: "命名实体识别工具", inputLabel: "请输入要识别的文本：", analyse: "识别实体", labels: "实体类型" },
    heading: "文本中的实体：",
    none: "未识别到实体",
    found: (entities, types) => `${entities} 个实体，${types} 种类型`,
    legend: "实体类型：点击可隐藏或显示",
    text: "标注了实体的原文",
    askHint: "点击实体，或用方向键选中后按回车，可查看哪些词起了作用。",
    unmarked: (count) => `有 ${count} 个实体与其他实体重叠，只在列表中显示。`,
    list: "实体列表",
    word: "实体",
    type: "类型",
    score: "置信度",
    start: "起始",
    end: "结束",
    places: "起止位置按字符计数，从 0 开始，不含结束位置的字符。",
    comma: "，",
    more: (count) => `等，另有 ${count} 个`,
    head: "实体",
    choice: "实体",
    subject: (word, type) => `“${short(word)}”是 ${type} 的概率`,
  },
};

export const formTexts: Texts<FormTexts> = { en, zh };
