import { execFile, spawnSync } from "node:child_process"
import { promisify } from "node:util"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { Effect, Exit, Fiber, FileSystem, Path } from "effect"
import {
  decodeSafetensors,
  readCheckpoint,
  readCheckpointHeader,
  readSafetensors,
  writeCheckpoint,
  writeSafetensors
} from "../src/index.ts"
import { checkpointAt } from "./checkpointExample.ts"
import { endProcessIn, ofEnded } from "./endedProcess.ts"
import { type FileOperation, faultyFiles, ioError } from "./faultyFiles.ts"

/** A folder of the test's own, and the path of a file in it. */
const inFolder = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "residual-checkpoint-" })
  return { files, folder, join, path: join(folder, "model.safetensors"), names: files.readDirectory(folder) }
})

const stepIn = (path: string) =>
  Effect.map(readCheckpoint(path), ({ header, tensors }) => {
    const [step] = Tensor.toTypedArray(tensors["w"] as Tensor.Tensor)
    assert.strictEqual(header.step, step)
    return step
  })

const program = new URL("./writeCheckpoints.ts", import.meta.url).pathname

/** What that program prints, given the place and how many elements each checkpoint has, where a shell's script starts it. */
const writeBy = (script: string, ...args: ReadonlyArray<string>) =>
  Effect.map(
    Effect.promise(() => promisify(execFile)("bash", ["-c", script, "bash", process.execPath, program, ...args])),
    ({ stdout }) => stdout.trimEnd().split("\n")
  )

/** Whether this process may have folders of its own mounted. */
const mayMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0

