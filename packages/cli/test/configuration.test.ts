import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { ConfigurationOf } from "../src/configuration/configuration.ts"
import { fileLayer } from "../src/configuration/fileLayer.ts"
import { flagLayer, type GivenSettings } from "../src/configuration/flags.ts"
import { printConfiguration } from "../src/configuration/print.ts"
import { configurationOf } from "../src/configuration/readConfiguration.ts"

/** What a file and flags make: a configuration, or a line for each thing that is wrong. */
const read = (text: string, flags: GivenSettings = {}, sets: ReadonlyArray<string> = []) =>
  configurationOf([fileLayer("run.yaml", text)], flagLayer(flags, sets))

/** The configuration of a text, which is the task that there is without another. */
const resolved = (...given: Parameters<typeof read>): ConfigurationOf<"text"> => {
  const configuration = Result.getOrThrow(read(...given))
  assert(configuration.task === "text")
  return configuration
}

const problems = (...given: Parameters<typeof read>): ReadonlyArray<string> =>
  Result.match(read(...given), { onSuccess: () => [], onFailure: (lines) => lines })

describe("a configuration", () => {
  it("is complete where nothing is said", () => {
    const { task, model, training, backend } = resolved("")
    assert.deepStrictEqual(
      { task, steps: training.steps, epochs: training.epochs, width: model.width, backend },
      { task: "text", steps: 4500, epochs: null, width: 96, backend: { name: "cpu", threads: null } }
    )
  })

  it("is read from YAML and from JSON alike", () => {
    const json = JSON.stringify({ model: { layers: 3 }, optimiser: { kind: "sgd", momentum: 0.5 } }, null, "\t")
    const yaml = "model:\n  layers: 3 # more\noptimiser: { kind: sgd, momentum: 0.5 }\n"
    assert.deepStrictEqual(resolved(json), resolved(yaml))
    assert.strictEqual(resolved(json).model.layers, 3)
  })

  it("takes what is said later, flags over files over what the task starts from", () => {
    const { model, training, seed } = resolved(
      "model: { layers: 3, heads: 2 }\ntraining: { batch: 4 }",
      { layers: 5, seed: 7 },
      ["model.layers=6", "training.clip.norm=0.5", "training.batch=2"]
    )
    assert.deepStrictEqual([model.layers, model.heads, model.width, seed], [5, 2, 96, 7])
    assert.deepStrictEqual([training.batch, training.clip?.norm], [2, 0.5])
  })

  it("takes the last of several for one setting, and flags of their own over all of these", () => {
    const sets = ["training.batch=16", "training={ batch: 4, accumulate: 2 }", "training.accumulate=3"]
    const { batch, accumulate } = resolved("", {}, sets).training
    assert.deepStrictEqual([batch, accumulate], [4, 3])
    assert.strictEqual(resolved("", { batch: 2 }, sets).training.batch, 2)
  })

  it("has names with dots, spaces and signs in quotes", () => {
    const sets = ["task=table", "data.path=a.csv", "data.target=b", 'data.kinds."petal.length in ="=numbers']
    const configuration = Result.getOrThrow(read("", {}, sets))
    assert(configuration.task === "table")
    assert.deepStrictEqual(configuration.data.kinds, { "petal.length in =": "numbers" })
    assert.deepStrictEqual(problems("", {}, [...sets, 'data.kinds."a.b"=3']), [
      '--set data.kinds."a.b": data.kinds."a.b": expected classes or numbers, found 3'
    ])
  })

  it("leaves nothing of one kind where another is asked for", () => {
    assert.deepStrictEqual(resolved("optimiser: { kind: sgd }").optimiser, {
      kind: "sgd",
      momentum: 0,
      nesterov: false,
      weightDecay: 0
    })
    assert.strictEqual(resolved("optimiser: { beta1: 0.8 }").optimiser.kind, "adamW")
  })

  it("counts in epochs where these are asked for, and in steps where these are asked for later", () => {
    const epochs = resolved("training: { epochs: 2 }").training
    assert.deepStrictEqual([epochs.steps, epochs.epochs], [null, 2])
    const steps = resolved("training: { epochs: 2 }", { steps: 3 }).training
    assert.deepStrictEqual([steps.steps, steps.epochs], [3, null])
  })

  it("says the same when it is printed and read again", () => {
    const given = resolved(
      "training: { epochs: 2, clip: null }\nrate: { kind: step, peak: 1e-3, every: 5 }\nseed: -3",
      {
        text: "a: b # c"
      }
    )
    assert.deepStrictEqual(resolved(printConfiguration(given, false)), given)
    assert.deepStrictEqual(resolved(printConfiguration(given, true)), given)
  })
})

