import { execFileSync } from "node:child_process"
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { readCheckpoint } from "@residual/train"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { eventsOf, only } from "./events.ts"
import { main, residual, start } from "./process.ts"
import { temporaryFolder } from "./temporary.ts"

const { folder, file } = temporaryFolder("faults")
const text = file("text.txt", "the quick brown fox jumps over the lazy dog. ".repeat(40))

/** A run of steps that take no time. */
const small = ["--layers", "1", "--heads", "2", "--width", "16", "--context", "8", "--batch", "2", "--sample", "0"]
const train = (...args: ReadonlyArray<string>) => trainOn(text, ...args)
const trainOn = (data: string, ...args: ReadonlyArray<string>) => ["train", "--data", data, ...small, "--json", ...args]

/** What is in a folder of checkpoints that is none, or not all of one. */
const leftIn = (path: string): ReadonlyArray<string> =>
  readdirSync(path).filter((name) => !/^(step-\d{9}|best)\.safetensors$/.test(name))

/** Reads every checkpoint of a folder, which fails for one that is not whole. */
const readAll = (path: string) =>
  Promise.all(
    readdirSync(path).map((name) =>
      Effect.runPromise(Effect.provide(readCheckpoint(join(path, name)), NodeServices.layer))
    )
  )

const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143]
] as const

describe("a signal", () => {
  it.each(signals)("%s saves the run and exits with %i, and it goes on from there", async (name, code) => {
    const path = join(folder, `once ${name}`)
    let isSent = false
    const stopped = await residual(train("--checkpoints", path, "--steps", "100000"), (seen, signal) => {
      if (isSent || !seen.includes('"step":5,')) return
      isSent = true
      signal(name)
    })
    assert.deepStrictEqual([stopped.code, stopped.stderr], [code, ""])
    const [at] = only(eventsOf(stopped.stdout), "interrupted")
    const last = only(eventsOf(stopped.stdout), "step").at(-1)
    assert.deepStrictEqual([at?.step, at?.loss], [last?.step, last?.loss])
    assert.isTrue(existsSync(at?.saved ?? ""))
    assert.deepStrictEqual(leftIn(path), [])
    const resumed = await residual(["resume", path, "--json", "--steps", String((at?.step ?? 0) + 2)])
    assert.deepStrictEqual([resumed.code, resumed.stderr], [0, ""])
    assert.strictEqual(only(eventsOf(resumed.stdout), "step")[0]?.step, (at?.step ?? 0) + 1)
  })

  // Each step is followed by a checkpoint of some 80 MB, which the first signal has to wait for.
  const large = ["--set", "model.hidden=200000", "--set", "training.batch=1", "--set", "checkpoints.every=1"]

  it.each(signals)("%s twice exits at once with %i, and leaves no file that is not whole", async (name, code) => {
    const names = file("names.txt", "emma\nolivia\nava\n")
    const path = join(folder, `twice ${name}`)
    let isSent = false
    const run = [
      "train",
      "--set",
      "task=names",
      "--data",
      names,
      "--set",
      "data.held=0",
      ...large,
      "--checkpoints",
      path
    ]
    const stopped = await residual([...run, "--steps", "1000", "--json"], (seen, signal) => {
      if (isSent || !seen.includes('"step":2,')) return
      isSent = true
      signal(name)
      setTimeout(() => signal(name), 30)
    })
    assert.deepStrictEqual([stopped.code, stopped.stderr], [code, ""])
    assert.deepStrictEqual(leftIn(path), [])
    await readAll(path)
  })

  it.each(signals)("%s while the data are waited for ends that, with %i", async (name, code) => {
    const { server, address, asked } = await listen(() => {})
    const { signal, ended } = start(process.execPath, [main, ...trainOn(address)])
    await asked
    signal(name)
    assert.deepStrictEqual(await ended, { code, stdout: "", stderr: "" })
    server.close()
  })

  it("is not the end of a run whose output nobody reads any more, which saves and has not failed", async () => {
    const path = join(folder, "unread")
    const command = `exec "$0" "$@" | head -3 >/dev/null; echo "\${PIPESTATUS[0]}"`
    const args = ["-c", command, process.execPath, main, ...train("--checkpoints", path, "--steps", "100000")]
    const { stdout, stderr } = await start("bash", args).ended
    assert.deepStrictEqual([stdout, stderr], ["0\n", ""])
    assert.deepStrictEqual(leftIn(path), [])
    assert.strictEqual((await readAll(path)).length, 1)
  })
})