layer(NodeServices.layer)("a checkpoint's file", (it) => {
  it.effect("holds what was written, and nothing else is left beside it", () =>
    Effect.gen(function* () {
      const { files, path, names } = yield* inFolder
      const checkpoint = checkpointAt(3)
      yield* writeCheckpoint(path, checkpoint)
      const read = yield* readCheckpoint(path)
      assert.deepStrictEqual(read.header, checkpoint.header)
      assert.deepStrictEqual(yield* readCheckpointHeader(path), checkpoint.header)
      assert.strictEqual(yield* stepIn(path), 3)
      assert.deepStrictEqual(yield* names, ["model.safetensors"])
      const { tensors } = yield* decodeSafetensors(path, yield* files.readFile(path))
      assert.isTrue(Tensor.equals(tensors["w"] as Tensor.Tensor, checkpoint.tensors["w"] as Tensor.Tensor))
    })
  )

  it.effect("of another tool is refused, and its tensors are read", () =>
    Effect.gen(function* () {
      const { path } = yield* inFolder
      const { tensors } = checkpointAt(3)
      yield* writeSafetensors(path, { tensors, metadata: { format: "pt" } })
      const errors = [yield* Effect.flip(readCheckpoint(path)), yield* Effect.flip(readCheckpointHeader(path))]
      for (const { message } of errors)
        assert.include(message, `${path}, byte 8: a safetensors file, but no checkpoint`)
      assert.deepStrictEqual(Object.keys((yield* readSafetensors(path)).tensors), ["w"])
    })
  )

  it.effect(
    "that is cut off or altered is refused with its path, and the header of one with altered tensors is read",
    () =>
      Effect.gen(function* () {
        const { files, path } = yield* inFolder
        yield* writeCheckpoint(path, checkpointAt(3))
        const bytes = yield* files.readFile(path)
        yield* files.writeFile(path, bytes.subarray(0, bytes.length - 1))
        const cut = yield* Effect.flip(readCheckpoint(path))
        assert.strictEqual(
          cut.message,
          `${path}, byte ${bytes.length - 1}: the file ends inside "w", which goes on to byte ${bytes.length}`
        )
        bytes[bytes.length - 1] = 1
        yield* files.writeFile(path, bytes)
        assert.match((yield* Effect.flip(readCheckpoint(path))).message, /"w" does not have the SHA-256/)
        assert.strictEqual((yield* readCheckpointHeader(path)).step, 3)
      })
  )

  it.effect("that is not there, is a folder, or lies in a file is refused, read and written", () =>
    Effect.gen(function* () {
      const { files, folder, join, path, names } = yield* inFolder
      yield* files.writeFileString(path, "a text")
      const messageOf = <A, R>(effect: Effect.Effect<A, { readonly message: string }, R>) =>
        Effect.map(Effect.flip(effect), ({ message }) => message)
      const checkpoint = checkpointAt(1)
      assert.deepStrictEqual(
        [
          yield* messageOf(readCheckpoint(join(folder, "none"))),
          yield* messageOf(readCheckpoint(folder)),
          yield* messageOf(readCheckpoint(join(path, "within"))),
          yield* messageOf(writeCheckpoint(join(folder, "none", "within"), checkpoint)),
          yield* messageOf(writeCheckpoint(join(path, "within"), checkpoint))
        ],
        [
          `${join(folder, "none")}: cannot read it: there is no such file or folder`,
          `${folder}: it is a folder`,
          `${join(path, "within")}: cannot read it: a part of its path is a file, not a folder`,
          `${join(folder, "none", "within")}: cannot write it: there is no such file or folder`,
          `${join(path, "within")}: cannot write it: a part of its path is a file, not a folder`
        ]
      )
      yield* files.makeDirectory(join(folder, "place"))
      assert.match(yield* messageOf(writeCheckpoint(join(folder, "place"), checkpoint)), /place: cannot write it: /)
      assert.deepStrictEqual((yield* names).sort(), ["model.safetensors", "place"])
    })
  )

  it.effect("is the old one and nothing else where an operation fails, whichever it is", () =>
    Effect.gen(function* () {
      const { files, path, names } = yield* inFolder
      yield* writeCheckpoint(path, checkpointAt(1))
      const done: Array<FileOperation> = []
      for (let failing = 0; ; failing++) {
        let count = 0
        done.length = 0
        const faulty = faultyFiles(files, (operation) => {
          done.push(operation)
          return count++ === failing ? ioError("ENOSPC") : undefined
        })
        const saving = writeCheckpoint(path, checkpointAt(2)).pipe(Effect.provideService(FileSystem.FileSystem, faulty))
        const exit = yield* Effect.result(saving)
        if (exit._tag === "Success") break
        assert.strictEqual(exit.failure.message, `${path}: cannot write it: no space is left on the device`)
        assert.strictEqual(yield* stepIn(path), 1)
        assert.deepStrictEqual(yield* names, ["model.safetensors"])
      }
      assert.deepStrictEqual(done, ["open", "write", "write", "sync", "rename"])
      assert.strictEqual(yield* stepIn(path), 2)
    })
  )

  it.effect(
    "is the old one or the new one after a process that ended at any operation, whose rest the next one removes",
    () =>
      Effect.gen(function* () {
        const { files, folder, path, names } = yield* inFolder
        yield* writeCheckpoint(path, checkpointAt(1))
        const seen: Array<readonly [step: number | undefined, files: number]> = []
        for (let ends = 0; ends < 6; ends++) {
          let count = 0
          const dead = faultyFiles(files, () => (count++ >= ends ? ioError("EIO") : undefined))
          yield* writeCheckpoint(path, checkpointAt(2)).pipe(
            Effect.provideService(FileSystem.FileSystem, dead),
            Effect.ignore
          )
          seen.push([yield* stepIn(path), (yield* names).length])
          yield* endProcessIn(folder)
          yield* writeCheckpoint(path, checkpointAt(1))
          assert.deepStrictEqual(yield* names, ["model.safetensors"])
        }
        // Before the file beside it is made, while it is there, and after it was moved.
        assert.deepStrictEqual(seen, [
          [1, 1],
          [1, 2],
          [1, 2],
          [1, 2],
          [1, 2],
          [2, 1]
        ])
      })
  )

  it.effect(
    "leaves other files' rests alone, those that processes still write, and what is named by somebody else",
    () =>
      Effect.gen(function* () {
        const { files, folder, join, path, names } = yield* inFolder
        const seen: Array<string> = []
        const watched: FileSystem.FileSystem = {
          ...files,
          open: (path, options) =>
            Effect.suspend(() => {
              seen.push(path)
              return files.open(path, options)
            })
        }
        yield* Effect.provideService(writeCheckpoint(path, checkpointAt(1)), FileSystem.FileSystem, watched)
        const [live = ""] = seen
        const others = [
          "model.safetensors.partial",
          "model.safetensors.1a.partial",
          "model.safetensors.backup.partial",
          live.slice(folder.length + 1),
          ofEnded(live)
            .slice(folder.length + 1)
            .replace("model", "other"),
          ofEnded(live)
            .slice(folder.length + 1)
            .replace(/-[0-9a-z]+-[0-9a-z]+\.partial$/, "-elsewhere-1a.partial")
        ]
        assert.lengthOf(new Set(others), 6)
        assert.notStrictEqual(ofEnded(live), live)
        for (const name of others) yield* files.writeFileString(join(folder, name), "")
        yield* files.writeFileString(ofEnded(live), "")
        yield* writeCheckpoint(path, checkpointAt(1))
        assert.deepStrictEqual((yield* names).sort(), ["model.safetensors", ...others].sort())
      })
  )

  it.effect("is one of several that are written at once", () =>
    Effect.gen(function* () {
      const { path, names } = yield* inFolder
      const steps = [1, 2, 3, 4, 5, 6, 7, 8]
      yield* Effect.forEach(steps, (step) => writeCheckpoint(path, checkpointAt(step)), { concurrency: "unbounded" })
      assert.include(steps, yield* stepIn(path))
      assert.deepStrictEqual(yield* names, ["model.safetensors"])
    })
  )

  it.effect("is written where a link leads, which stays, also where nothing is there yet", () =>
    Effect.gen(function* () {
      const { files, folder, join, path, names } = yield* inFolder
      yield* files.makeDirectory(join(folder, "kept"))
      yield* files.symlink(join("kept", "target.safetensors"), join(folder, "second"))
      yield* files.symlink("second", path)
      for (const step of [1, 2]) {
        yield* writeCheckpoint(path, checkpointAt(step))
        assert.strictEqual(yield* stepIn(join(folder, "kept", "target.safetensors")), step)
        assert.strictEqual(yield* files.readLink(path), "second")
      }
      assert.deepStrictEqual((yield* names).sort(), ["kept", "model.safetensors", "second"])
      assert.deepStrictEqual(yield* files.readDirectory(join(folder, "kept")), ["target.safetensors"])
      yield* files.symlink("round", join(folder, "round"))
      const { message } = yield* Effect.flip(writeCheckpoint(join(folder, "round"), checkpointAt(1)))
      assert.include(message, `${join(folder, "round")}: cannot write it: its links lead round in a circle`)
    })
  )

  it.effect("is not there, nor a part of it, where writing is interrupted", () =>
    Effect.gen(function* () {
      const { files, path, names } = yield* inFolder
      const stalled: FileSystem.FileSystem = {
        ...files,
        open: (path, options) =>
          Effect.map(files.open(path, options), (file) => ({
            ...file,
            stat: file.stat,
            sync: Effect.never,
            writeAll: (bytes) => file.writeAll(bytes)
          }))
      }
      const fiber = yield* Effect.forkChild(
        writeCheckpoint(path, checkpointAt(1)).pipe(Effect.provideService(FileSystem.FileSystem, stalled))
      )
      while ((yield* names).length === 0) yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
      yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      assert.deepStrictEqual(yield* names, [])
    })
  )

  it.effect("that may not be so large leaves the old one, and says why", () =>
    Effect.gen(function* () {
      const { path, names } = yield* inFolder
      const said = yield* writeBy('ulimit -f 512 && exec "$@"', path, "10", "1000000")
      assert.deepStrictEqual(said, ["written", `${path}: cannot write it: it would be larger than files may be`])
      assert.strictEqual(yield* stepIn(path), 10)
      assert.deepStrictEqual(yield* names, ["model.safetensors"])
    })
  )

  if (mayMount) {
    it.effect("on a disk that becomes full, or is read-only, leaves the old one, and says why", () =>
      Effect.gen(function* () {
        const { folder, path } = yield* inFolder
        const on = (options: string, ...counts: ReadonlyArray<string>) => {
          const inside = `mount -t tmpfs -o ${options} none "${folder}" && "$@" && ls "${folder}"`
          return writeBy(`exec unshare -rm bash -c '${inside}' bash "$@"`, path, ...counts)
        }
        assert.deepStrictEqual(yield* on("size=512k", "10", "1000000", "20"), [
          "written",
          `${path}: cannot write it: no space is left on the device`,
          "written",
          "model.safetensors"
        ])
        assert.deepStrictEqual(yield* on("ro", "10"), [`${path}: cannot write it: the file system is read-only`])
      })
    )
  }

  if (process.getuid?.() !== 0) {
    it.effect("in a folder that may not be written to is refused", () =>
      Effect.gen(function* () {
        const { files, folder, path, names } = yield* inFolder
        yield* files.chmod(folder, 0o500)
        const { message } = yield* Effect.flip(writeCheckpoint(path, checkpointAt(1)))
        yield* files.chmod(folder, 0o700)
        assert.strictEqual(message, `${path}: cannot write it: it is not permitted`)
        assert.deepStrictEqual(yield* names, [])
      })
    )
  }
})
