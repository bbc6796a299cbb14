import * as Data from "effect/Data"

/**
 * A backend was to be opened by a name that none has.
 *
 * ```ts
 * import { UnknownBackend } from "@residual/promise"
 * new UnknownBackend({ name: "gpu", known: ["cpu", "webgpu"] }).message // => 'there is no backend "gpu"; expected "cpu" or "webgpu"'
 * ```
 */
export class UnknownBackend extends Data.TaggedError("UnknownBackend")<{
  readonly name: string
  readonly known: ReadonlyArray<string>
}> {
  override get message(): string {
    const names = this.known.map((name) => JSON.stringify(name))
    return `there is no backend ${JSON.stringify(this.name)}; expected ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`
  }
}
