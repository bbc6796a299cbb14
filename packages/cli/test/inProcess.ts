import { Console, Effect } from "effect"
import { exitCode } from "../src/exit.ts"
import { line, Output } from "../src/output.ts"
import { program } from "../src/program.ts"
import { capture } from "./capture.ts"
import type { Ended } from "./process.ts"

/** Runs `residual` in this process, and gives what it would have printed and its exit code. */
export const inProcess = (args: ReadonlyArray<string>): Effect.Effect<Ended> =>
  Effect.gen(function* () {
    const [stdout, stderr] = [capture(), capture()]
    const sayOn =
      ({ printer }: ReturnType<typeof capture>) =>
      (text: string) =>
        Effect.runSync(line(printer, text))
    const console: Console.Console = { ...globalThis.console, log: sayOn(stdout), error: sayOn(stderr) }
    const exit = yield* program(args).pipe(
      Effect.provideService(Output, stdout.printer),
      Effect.provideService(Console.Console, console),
      Effect.exit
    )
    return { code: exitCode(exit), stdout: stdout.text(), stderr: stderr.text() }
  })
