// Facts that runs write as English words, in the reader's language.
import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../../web/src/watch/texts.ts";

test("what is frozen is said in the reader's language", () => {
  for (const [words, zh] of [
    ["embeddings, layers 1 to 4, 6 of 6, pooler", "嵌入层，第 1–4、6 层（共 6 层），pooler"],
    ["layer 2 of 6, head", "第 2 层（共 6 层），任务头"],
    ["some parameters of 2 parts", "2 个部分的部分参数"],
    ["embeddings, and some parameters of 1 other part", "嵌入层，另外 1 个部分的部分参数"],
  ] as const) {
    assert.equal(texts.en.frozen(words), words);
    assert.equal(texts.zh.frozen(words), zh);
  }
});

test("adapters and evaluation rows are said in the reader's language", () => {
  for (const [words, zh] of [
    ["LoRA of rank 8, alpha 16 on 4 linears (query, value)", "LoRA，秩 8，alpha 16，作用于 4 个线性层（query、value）"],
    ["DoRA of rank 2, alpha 8, dropout 0.1 on 1 linear; trained whole: pooler, norm", "DoRA，秩 2，alpha 8，dropout 0.1，作用于 1 个线性层；整体训练：pooler、norm"],
  ] as const) {
    assert.equal(texts.en.adapters(words), words);
    assert.equal(texts.zh.adapters(words), zh);
  }
  assert.equal(texts.en.evaluation_rows("held-out"), "held-out rows");
  assert.equal(texts.zh.evaluation_rows("validation"), "验证集");
  assert.equal(texts.zh.evaluation_rows("other"), "other");
});
