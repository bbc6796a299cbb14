import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { Effect, FileSystem, Path } from "effect"
import { checkpointFolder, type FoundCheckpoint, openCheckpoints, SettingError, writeCheckpoint } from "../src/index.ts"
import { checkpointAt } from "./checkpointExample.ts"
import { endProcessIn, ofEnded } from "./endedProcess.ts"
import { faultyFiles, ioError } from "./faultyFiles.ts"

/** A folder of the test's own that is not there yet. */
const newFolder = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = join(yield* files.makeTempDirectoryScoped({ prefix: "residual-checkpoints-" }), "runs", "first")
  const names = Effect.map(files.readDirectory(folder), (all) => all.filter((name) => !name.endsWith(".lock")).sort())
  return { files, folder, join, names, reading: yield* checkpointFolder(folder) }
})

const stepOf = (found: FoundCheckpoint | undefined): number | undefined => found?.header.step

/** Changes the last byte of a file. */
const damage = (files: FileSystem.FileSystem, path: string) =>
  Effect.flatMap(files.readFile(path), (bytes) => {
    bytes[bytes.length - 1] = 1 ^ (bytes.at(-1) as number)
    return files.writeFile(path, bytes)
  })

/** How the names of files that are not written to their end tell this machine. */
const shortMachine = (files: FileSystem.FileSystem, folder: string) =>
  Effect.gen(function* () {
    let seen = ""
    const watched: FileSystem.FileSystem = {
      ...files,
      open: (path, options) =>
        Effect.suspend(() => {
          seen = path
          return files.open(path, options)
        })
    }
    yield* Effect.provideService(
      Effect.ignore(writeCheckpoint(`${folder}/none/at.safetensors`, checkpointAt(1))),
      FileSystem.FileSystem,
      watched
    )
    return /\.\d+-\d+-([0-9a-z]+)-[0-9a-z]+\.partial$/.exec(seen)?.[1]
  })

/** Whether this process may start others whose numbers are counted anew. */
const mayCountAnew = spawnSync("unshare", ["-r", "--pid", "--fork", "--mount-proc", "true"]).status === 0

