import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Tensor } from "@residual/backends"
import {
  accuracy,
  type BatchResult,
  classScores,
  confusionMatrix,
  f1Score,
  type Metric,
  perplexity,
  precision,
  recall,
  topKAccuracy
} from "../../src/index.ts"
import { type ClassRow, classBatches, classRows, measured } from "./rows.ts"

const classes = 4
const size = fc.integer({ min: 1, max: 25 })

/** The classes of a row from the greatest logit to the smallest, the first of equal ones first. */
const ranked = ({ logits }: ClassRow): ReadonlyArray<number> =>
  logits
    .map((logit, at) => ({ logit, at }))
    .toSorted((a, b) => b.logit - a.logit || a.at - b.at)
    .map(({ at }) => at)

const total = (rows: ReadonlyArray<ClassRow>): number => rows.reduce((sum, { weight }) => sum + weight, 0)

const share = (part: ReadonlyArray<ClassRow>, whole: ReadonlyArray<ClassRow>): number =>
  total(whole) === 0 ? 0 : total(part) / total(whole)

const assertClose = (actual: number, expected: number): void =>
  assert.isAtMost(Math.abs(actual - expected), 1e-12 * Math.max(1, Math.abs(expected)))

/** A property of a metric: for any rows, in batches of any size, it is what it is defined as on all of them. */
const isAlways = <State>(
  name: string,
  metric: Metric<State, number>,
  expected: (rows: ReadonlyArray<ClassRow>) => number
): void =>
  test.prop([classRows(classes), size])(`${name} is what it is defined as, however rows are batched`, (rows, batch) => {
    assertClose(measured(metric, classBatches(rows, classes, batch)), expected(rows))
  })

const one = (logits: Tensor.Numbers, targets: Tensor.Numbers, weights?: Tensor.Numbers): ReadonlyArray<BatchResult> => [
  {
    outputs: { logits: Tensor.make(logits) },
    batch: {
      targets: Tensor.make(targets, { dtype: "i32" }),
      ...(weights === undefined ? {} : { weights: Tensor.make(weights) })
    }
  }
]

