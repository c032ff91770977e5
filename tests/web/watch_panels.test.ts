// The confusion matrix of an evaluation.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cells, labelScores, totals } from "../../web/src/watch/confusion.ts";
import { readEvaluation } from "../../web/src/watch/contract.ts";

describe("confusion matrix", () => {
  test("scores are those of scikit-learn", () => {
    // classification_report for true [0,0,0,1,1], predicted [0,0,1,1,1]: 0: 1, 2/3, 0.8; 1: 2/3, 1, 0.8.
    const scores = labelScores(["a", "b"], [[2, 1], [0, 2]]);
    assert.deepEqual(scores.map(({ precision, recall, f1, support }) => [precision, recall, f1, support]),
      [[1, 2 / 3, 0.8, 3], [2 / 3, 1, 0.8, 2]]);
    assert.deepEqual(totals([[2, 1], [0, 2]]), { all: 5, correct: 4 });
    assert.deepEqual(cells([[2, 1], [0, 0]])[1], [{ count: 0, share: 0 }, { count: 0, share: 0 }]);
    assert.equal(labelScores(["a"], [[0]])[0]?.f1, 0);
  });

  test("a matrix of very many labels comes as cells; the labels with the most mistakes are shown, with scores from all rows", () => {
    const labels = Array.from({ length: 10_000 }, (_, id) => `c${id}`);
    // Label 7: 3 rows, 1 right; once predicted wrongly for 9,999. Labels 100 to 149 are all right.
    const cells = [[7, 7, 1], [7, 8, 2], [9999, 7, 1], ...Array.from({ length: 50 }, (_, i) => [100 + i, 100 + i, 1])];
    const evaluation = readEvaluation({ labels, confusion_matrix: { cells: [...cells, [10_000, 0, 1], ["x", 1, 1], 3] } });
    assert.equal(evaluation.num_labels, 10_000);
    assert.equal(evaluation.labels.length, 40);
    assert.deepEqual(evaluation.labels.slice(0, 3), ["c7", "c8", "c100"]);
    assert.equal(evaluation.labels[39], "c9999");
    assert.deepEqual(evaluation.totals, { all: 54, correct: 51 });
    assert.equal(evaluation.confusion_matrix.length, 40);
    assert.deepEqual(evaluation.confusion_matrix[0]?.slice(0, 3), [1, 2, 0]);
    assert.equal(evaluation.confusion_matrix[39]?.[0], 1);
    const [seven] = evaluation.scores;
    assert.deepEqual([seven?.precision, seven?.recall, seven?.f1, seven?.support], [1 / 2, 1 / 3, 2 / 5, 3]);
  });

  test("a matrix is square over the labels", () => {
    const evaluation = readEvaluation({ labels: ["a", "b"], confusion_matrix: [[1, -2, 9], "x"], worst: [{ text: 5 }, null] });
    assert.deepEqual(evaluation.confusion_matrix, [[1, 0], [0, 0]]);
    assert.equal(evaluation.worst.length, 2);
    assert.equal(evaluation.worst[0]?.text, "5");
  });
});