/** What is said of a list that does not end. */
const unclosed = "Flow sequence must end with a ]"

describe("a configuration that is wrong", () => {
  it("is refused with everything that is wrong with it, each with its line and path", () => {
    const text = [
      "modle: 3",
      "model:",
      "  heads: 5",
      "  widht: 64",
      "optimiser: 3",
      "rate: { kind: cosin }",
      "training:",
      "  steps: 1.5",
      "  clip:",
      "    norm: -1",
      "backend: { name: gpu }"
    ].join("\n")
    assert.sameMembers(
      [...problems(text, { batch: 0 })],
      [
        "run.yaml:1: modle: there is no such setting; did you mean model?",
        "run.yaml:3: model.heads: 5 heads do not divide a width of 96",
        "run.yaml:4: model.widht: there is no such setting; did you mean width?",
        "run.yaml:5: optimiser: expected settings by name, found 3",
        'run.yaml:6: rate.kind: there is no "cosin"; did you mean cosine?',
        "run.yaml:8: training.steps: expected an integer, found 1.5",
        "run.yaml:10: training.clip.norm: expected a value greater than 0, found -1",
        'run.yaml:11: backend.name: there is no "gpu"; did you mean cpu?',
        "--batch: training.batch: expected a value greater than 0, found 0"
      ]
    )
  })

  it("is told of together with flags that cannot be read, and without what these may have made right", () => {
    assert.deepStrictEqual(
      [...problems("modle: 3\nmodel: { heads: 5 }\nseed: x", {}, ["model.width=[", "batch"])],
      [
        `--set model.width: ${unclosed}`,
        "--set batch: expected a setting and its value, as in training.batch=16",
        "run.yaml:1: modle: there is no such setting; did you mean model?",
        'run.yaml:3: seed: expected a number, found "x"'
      ]
    )
    assert.deepStrictEqual(
      [...problems("a: 1\nb: ]", {}, ["batch"])],
      [
        'run.yaml:2: Unexpected flow-seq-end token in YAML stream: "]"',
        "--set batch: expected a setting and its value, as in training.batch=16"
      ]
    )
    assert.deepStrictEqual([...problems("model: 3", {}, ["task=["])], [`--set task: ${unclosed}`])
  })

  it("is told of as far as it is the same for every task where its task is none", () => {
    assert.deepStrictEqual(
      [...problems("task: txet\nmodle: 3\ndata: { target: 3 }\nrate: { peak: -1 }\nbackend: { nmae: cpu }")],
      [
        'run.yaml:1: task: there is no "txet"; did you mean text?',
        "run.yaml:2: modle: there is no such setting; did you mean model?",
        "run.yaml:4: rate.peak: expected a value greater than 0, found -1",
        "run.yaml:5: backend.nmae: there is no such setting; did you mean name?"
      ]
    )
  })

  const wrong: ReadonlyArray<readonly [name: string, given: Parameters<typeof read>, lines: ReadonlyArray<string>]> = [
    ["a task that there is none of", ["task: txet"], ['run.yaml:1: task: there is no "txet"; did you mean text?']],
    ["a list", ["- 1"], ["run.yaml:1: settings by name are expected"]],
    ["what is no YAML", ["a: 1\nb: ]"], ['run.yaml:2: Unexpected flow-seq-end token in YAML stream: "]"']],
    ["a name that is given twice", ["seed: 1\nseed: 2"], ["run.yaml:2: Map keys must be unique"]],
    [
      "an alias of nothing",
      ["seed: *other"],
      ["run.yaml:1: Unresolved alias (the anchor must be set before the alias): other"]
    ],
    ["a value that has to be there", ["rate: { kind: step, peak: 1 }"], ["run.yaml:1: rate.every: it is missing"]],
    ["nothing where something is needed", ["model:"], ["run.yaml:1: model: expected settings by name, found null"]],
    [
      "both steps and epochs",
      ["training: { steps: 1, epochs: 1 }"],
      ["run.yaml:1: training.steps: both steps and epochs are given; one decides"]
    ],
    [
      "neither of them",
      ["training: { steps: null }"],
      ["run.yaml:1: training.steps: neither steps nor epochs are given"]
    ],
    [
      "evaluation without data that are held out",
      ["seed: 1\ntraining:\n  evaluateEvery: 10"],
      ["run.yaml:3: training.evaluateEvery: no data are held out to evaluate; data.held is 0"]
    ],
    [
      "a warm-up longer than the run",
      ["", { steps: 100 }, ["rate.warmup=200"]],
      ["--set rate.warmup: rate.warmup: a warm-up of 200 steps does not end within 100"]
    ],
    [
      "a share of a step",
      ["rate: { warmup: 1.5 }"],
      ["run.yaml:1: rate.warmup: expected a whole number of steps, or a share of the run below 1, found 1.5"]
    ],
    [
      "falls of the rate in no order",
      ["rate: { kind: multiStep, peak: 1, at: [20, 10] }"],
      ["run.yaml:1: rate.at: 20, 10 are not in ascending order"]
    ],
    [
      "a look ahead along no momentum",
      ["optimiser: { kind: sgd, nesterov: true }"],
      ["run.yaml:1: optimiser.nesterov: there is no momentum to look ahead along; optimiser.momentum is 0"]
    ],
    [
      "an early stop without data that are held out",
      ["training: { earlyStopping: { patience: 2 } }"],
      ["run.yaml:1: training.earlyStopping: no data are held out to evaluate; data.held is 0"]
    ],
    [
      "threads of a backend that has one",
      ["backend: { name: reference, threads: 2 }"],
      ["run.yaml:1: backend.threads: 2: the reference backend runs on one thread"]
    ],
    [
      "a flag that is no setting",
      ["", {}, ["batch"]],
      ["--set batch: expected a setting and its value, as in training.batch=16"]
    ],
    [
      "two flags for one setting",
      ["", { data: "a.txt", text: "b.txt" }],
      ["--text: data.path: another flag says what it is, too; one decides"]
    ],
    [
      "a setting of nothing",
      ["", {}, ["data.paht=x"]],
      ["--set data.paht: data.paht: there is no such setting; did you mean path?"]
    ],
    [
      "names that objects have of their own",
      ["__proto__: { steps: 1 }\nconstructor: 1", {}, ["training.__proto__.steps=1"]],
      [
        "run.yaml:1: __proto__: there is no such setting; there are task, data, model, optimiser, rate, training, checkpoints, report, backend, seed, generate",
        "run.yaml:2: constructor: there is no such setting; there are task, data, model, optimiser, rate, training, checkpoints, report, backend, seed, generate",
        "--set training.__proto__.steps: training.__proto__: there is no such setting; there are steps, epochs, batch, accumulate, clip, average, evaluateEvery, earlyStopping, skips"
      ]
    ],
    ["two documents", ["seed: 1\n---\nseed: 2"], ["run.yaml:2: another document begins; a configuration is one"]],
    [
      "a key that merges another",
      ["model: &a { layers: 1 }\nrate:\n  <<: *a"],
      ["run.yaml:3: rate.<<: merge keys are not read; write out what it stands for"]
    ],
    [
      "what is no number, in a line",
      ["rate: { peak: .nan }"],
      ["run.yaml:1: rate.peak: expected a finite number and a value greater than 0, found NaN"]
    ],
    [
      "an integer that cannot be told from the next",
      ["seed: 9007199254740993"],
      ["run.yaml:1: seed: expected an integer from -9007199254740991 to 9007199254740991, found 9007199254740992"]
    ],
    ["an endless number", ["rate: { peak: .inf }"], ["run.yaml:1: rate.peak: expected a finite number, found Infinity"]]
  ]
  it.each(wrong)("refuses %s", (_, given, lines) => {
    assert.deepStrictEqual([...problems(...given)], [...lines])
  })
})