layer(NodeServices.layer)("a folder of checkpoints", (it) => {
  it.effect("keeps the last ones in the order of their steps, and the best one beside them", () =>
    Effect.gen(function* () {
      const { folder, join, names, reading } = yield* newFolder
      const { save, latest, best, list } = yield* openCheckpoints(folder, { keep: 2 })
      assert.deepStrictEqual([yield* list, yield* latest(), yield* best], [[], undefined, undefined])
      for (const step of [0, 9, 10]) yield* save(checkpointAt(step), { best: step === 9 })
      assert.deepStrictEqual(yield* names, [
        "best.safetensors",
        "step-000000009.safetensors",
        "step-000000010.safetensors"
      ])
      const path = yield* save(checkpointAt(1_000_000_000))
      assert.strictEqual(path, join(folder, "step-1000000000.safetensors"))
      assert.deepStrictEqual(yield* list, [
        { step: 10, path: join(folder, "step-000000010.safetensors") },
        { step: 1_000_000_000, path }
      ])
      assert.strictEqual(stepOf(yield* best), 9)
      const last = yield* latest()
      assert.deepStrictEqual([stepOf(last), last?.path, last?.skipped], [1_000_000_000, path, []])
      assert.deepStrictEqual([yield* reading.list, yield* reading.best], [yield* list, yield* best])
      yield* save(checkpointAt(1_000_000_001), { best: true })
      assert.strictEqual(stepOf(yield* best), 1_000_000_001)
    })
  )

  it.effect("has none where it is not there, and is none where there is a file", () =>
    Effect.gen(function* () {
      const { files, folder, join, reading } = yield* newFolder
      assert.deepStrictEqual(
        [yield* reading.list, yield* reading.latest(), yield* reading.best],
        [[], undefined, undefined]
      )
      yield* files.makeDirectory(folder, { recursive: true })
      const file = join(folder, "file")
      yield* files.writeFileString(file, "")
      const { message } = yield* Effect.flip(openCheckpoints(file, { keep: 1 }))
      assert.strictEqual(message, `${file}: it is a file, where checkpoints need a folder`)
      const below = yield* Effect.flip(openCheckpoints(join(file, "below"), { keep: 1 }))
      assert.strictEqual(below.message, `${file}/below: cannot make it: a part of its path is a file, not a folder`)
      const { list } = yield* checkpointFolder(file)
      assert.match((yield* Effect.flip(list)).message, /cannot read it: a part of its path is a file, not a folder/)
    })
  )

  it.effect("cannot be opened where it may not be written to", () =>
    Effect.gen(function* () {
      const { files, folder } = yield* newFolder
      for (const denied of ["folder", "open"]) {
        const readOnly = faultyFiles(files, (operation) => (operation === denied ? ioError("EACCES") : undefined))
        const opening = Effect.provideService(openCheckpoints(folder, { keep: 1 }), FileSystem.FileSystem, readOnly)
        const { message } = yield* Effect.flip(opening)
        assert.strictEqual(
          message,
          `${folder}: cannot ${denied === "folder" ? "make" : "write to"} it: it is not permitted`
        )
      }
    })
  )

  it("keeps at least one", () => {
    for (const keep of [0, 1.5, Number.NaN, -1]) {
      assert.throws(() => openCheckpoints("any", { keep }), SettingError, `keep is ${keep}; expected a whole number, 1`)
    }
  })

  it.effect("refuses a damaged latest one, and passes it over where it is told to", () =>
    Effect.gen(function* () {
      const { files, folder, reading } = yield* newFolder
      const { save } = yield* openCheckpoints(folder, { keep: 3 })
      for (const step of [1, 2]) yield* save(checkpointAt(step))
      const path = yield* save(checkpointAt(3))
      yield* damage(files, path)
      const error = yield* Effect.flip(reading.latest())
      assert.deepStrictEqual([error._tag, error.path], ["CheckpointError", path])
      const found = yield* reading.latest({ skipDamaged: true })
      assert.deepStrictEqual([stepOf(found), found?.skipped.map(({ path }) => path)], [2, [path]])
      for (const each of yield* reading.list) if (each.step < 3) yield* damage(files, each.path)
      assert.strictEqual((yield* Effect.flip(reading.latest({ skipDamaged: true }))).path, path)
    })
  )

  it.effect("does not pass over what may be good: what cannot be read, or is of a later format", () =>
    Effect.gen(function* () {
      const { files, folder } = yield* newFolder
      const { save } = yield* openCheckpoints(folder, { keep: 3 })
      yield* save(checkpointAt(1))
      const unreadable: FileSystem.FileSystem = { ...files, open: () => ioError("EIO") }
      const reading = yield* Effect.provideService(checkpointFolder(folder), FileSystem.FileSystem, unreadable)
      assert.match(
        (yield* Effect.flip(reading.latest({ skipDamaged: true }))).message,
        /cannot read it: the device failed/
      )
      const { header, tensors } = checkpointAt(2)
      yield* save({ header: { ...header, versions: { ...header.versions, format: 9 } }, tensors })
      const known = yield* checkpointFolder(folder)
      assert.match((yield* Effect.flip(known.latest({ skipDamaged: true }))).message, /a checkpoint of format 9/)
    })
  )

  it.effect("refuses a step before a later one, until it is taken back; one of the same step is replaced", () =>
    Effect.gen(function* () {
      const { folder, names } = yield* newFolder
      const { save, rollBack, latest, best } = yield* openCheckpoints(folder, { keep: 5 })
      for (const step of [10, 20, 30]) yield* save(checkpointAt(step), { best: step === 20 })
      const { message } = yield* Effect.flip(save(checkpointAt(20)))
      assert.match(message, /: step 20 cannot be saved: .*step-000000030.safetensors is later/)
      assert.strictEqual(stepOf(yield* latest()), 30)
      yield* rollBack(10)
      assert.deepStrictEqual(yield* names, ["best.safetensors", "step-000000010.safetensors"])
      assert.strictEqual(stepOf(yield* best), 20)
      yield* save(checkpointAt(10, { w: Tensor.make(-1) }))
      const replaced = (yield* latest())?.tensors["w"] as Tensor.Tensor
      assert.strictEqual(Tensor.toNumber(replaced), -1)
    })
  )

  it.effect("has a good latest and best one after a process that ended at any operation of a save", () =>
    Effect.gen(function* () {
      const { files, folder, names, reading } = yield* newFolder
      const seen: Array<string> = []
      for (let ends = 0; seen.at(-1) !== "saved 2 2"; ends++) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { save, rollBack } = yield* openCheckpoints(folder, { keep: 1 })
            yield* rollBack(0)
            yield* save(checkpointAt(1), { best: true })
          })
        )
        assert.deepStrictEqual(yield* names, ["best.safetensors", "step-000000001.safetensors"])
        // What is done before the folder is open does not count.
        let [count, isOpen] = [0, false]
        const dying = faultyFiles(files, () => (isOpen && count++ >= ends ? ioError("EIO") : undefined))
        const saved = yield* Effect.result(
          Effect.scoped(
            Effect.gen(function* () {
              const { save } = yield* openCheckpoints(folder, { keep: 1 })
              isOpen = true
              return yield* save(checkpointAt(2), { best: true })
            })
          ).pipe(Effect.provideService(FileSystem.FileSystem, dying))
        )
        const [latest, best] = [yield* reading.latest(), yield* reading.best]
        seen.push(`${saved._tag === "Success" ? "saved" : "failed"} ${stepOf(best)} ${stepOf(latest)}`)
        yield* endProcessIn(folder)
      }
      // Open, the header, the tensor, sync, link, the move, the best one's move, the removal of the one before.
      assert.deepStrictEqual(seen, [
        ...Array.from({ length: 6 }, () => "failed 1 1"),
        "failed 1 2",
        "failed 2 2",
        "saved 2 2"
      ])
    })
  )

  it.effect("has the best one that it had where the new one's own file cannot be put there", () =>
    Effect.gen(function* () {
      const { files, folder, names } = yield* newFolder
      const { save, best } = yield* openCheckpoints(folder, { keep: 2 })
      yield* save(checkpointAt(1), { best: true })
      yield* files.makeDirectory(`${folder}/step-000000002.safetensors`)
      assert.match(
        (yield* Effect.flip(save(checkpointAt(2), { best: true }))).message,
        /000002.safetensors: cannot write/
      )
      assert.strictEqual(stepOf(yield* best), 1)
      assert.deepStrictEqual(yield* names, [
        "best.safetensors",
        "step-000000001.safetensors",
        "step-000000002.safetensors"
      ])
    })
  )

  it.effect("copies the best one where files cannot be linked", () =>
    Effect.gen(function* () {
      const { files, folder, names } = yield* newFolder
      const done: Array<string> = []
      const linkless = faultyFiles(files, (operation) => {
        done.push(operation)
        return operation === "link" ? ioError("EPERM") : undefined
      })
      const opening = Effect.provideService(openCheckpoints(folder, { keep: 1 }), FileSystem.FileSystem, linkless)
      const { save, best } = yield* opening
      done.length = 0
      yield* save(checkpointAt(1), { best: true })
      assert.strictEqual(stepOf(yield* best), 1)
      assert.deepStrictEqual(yield* names, ["best.safetensors", "step-000000001.safetensors"])
      assert.deepStrictEqual(done.slice(3), ["sync", "link", "copy", "open", "sync", "rename", "rename"])
    })
  )

  it.effect("saves one after the other, also where several are saved at once", () =>
    Effect.gen(function* () {
      const { folder, names } = yield* newFolder
      const { save } = yield* openCheckpoints(folder, { keep: 2 })
      yield* Effect.forEach([1, 2, 3, 4], (step) => save(checkpointAt(step)), { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* names, ["step-000000003.safetensors", "step-000000004.safetensors"])
    })
  )

  it.effect("gives a reader the latest one while others take its place", () =>
    Effect.gen(function* () {
      const { files, folder } = yield* newFolder
      const { save } = yield* openCheckpoints(folder, { keep: 1 })
      yield* save(checkpointAt(1))
      let step = 1
      // Whenever a file is about to be read, the next one takes its place.
      const raced: FileSystem.FileSystem = {
        ...files,
        open: (path, options) =>
          Effect.andThen(
            Effect.suspend(() => (step < 4 ? Effect.orDie(save(checkpointAt(++step))) : Effect.void)),
            files.open(path, options)
          )
      }
      const reading = yield* Effect.provideService(checkpointFolder(folder), FileSystem.FileSystem, raced)
      assert.strictEqual(stepOf(yield* reading.latest()), 4)
    })
  )

  it.effect("is opened by one at a time, in one process too", () =>
    Effect.gen(function* () {
      const { folder, names, files } = yield* newFolder
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* openCheckpoints(folder, { keep: 1 })
          const { message } = yield* Effect.flip(openCheckpoints(folder, { keep: 1 }))
          assert.include(message, `${folder}: process ${process.pid} writes its checkpoints there already; if`)
        })
      )
      assert.deepStrictEqual([yield* names, yield* files.readDirectory(folder)], [[], []])
      yield* Effect.scoped(openCheckpoints(folder, { keep: 1 }))
    })
  )

  it.effect("is opened by one process at a time, and by the next one when that was killed", () =>
    Effect.gen(function* () {
      const { files, folder, names } = yield* newFolder
      const program = new URL("./holdCheckpoints.ts", import.meta.url).pathname
      const start = Effect.acquireRelease(
        Effect.sync(() => spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] })),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      const said = (child: ChildProcess) =>
        Effect.promise(async () => String((await once(child.stdout as NonNullable<typeof child.stdout>, "data"))[0]))
      const killed = (child: ChildProcess) =>
        Effect.promise(async () => {
          const ended = once(child, "exit")
          child.kill("SIGKILL")
          await ended
        })

      const first = yield* start
      assert.strictEqual(yield* said(first), "open\n")
      const { message } = yield* Effect.flip(openCheckpoints(folder, { keep: 1 }))
      assert.include(message, `${folder}: process ${first.pid} writes its checkpoints there already; if`)
      assert.match(yield* said(yield* start), new RegExp(`: process ${first.pid} writes its checkpoints there already`))
      yield* killed(first)

      const second = yield* start
      assert.strictEqual(yield* said(second), "open\n")
      yield* killed(second)
      const ended = `${second.pid}-1-${yield* shortMachine(files, folder)}-1a.partial`
      yield* files.writeFileString(`${folder}/step-000000001.safetensors.${ended}`, "half")
      yield* files.writeFileString(`${folder}/best.safetensors.${ended}`, "half")
      const others = [`another.${ended}`, "best.safetensors.1a.partial"]
      for (const other of others) yield* files.writeFileString(`${folder}/${other}`, "somebody else's")
      const { save } = yield* openCheckpoints(folder, { keep: 1 })
      assert.deepStrictEqual(yield* names, others)
      for (const other of others) yield* files.remove(`${folder}/${other}`)
      yield* save(checkpointAt(1))
      assert.lengthOf(
        (yield* files.readDirectory(folder)).filter((name) => name.endsWith(".lock")),
        1
      )
    })
  )

  it.effect("is opened where another program has the number of a process that was killed, if the system tells", () =>
    Effect.gen(function* () {
      const { files, folder } = yield* newFolder
      const lock = yield* ownLock(files, folder)
      const other = yield* Effect.acquireRelease(
        Effect.sync(() => spawn("sleep", ["60"], { stdio: "ignore" })),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      const name = lock.replace(/^writer-\d+-\d+/, `writer-${other.pid}-12`)
      yield* files.writeFileString(`${folder}/${name}`, "")
      const opened = yield* Effect.result(openCheckpoints(folder, { keep: 1 }))
      if (process.platform !== "linux") {
        assert.include(String(opened), `if that is another program by now, remove ${folder}/${name}`)
        return
      }
      assert.strictEqual(opened._tag, "Success")
      assert.notInclude(yield* files.readDirectory(folder), name)
    })
  )

  it.effect(
    "is not opened while there is a lock of elsewhere, whatever runs here, and the file to remove is told",
    () =>
      Effect.gen(function* () {
        const { files, folder } = yield* newFolder
        const lock = yield* ownLock(files, folder)
        assert.isTrue(lock.startsWith(`writer-${process.pid}-`))
        const [namespace, boot, host] = machineOf(lock)
        for (const machine of [
          `1-${boot}-${host}`,
          `${namespace}-ab-${host}`,
          `${namespace}-${boot}-another-host.org`
        ]) {
          for (const started of [lock, ofEnded(lock)]) {
            const name = `${started.split("-").slice(0, 3).join("-")}-${machine}.lock`
            yield* files.writeFileString(`${folder}/${name}`, "")
            const { message } = yield* Effect.flip(openCheckpoints(folder, { keep: 1 }))
            const told = machine.endsWith("org") ? "another-host.org" : host
            assert.include(message, `${folder}: process ${process.pid} of ${told} writes its checkpoints there`)
            assert.include(message, `if it has ended, remove ${folder}/${name}`)
            assert.deepStrictEqual(yield* files.readDirectory(folder), [name])
            yield* files.remove(`${folder}/${name}`)
          }
        }
        yield* openCheckpoints(folder, { keep: 1 })
      })
  )

  if (mayCountAnew) {
    it.effect("is opened by one of two processes that count processes anew, both of one number", () =>
      Effect.gen(function* () {
        const { folder, files } = yield* newFolder
        yield* files.makeDirectory(folder, { recursive: true })
        const program = new URL("./holdCheckpoints.ts", import.meta.url).pathname
        const args = ["-r", "--pid", "--fork", "--kill-child", "--mount-proc", process.execPath, program, folder]
        const start = Effect.acquireRelease(
          Effect.sync(() => spawn("unshare", args, { stdio: ["ignore", "pipe", "inherit"] })),
          (child) => Effect.sync(() => child.kill("SIGKILL"))
        )
        const said = ({ stdout }: ChildProcess) =>
          Effect.promise(async () => String((await once(stdout as NonNullable<typeof stdout>, "data"))[0]))
        assert.strictEqual(yield* said(yield* start), "open\n")
        assert.match(yield* said(yield* start), /: process 1 of .* writes its checkpoints there, as far as can be told/)
      })
    )
  }
})

/** The lock that this process puts into a folder. */
const ownLock = (files: FileSystem.FileSystem, folder: string) =>
  Effect.scoped(
    Effect.andThen(
      openCheckpoints(folder, { keep: 1 }),
      Effect.map(files.readDirectory(folder), ([lock = ""]) => lock)
    )
  )

/** What a lock says of its machine: the processes' namespace, the system's start and the host. */
const machineOf = (lock: string): ReadonlyArray<string> =>
  /^writer-\d+-\d+-(\d*)-([0-9a-f]*)-(.*)\.lock$/.exec(lock)?.slice(1) ?? []
