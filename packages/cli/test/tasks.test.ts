import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { eventsOf, only } from "./events.ts"
import { inProcess } from "./inProcess.ts"
import { temporaryFolder } from "./temporary.ts"

const { folder, file } = temporaryFolder("tasks")
const configuration = (name: string): string => fileURLToPath(new URL(`../configs/${name}.yaml`, import.meta.url))
const iris = fileURLToPath(new URL("../configs/iris.csv", import.meta.url))

const train = (...args: ReadonlyArray<string>) =>
  Effect.map(inProcess(["train", ...args, "--json"]), (ended) => {
    assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
    return eventsOf(ended.stdout)
  })

/** What a run says on stderr that fails with exit code 2 and prints nothing else. */
const refused = (...args: ReadonlyArray<string>) =>
  Effect.map(inProcess(["train", ...args]), ({ code, stdout, stderr }) => {
    assert.deepStrictEqual([code, stdout], [2, ""])
    return stderr
  })

/** What ready configurations write beside the run. */
const nothingWritten = ["checkpoints.folder=null", "report.events=null", "report.curve=null", "report.tensorBoard=null"]

const set = (...settings: ReadonlyArray<string>) => settings.flatMap((setting) => ["--set", setting])

describe("a table", () => {
  it.live("of irises is learned in one command", () =>
    Effect.gen(function* () {
      const events = yield* train(configuration("iris"), "--data", iris)
      const measured = only(events, "evaluated")
      assert.strictEqual(measured.length, 10)
      assert.isAtLeast(measured.at(-1)?.metrics["accuracy"] as number, 0.93)
    })
  )

  it.live("has numbers to predict, from classes too", () =>
    Effect.gen(function* () {
      const events = yield* train(configuration("iris"), "--data", iris, ...set("data.target=petal width"))
      const [first, last] = [only(events, "evaluated")[0], only(events, "evaluated").at(-1)]
      assert.hasAllKeys(last?.metrics, ["meanSquaredError", "meanAbsoluteError", "rSquared"])
      assert.isAbove(last?.metrics["rSquared"] as number, 0.9)
      assert.isBelow(last?.loss ?? Number.NaN, first?.loss ?? Number.NaN)
    })
  )

  it.live("has classes that look like numbers where that is said", () =>
    Effect.gen(function* () {
      const path = file("rooms.csv", `room,seats\n${"12,1\n14,2\n12b,3\n".repeat(10)}`)
      const settings = set(
        "task=table",
        "data.target=room",
        "data.kinds.room=classes",
        "training.epochs=1",
        ...nothingWritten
      )
      const events = yield* train("--data", path, ...settings)
      assert.isAbove(only(events, "step").length, 0)
    })
  )

  const wrong: ReadonlyArray<readonly [name: string, contents: string, settings: ReadonlyArray<string>, says: RegExp]> =
    [
      [
        "that lacks the target",
        "a,b\n1,2\n",
        ["data.target=c", "data.held=0"],
        /table\.csv: no column "c"; there are a, b$/m
      ],
      ["that lacks a feature", "a,b\n1,2\n", ["data.target=b", "data.features=[c]", "data.held=0"], /no column "c"/],
      [
        "of fewer cells in a line",
        "a,b\n1,2\n3\n",
        ["data.target=b"],
        /table\.csv, line 3, byte 8: 1 cells for 2 columns$/m
      ],
      ["of more cells in a line", "a,b\n1,2,3\n", ["data.target=b"], /line 2, byte 4: 3 cells for 2 columns$/m],
      ["without rows", "a,b\n", ["data.target=b"], /table\.csv: it has no rows$/m],
      ["that is empty", "", ["data.target=b"], /table\.csv: it has no rows$/m],
      ["with an empty cell", "a,b\n1,\n", ["data.target=b"], /line 2, byte 4: no value for "b"$/m],
      ["of one column", "b\n1\n2\n3\n4\n5\n", ["data.target=b"], /no column but "b", which is to be predicted$/m],
      [
        "of numbers, of which one is none",
        `a,b\n${"1,2\n".repeat(9)}n/a,3\n`,
        ["data.target=b"],
        /line 11, byte 40, column "a": "n\/a" is no finite number, as 9 of 10 are; if they are names: kinds:/
      ],
      [
        "of numbers that are to be classes, and another that is not there",
        `a,b\n${"1,2\n".repeat(9)}n/a,3\n`,
        ["data.target=b", "data.kinds={a: classes, c: numbers}"],
        /table\.csv: no column "c"; there are a, b$/m
      ],
      [
        "of names, where numbers are to be predicted",
        `a,b\n${"1,x\n".repeat(10)}`,
        ["data.target=b", "data.predicts=numbers"],
        /column "b": "x" is no number$/m
      ],
      [
        "with a class that no training row has",
        `a,b\n${Array.from({ length: 10 }, (_, at) => `${at},class ${at}\n`).join("")}`,
        ["data.target=b"],
        /row \d+, column "b": "class \d" is none of the classes that were learned: class/
      ],
      ["too small to hold any of it out", "a,b\n1,2\n2,3\n", ["data.target=b"], /of its 2 rows a share of 0\.2 is none/]
    ]
  it.effect.each(wrong)("%s is refused", ([, contents, settings, says]) =>
    Effect.gen(function* () {
      const path = file("table.csv", contents)
      assert.match(yield* refused("--data", path, ...set("task=table", ...settings)), says)
    })
  )
})