/** A server that is asked and does as it is told, on an address of this machine. */
const listen = (answer: RequestListener) =>
  new Promise<{ readonly server: Server; readonly address: string; readonly asked: Promise<void> }>((resolve) => {
    const server = createServer(answer)
    const asked = new Promise<void>((resolve) => server.once("request", () => resolve()))
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      resolve({ server, address: `http://127.0.0.1:${port}/text`, asked })
    })
  })

describe("a configuration that is wrong", () => {
  it("is told of with everything that is wrong with it, before anything is read or written", async () => {
    const path = file(
      "run.yaml",
      "task: text\nmodel: { heads: 5, widht: 3 }\ntraining:\n  steps: 1\n  epochs: 1\n  batch: 0\n"
    )
    const checkpoints = join(folder, "never")
    const args = [
      "train",
      path,
      "--data",
      join(folder, "none"),
      "--checkpoints",
      checkpoints,
      "--set",
      "rate.kind=cosin"
    ]
    const { code, stdout, stderr } = await residual(args)
    assert.deepStrictEqual([code, stdout], [1, ""])
    assert.sameMembers(stderr.trimEnd().split("\n"), [
      `residual: ${path}:2: model.heads: 5 heads do not divide a width of 96`,
      `residual: ${path}:2: model.widht: there is no such setting; did you mean width?`,
      `residual: ${path}:4: training.steps: both steps and epochs are given; one decides`,
      `residual: ${path}:6: training.batch: expected a value greater than 0, found 0`,
      'residual: --set rate.kind: rate.kind: there is no "cosin"; did you mean cosine?'
    ])
    assert.isFalse(existsSync(checkpoints))
  })
})

/** Two images of 12 × 12, and labels of which one is no class. */
const badImages = (): string => {
  const path = join(folder, "images")
  mkdirSync(path)
  const header = (...shape: ReadonlyArray<number>) => [
    0,
    0,
    8,
    shape.length,
    ...shape.flatMap((length) => [0, 0, 0, length])
  ]
  const images = Uint8Array.from([...header(2, 12, 12), ...new Array(288).fill(0)])
  const labels = Uint8Array.from([...header(2), 3, 10])
  for (const set of ["train", "t10k"]) {
    writeFileSync(join(path, `${set}-images-idx3-ubyte`), images)
    writeFileSync(join(path, `${set}-labels-idx1-ubyte`), labels)
  }
  return path
}

describe("data that are wrong", () => {
  const wrong: ReadonlyArray<readonly [name: string, task: string, data: () => string, says: RegExp]> = [
    ["since there are none", "text", () => join(folder, "none"), /none: cannot read it: /],
    ["since they are empty", "text", () => file("empty", ""), /empty: it is empty/],
    [
      "since they are not UTF-8",
      "text",
      () => file("bytes", Uint8Array.of(97, 10, 255)),
      /bytes, line 2, byte 2: it is not UTF-8 here/
    ],
    [
      "of fewer cells in a line",
      "table",
      () => file("table.csv", "a,b\n1,2\n3\n"),
      /table\.csv, line 3, byte 8: 1 cells for 2 columns/
    ],
    [
      "with a label that is no class",
      "images",
      badImages,
      /column "targets", row 1: the class 10 is none of 10, which are 0 to 9/
    ]
  ]
  it.each(wrong)("%s are refused, with nothing written", async (_, task, data, says) => {
    const checkpoints = join(folder, "never")
    const target = task === "table" ? ["--set", "data.target=b"] : []
    const given = ["--set", `task=${task}`, "--data", data(), "--checkpoints", checkpoints, ...target]
    const { code, stdout, stderr } = await residual(["train", ...given])
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, says)
    assert.strictEqual(stderr.trimEnd().split("\n").length, 1)
    assert.isFalse(existsSync(checkpoints))
  })
})

describe("a checkpoint of another model", () => {
  it("is refused with the shapes of both side by side", async () => {
    const path = join(folder, "other model")
    assert.strictEqual((await residual(train("--checkpoints", path, "--steps", "1"))).code, 0)
    const before = readdirSync(path)
    const { code, stdout, stderr } = await residual(["resume", path, "--set", "model.width=24", "--set", "data.held=0"])
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^residual: .*step-000000001\.safetensors: these tensors are not the model's:\n/)
    assert.match(stderr, /^residual: {3}tokens\.weight +expected f32\[28,24\] +found f32\[28,16\]$/m)
    assert.deepStrictEqual(readdirSync(path), before)
  })
})

