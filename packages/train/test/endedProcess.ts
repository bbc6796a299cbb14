import { Effect, FileSystem } from "effect"

/** The name of a lock or of a file that is not written to its end, as it would be if its process had ended. */
export const ofEnded = (name: string): string =>
  // One of that number that started at another time.
  name.replace(/(^writer-\d+-|\.\d+-)\d+(-.*\.(?:lock|partial))$/, "$11$2")

/** Makes what is in a folder and was left by this process what a process has left that ended. */
export const endProcessIn = (folder: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    for (const name of yield* files.readDirectory(folder)) {
      if (ofEnded(name) !== name) yield* files.rename(`${folder}/${name}`, `${folder}/${ofEnded(name)}`)
    }
  })