describe("names", () => {
  const names = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "amelia", "harper", "evelyn", "ella"]

  it.live("are learned, and others written, each on a line", () =>
    Effect.gen(function* () {
      const path = file("names.txt", `${names.join("\r\n")}\n\n`)
      const settings = set(
        "training.epochs=20",
        "training.batch=16",
        "generate.count=5",
        "generate.prompt=em",
        ...nothingWritten
      )
      const events = yield* train(configuration("names"), "--data", path, ...settings)
      const losses = only(events, "step").map(({ loss }) => loss)
      assert.isBelow(losses.at(-1) ?? Number.NaN, losses[0] ?? Number.NaN)
      const written = only(events, "generated")[0]?.text.split("\n")
      assert.deepStrictEqual(
        written?.map((name) => name.slice(0, 2)),
        new Array(5).fill("em")
      )
    })
  )

  const wrong: ReadonlyArray<readonly [name: string, contents: string | Uint8Array, says: RegExp]> = [
    ["of which there are none", "\n\n", /names: it has no names$/m],
    ["too few to hold some out", "emma\nava\n", /of its 2 names a share of 0\.1 is none/],
    ["that are not UTF-8", Uint8Array.of(0x61, 0x0a, 0xff), /names, line 2, byte 2: it is not UTF-8 here$/m]
  ]
  it.effect.each(wrong)("%s are refused", ([, contents, says]) =>
    Effect.gen(function* () {
      assert.match(yield* refused("--data", file("names", contents), ...set("task=names")), says)
    })
  )
})

/** An array of bytes in IDX. */
const idx = (shape: ReadonlyArray<number>, elements: (at: number) => number): Uint8Array => {
  const size = shape.reduce((product, length) => product * length, 1)
  const lengths = shape.flatMap((length) => [0, 0, length >> 8, length & 255])
  return Uint8Array.from([0, 0, 8, shape.length, ...lengths, ...Array.from({ length: size }, (_, at) => elements(at))])
}

const [count, side] = [64, 12]
/** Images that are bright in one half, which is their class. */
const images = idx([count, side, side], (at) => {
  const [image, row] = [Math.floor(at / side ** 2), Math.floor((at % side ** 2) / side)]
  return row < side / 2 === (image % 2 === 0) ? 200 + (at % 7) : at % 11
})
const labels = idx([count], (at) => at % 2)

/** A folder in MNIST's format. */
const imageFolder = (name: string, files: Readonly<Record<string, Uint8Array>>): string => {
  mkdirSync(join(folder, name), { recursive: true })
  for (const [path, bytes] of Object.entries(files)) writeFileSync(join(folder, name, path), bytes)
  return join(folder, name)
}

const good = {
  "train-images-idx3-ubyte": images,
  "train-labels-idx1-ubyte": labels,
  "t10k-images-idx3-ubyte.gz": gzipSync(images),
  "t10k-labels-idx1-ubyte.gz": gzipSync(labels)
}