describe("data that stall", () => {
  const within = ["--set", "data.timeout=0.3"]
  const servers: ReadonlyArray<readonly [name: string, answer: RequestListener, says: RegExp]> = [
    ["from a server that does not answer", () => {}, /text: it has stalled: the server sent nothing for 300ms\n$/],
    [
      "from a server that stops in their midst",
      (_, response) => {
        response.write("the quick brown fox")
      },
      /text, byte 19: it has stalled: the server sent nothing for 300ms\n$/
    ]
  ]
  it.each(servers)("%s are given up", async (_, answer, says) => {
    const { server, address } = await listen(answer)
    const { code, stdout, stderr } = await residual(trainOn(address, ...within))
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, says)
    server.closeAllConnections()
    server.close()
  })

  it("from a pipe that nobody writes to are given up", async () => {
    const path = join(folder, "pipe")
    execFileSync("mkfifo", [path])
    const { code, stdout, stderr } = await residual(trainOn(path, ...within))
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^residual: .*pipe, piece 0: it has stalled: it did not come in 300ms\n$/)
  })

  it("and come in the end are learned", async () => {
    const { server, address } = await listen((_, response) => {
      response.write("the quick brown fox ")
      setTimeout(() => response.end("jumps over the lazy dog"), 100)
    })
    const { code, stdout, stderr } = await residual(trainOn(address, "--steps", "2"))
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.strictEqual(only(eventsOf(stdout), "finished").length, 1)
    server.close()
  })

  it("from a server that fails, or is none, are told of with its status", async () => {
    const { server, address } = await listen((_, response) => {
      response.statusCode = 404
      response.end("none")
    })
    const missing = await residual(trainOn(address))
    assert.deepStrictEqual([missing.code, missing.stdout], [2, ""])
    assert.match(missing.stderr, /text: the server answers with status 404\n$/)
    server.close()
    const refused = await residual(trainOn(address))
    assert.deepStrictEqual([refused.code, refused.stdout], [2, ""])
    assert.match(refused.stderr, /text: reading it fails: .*ECONNREFUSED/)
  })
})

describe("a disk that is full", () => {
  // A file system of 32 kB where a process may make one, and otherwise a limit to how large its files may be.
  const script = `
    if unshare -rm true 2>/dev/null; then
      exec unshare -rm sh -c 'mount -t tmpfs -o size=32k none "$0" && { "$@"; code=$?; ls -A "$0/run"; exit $code; }' "$@"
    fi
    folder=$1; shift; ulimit -f 32; "$@"; code=$?; ls -A "$folder/run"; exit $code`

  it("ends the run, says so, and leaves no part of a file", async () => {
    const path = join(folder, "full")
    mkdirSync(path)
    const run = [path, process.execPath, main, ...train("--checkpoints", join(path, "run"), "--steps", "20")]
    const { code, stdout, stderr } = await start("bash", ["-c", script, "bash", ...run]).ended
    assert.strictEqual(code, 2)
    assert.match(
      stderr,
      /^residual: .*step-000000020\.safetensors: cannot write it: (no space|it would be larger)[^\n]*\n$/
    )
    // What is listed is what the last event is followed by: nothing.
    assert.strictEqual(eventsOf(stdout).at(-1)?.event, "step")
  })

  it("is told of by a run that is interrupted, and cannot be saved", async () => {
    const path = join(folder, "full interrupted")
    let isSent = false
    const limited = ["-c", 'ulimit -f 16; exec "$0" "$@"', process.execPath, main]
    const run = train("--checkpoints", path, "--steps", "100000")
    const { code, stdout, stderr } = await start("bash", [...limited, ...run], {
      onOutput: (seen, signal) => {
        if (isSent || !seen.includes('"step":5,')) return
        isSent = true
        signal("SIGINT")
      }
    }).ended
    assert.strictEqual(code, 130)
    assert.match(
      stderr,
      /^residual: the last checkpoint of a run is not there: .*cannot write it: it would be larger than files may be\n$/
    )
    assert.strictEqual(only(eventsOf(stdout), "interrupted")[0]?.saved, null)
    assert.deepStrictEqual(readdirSync(path), [])
  })

  it("where the output goes ends the run as a failure", async () => {
    const path = join(folder, "full output")
    const command = ["-c", 'exec "$0" "$@" >/dev/full', process.execPath, main]
    const run = train("--checkpoints", path, "--steps", "100000")
    const { code, stderr } = await start("bash", [...command, ...run]).ended
    assert.strictEqual(code, 2)
    assert.match(stderr, /^residual: the output cannot be written: ENOSPC: [^\n]*\n$/)
    assert.deepStrictEqual(leftIn(path), [])
  })
})

