import type { Case } from "../cases/caseList.ts"
import type { Request } from "../measuring/request.ts"

/** A program with its arguments, as a process is started. */
export interface Command {
  readonly program: string
  readonly args: ReadonlyArray<string>
  /** Beside this process's environment. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What is measured beside others: a framework with one of its backends, on so many threads. */
export interface System {
  readonly name: string
  /** What it runs in, where that differs from system to system. */
  readonly host?: string
  readonly threads: number
  /** Whether it is this framework. */
  readonly own: boolean
  readonly covers: (measured: Case) => boolean
  /** What measures a case and prints a reply. */
  readonly command: (request: Pick<Request, "case" | "plan">) => Command
}