describe("metrics of classes", () => {
  const isRight = (row: ClassRow): boolean => ranked(row)[0] === row.target
  isAlways("accuracy", accuracy(), (rows) => share(rows.filter(isRight), rows))

  const isAmong = (k: number) => (row: ClassRow) => ranked(row).slice(0, k).includes(row.target)
  isAlways("top-2 accuracy", topKAccuracy(2), (rows) => share(rows.filter(isAmong(2)), rows))
  isAlways("top-3 accuracy", topKAccuracy(3), (rows) => share(rows.filter(isAmong(3)), rows))
  isAlways("top-4 accuracy of 4 classes", topKAccuracy(4), (rows) => (total(rows) === 0 ? 0 : 1))

  const entropy = ({ logits, target }: ClassRow): number =>
    -Math.log(Math.exp(logits[target] as number) / logits.reduce((sum, logit) => sum + Math.exp(logit), 0))
  isAlways("perplexity", perplexity(), (rows) => {
    const sum = rows.reduce((sum, row) => sum + row.weight * entropy(row), 0)
    return total(rows) === 0 ? 1 : Math.exp(sum / total(rows))
  })

  const of = (rows: ReadonlyArray<ClassRow>, target: number) => rows.filter((row) => row.target === target)
  const as = (rows: ReadonlyArray<ClassRow>, chosen: number) => rows.filter((row) => ranked(row)[0] === chosen)
  const precisionOf = (rows: ReadonlyArray<ClassRow>, at: number) => share(of(as(rows, at), at), as(rows, at))
  const recallOf = (rows: ReadonlyArray<ClassRow>, at: number) => share(of(as(rows, at), at), of(rows, at))
  const f1Of = (rows: ReadonlyArray<ClassRow>, at: number) => {
    const [p, r] = [precisionOf(rows, at), recallOf(rows, at)]
    return p + r === 0 ? 0 : (2 * p * r) / (p + r)
  }
  const overSeen = (rows: ReadonlyArray<ClassRow>, read: (rows: ReadonlyArray<ClassRow>, at: number) => number) => {
    const seen = [0, 1, 2, 3].filter((at) => total(of(rows, at)) + total(as(rows, at)) > 0)
    return seen.length === 0 ? 0 : seen.reduce((sum, at) => sum + read(rows, at), 0) / seen.length
  }
  for (const at of [0, 3]) {
    isAlways(`precision of class ${at}`, precision({ classes, of: at }), (rows) => precisionOf(rows, at))
    isAlways(`recall of class ${at}`, recall({ classes, of: at }), (rows) => recallOf(rows, at))
    isAlways(`F1 of class ${at}`, f1Score({ classes, of: at }), (rows) => f1Of(rows, at))
  }
  isAlways("macro precision", precision({ classes }), (rows) => overSeen(rows, precisionOf))
  isAlways("macro recall", recall({ classes, of: "macro" }), (rows) => overSeen(rows, recallOf))
  isAlways("macro F1", f1Score({ classes }), (rows) => overSeen(rows, f1Of))
  const micro = (rows: ReadonlyArray<ClassRow>) => share(rows.filter(isRight), rows)
  isAlways("micro precision", precision({ classes, of: "micro" }), micro)
  isAlways("micro recall", recall({ classes, of: "micro" }), micro)
  isAlways("micro F1", f1Score({ classes, of: "micro" }), micro)

  test.prop([classRows(classes), size])("a confusion matrix counts each pair of classes", (rows, batch) => {
    const expected = [0, 1, 2, 3].map((target) => [0, 1, 2, 3].map((chosen) => total(as(of(rows, target), chosen))))
    assert.deepStrictEqual(measured(confusionMatrix({ classes }), classBatches(rows, classes, batch)), expected)
  })

  test.prop([classRows(classes), size])("class scores are the single scores of every class", (rows, batch) => {
    const batches = classBatches(rows, classes, batch)
    const { perClass, macro, micro } = measured(classScores({ classes }), batches)
    for (const [at, scores] of perClass.entries()) {
      assert.strictEqual(scores.support, total(of(rows, at)))
      assert.strictEqual(scores.recall, measured(recall({ classes, of: at }), batches))
    }
    assert.strictEqual(macro.f1, measured(f1Score({ classes }), batches))
    assert.strictEqual(micro.precision, measured(precision({ classes, of: "micro" }), batches))
  })

  test.prop([classRows(2), size])("the logits of one class of two are those of both", (rows, batch) => {
    const both = rows.map((row) => ({ ...row, logits: [0, row.logits[1] as number] }))
    const one = rows.map((row) => ({ ...row, logits: row.logits.slice(1) }))
    const metrics = [accuracy(), perplexity(), topKAccuracy(1), f1Score({ classes: 2 })]
    for (const metric of metrics as ReadonlyArray<Metric<unknown, number>>) {
      const expected = measured(metric, classBatches(both, 2, batch))
      assert.strictEqual(measured(metric, classBatches(one, 1, batch)), expected)
      const flat = classBatches(one, 1, batch).map(({ outputs, batch }) => ({
        batch,
        outputs: { logits: Tensor.make(Tensor.toTypedArray(outputs["logits"] as Tensor.Tensor)) }
      }))
      assert.strictEqual(measured(metric, flat), expected)
    }
  })

  it("weigh the tokens of rows, and count nothing that is ignored", () => {
    const logits = [
      [
        [1, 0],
        [0, 1]
      ],
      [
        [1, 0],
        [0, 1]
      ]
    ]
    const batches = one(
      logits,
      [
        [0, 0],
        [1, 0]
      ],
      [
        [1, 1],
        [1, 0]
      ]
    )
    assert.closeTo(measured(accuracy(), batches), 1 / 3, 1e-15)
    const byRow = one(
      logits,
      [
        [0, -100],
        [1, 1]
      ],
      [1, 0.5]
    )
    assert.closeTo(measured(accuracy(), byRow), 1.5 / 2, 1e-15)
    assert.closeTo(
      measured(
        accuracy({ ignoreIndex: 1 }),
        one(logits, [
          [0, 1],
          [0, 0]
        ])
      ),
      2 / 3,
      1e-15
    )
  })

  it("find what they measure by the names that they are given", () => {
    const batches = [
      { outputs: { scores: Tensor.make([[0, 1]]) }, batch: { digit: Tensor.make([1], { dtype: "i32" }) } }
    ]
    const metric = accuracy({ name: "digits", logits: "scores", targets: "digit" })
    assert.deepStrictEqual([metric.name, measured(metric, batches)], ["digits", 1])
    assert.strictEqual(topKAccuracy(5).name, "top5Accuracy")
  })

  it("NaN is never right, but in a matrix the greatest", () => {
    const batches = one(
      [
        [Number.NaN, 1],
        [1, Number.NaN],
        [Number.NaN, Number.NaN]
      ],
      [0, 0, 1]
    )
    assert.strictEqual(measured(accuracy(), batches), 0)
    assert.deepStrictEqual(measured(confusionMatrix({ classes: 2 }), batches), [
      [1, 1],
      [1, 0]
    ])
  })

  it("perplexity follows losses as it does logits", () => {
    const rows = [0.5, 2, 1].map((loss, at) => ({
      outputs: { loss: Tensor.make(loss) },
      batch: { targets: Tensor.make([1, 2], { dtype: "i32" }), weights: Tensor.make([1, at]) }
    }))
    assert.closeTo(measured(perplexity({ loss: "loss" }), rows), Math.exp((0.5 + 2 * 2 + 3) / 6), 1e-14)
    const large = one([[1000, 0, -1000]], [1])
    assert.strictEqual(measured(perplexity(), one([[1000, 0]], [0])), 1)
    assert.strictEqual(measured(perplexity(), large), Number.POSITIVE_INFINITY)
  })

  const refused: ReadonlyArray<readonly [string, () => unknown]> = [
    [
      "accuracy, row 1 of the batch: its target is 2; there are 2 classes",
      () =>
        measured(
          accuracy(),
          one(
            [
              [0, 1],
              [1, 0]
            ],
            [1, 2]
          )
        )
    ],
    [
      "accuracy, row 1 of the batch: its target is -1; there are 2 classes",
      () => measured(accuracy(), one([[[0, 1]], [[1, 0]]], [[1], [-1]]))
    ],
    [
      "accuracy, row 0 of the batch: its target is 0.5; there are 2 classes",
      () =>
        measured(accuracy(), [{ outputs: { logits: Tensor.make([[0, 1]]) }, batch: { targets: Tensor.make([0.5]) } }])
    ],
    [
      "accuracy, row 1 of the batch: its weight is -1",
      () =>
        measured(
          accuracy(),
          one(
            [
              [0, 1],
              [1, 0]
            ],
            [1, 1],
            [1, -1]
          )
        )
    ],
    [
      "confusionMatrix: there are logits of 2 classes, not of 3",
      () => measured(confusionMatrix({ classes: 3 }), one([[0, 1]], [1]))
    ],
    ["f1Score: there are logits of 2 classes, not of 3", () => measured(f1Score({ classes: 3 }), one([[0, 1]], [1]))],
    [
      "accuracy: logits of shape [2,2] do not fit targets of shape [3]",
      () =>
        measured(
          accuracy(),
          one(
            [
              [0, 1],
              [1, 0]
            ],
            [1, 1, 1]
          )
        )
    ],
    [
      "accuracy: weights of shape [3] do not fit targets of shape [2]",
      () =>
        measured(
          accuracy(),
          one(
            [
              [0, 1],
              [1, 0]
            ],
            [1, 1],
            [1, 1, 1]
          )
        )
    ],
    [
      'perplexity: there is no output "loss"; there are logits',
      () => measured(perplexity({ loss: "loss" }), one([[0, 1]], [1]))
    ],
    [
      'accuracy: there is no input "label"; there are targets',
      () => measured(accuracy({ targets: "label" }), one([[0, 1]], [1]))
    ],
    ["precision: of is 3; expected a class from 0 to 2", () => precision({ classes: 3, of: 3 })],
    ["topKAccuracy: k is 0; expected a whole number, 1 or more", () => topKAccuracy(0)],
    ["confusionMatrix: classes is 1.5; expected a whole number, 1 or more", () => confusionMatrix({ classes: 1.5 })]
  ]
  it.each(refused)("refuse what they cannot measure: %s", (message, measure) => {
    assert.throws(measure, message)
  })
})