describe("images", () => {
  const short = set("training.batch=8", "training.evaluateEvery=8", "data.classes=2", ...nothingWritten)

  it.live.each(["lenet", "cnn", "mlp"])("of a folder, gzipped or not, are learned by %s", ([...kind]) =>
    Effect.gen(function* () {
      const path = imageFolder("good", good)
      const events = yield* train(
        configuration("mnist"),
        "--data",
        path,
        ...short,
        ...set(`model.kind=${kind.join("")}`)
      )
      assert.strictEqual(only(events, "evaluated").at(-1)?.metrics["accuracy"], 1)
    })
  )

  it.live("for tests are what a folder is measured by, and all of them where that is asked for", () =>
    Effect.gen(function* () {
      const path = imageFolder("measured", good)
      const run = join(folder, "images run")
      yield* train(configuration("mnist"), "--data", path, ...short, "--checkpoints", run)
      const measured = (...args: ReadonlyArray<string>) =>
        Effect.map(inProcess(["eval", run, ...args]), ({ stdout }) => /over (\d+) samples/.exec(stdout)?.[1])
      assert.deepStrictEqual(
        yield* Effect.all([measured(), measured("--data", path), measured("--data", path, "--all")]),
        ["64", "64", "128"]
      )
    })
  )

  it.live("of the npm package are learned from 9,000, and tested by 1,000", () =>
    Effect.gen(function* () {
      const events = yield* train(configuration("digits"), ...set("training.steps=4", ...nothingWritten))
      assert.strictEqual(only(events, "step").length, 4)
      const accuracy = only(events, "evaluated").at(-1)?.metrics["accuracy"] as number
      assert.strictEqual(Math.round(accuracy * 1000) / 1000, accuracy)
    })
  )

  const wrong: ReadonlyArray<readonly [name: string, files: Readonly<Record<string, Uint8Array>>, says: RegExp]> = [
    [
      "of which a label is no class",
      { ...good, "train-labels-idx1-ubyte": idx([count], (at) => (at === 7 ? 2 : 0)) },
      /column "targets", row 7: the class 2 is none of 2, which are 0 to 1$/m
    ],
    [
      "with fewer labels",
      { ...good, "train-labels-idx1-ubyte": idx([3], () => 0) },
      /train-labels-idx1-ubyte: it has 3 labels for 64 images$/m
    ],
    [
      "that end early",
      { ...good, "train-images-idx3-ubyte": images.subarray(0, 100) },
      /train-images-idx3-ubyte, byte 100: it ends here, but the elements of its shape \[64,12,12\] end at byte 9232$/m
    ],
    [
      "of another format",
      { ...good, "train-images-idx3-ubyte": Uint8Array.of(80, 75, 3, 4) },
      /byte 0: it is not of the IDX format/m
    ],
    [
      "whose labels are images",
      { ...good, "train-labels-idx1-ubyte": images },
      /train-labels-idx1-ubyte: it has 3 dimensions, not 1$/m
    ],
    [
      "in a file that is gzipped and damaged",
      { ...good, "t10k-images-idx3-ubyte.gz": gzipSync(images).subarray(0, 40) },
      /t10k-images-idx3-ubyte\.gz.*: it is not of the gzip format, or damaged$/m
    ],
    [
      "of two sizes",
      { ...good, "train-images-idx3-ubyte": idx([count, 8, 8], () => 0) },
      /of two sizes: images to learn from are of 1×8×8, those for tests of 1×12×12$/m
    ],
    [
      "too small for the model",
      {
        ...good,
        "train-images-idx3-ubyte": idx([count, 8, 8], () => 0),
        "t10k-images-idx3-ubyte.gz": gzipSync(idx([count, 8, 8], () => 0))
      },
      /^residual: model: lenet.*12×12 or more, not 8×8/m
    ]
  ]
  it.live.each(wrong)("%s are refused", ([name, files, says]) =>
    Effect.gen(function* () {
      const path = imageFolder(name, files)
      assert.match(yield* refused(configuration("mnist"), "--data", path, ...short), says)
    })
  )

  it.live("of a folder that lacks a file are refused", () =>
    Effect.gen(function* () {
      const path = imageFolder("lacking", {})
      const says = /lacking\/train-images-idx3-ubyte: there is no such file, gzipped \(\.gz\) or not$/m
      assert.match(yield* refused(configuration("mnist"), "--data", path, ...short), says)
    })
  )
})