describe("a folder that cannot be written to", () => {
  it.each([
    ["of checkpoints", "checkpoints.folder", ""],
    ["of a curve", "report.curve", "/loss.svg"],
    ["of what a run tells", "report.events", "/events.ndjson"],
    ["of TensorBoard's files", "report.tensorBoard", ""]
  ])("%s is told of before the first step", async (_, setting, name) => {
    const path = join(file("a file", ""), "within")
    const { code, stdout, stderr } = await residual(train("--set", `${setting}=${path}${name}`))
    assert.deepStrictEqual([code, only(eventsOf(stdout), "step").length], [2, 0])
    assert.match(
      stderr,
      /^residual: .*a file\/within[^\n]*: [^\n]*(?:a part of its path is a file, not a folder|not a directory)\n$/
    )
  })

  it("for want of permission is told of", async () => {
    const path = join(folder, "locked")
    mkdirSync(path)
    chmodSync(path, 0o555)
    // Whoever may do everything has to be somebody else for this.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    chmodSync(folder, 0o755)
    const args = [main, ...train("--checkpoints", join(path, "run"))]
    const { code, stdout, stderr } = await start(process.execPath, args, nobody).ended
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^residual: .*locked\/run: cannot make it: it is not permitted\n$/)
  })

  it("since another process writes to it is told of", async () => {
    const path = join(folder, "shared")
    const args = [main, ...train("--checkpoints", path, "--steps", "100000")]
    let second: ReturnType<typeof residual> | undefined
    await start(process.execPath, args, {
      onOutput: (seen, signal) => {
        if (second !== undefined || !seen.includes('"step":1,')) return
        second = residual(train("--checkpoints", path))
        second.finally(() => signal("SIGTERM"))
      }
    }).ended
    const { code, stdout, stderr } = (await second) as Awaited<ReturnType<typeof residual>>
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^residual: .*shared: process \d+ writes its checkpoints there already/)
  })
})

describe("what a run writes about itself", () => {
  it("is a log, a curve and TensorBoard's files, to which it adds when it goes on", async () => {
    const report = join(folder, "report")
    const [log, curve, tensorBoard] = [join(report, "events.ndjson"), join(report, "loss.svg"), join(report, "logs")]
    const settings = [`events=${log}`, `curve=${curve}`, `tensorBoard=${tensorBoard}`]
    const reported = settings.flatMap((setting) => ["--set", `report.${setting}`])
    const begun = await residual(train(...reported, "--checkpoints", join(folder, "reported"), "--steps", "3"))
    assert.deepStrictEqual([begun.code, begun.stderr], [0, ""])
    const told = readFileSync(log, "utf8")
    assert.strictEqual(told, begun.stdout)
    const drawn = readFileSync(curve, "utf8")
    assert.match(drawn, /^<svg [\s\S]*<\/svg>\s*$/)
    assert.match(readdirSync(tensorBoard).join(), /^events\.out\.tfevents\.\d+\.residual\.0$/)

    // As if it had been killed while it wrote.
    appendFileSync(log, '{"event":"st')
    const gone = await residual(["resume", join(folder, "reported"), "--steps", "6", "--json"])
    assert.deepStrictEqual([gone.code, gone.stderr], [0, ""])
    const [, ...after] = gone.stdout.trimEnd().split("\n")
    assert.strictEqual(readFileSync(log, "utf8"), `${told}{"event":"st\n${after.join("\n")}\n`)
    assert.strictEqual(readdirSync(tensorBoard).length, 2)
    // The curve has the steps before as well.
    const points = (svg: string) => /class="curve hue0" d="([^"]*)"/.exec(svg)?.[1]?.split("L").length
    assert.deepStrictEqual([points(drawn), points(readFileSync(curve, "utf8"))], [3, 6])
  })
})
