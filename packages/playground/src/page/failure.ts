import type { BackendName } from "../protocol/names.ts"
import { element } from "./element.ts"
import { failureText } from "./failureText.ts"

/** An error as the worker reports it. */
export interface Failure {
  readonly tag: string
  readonly message: string
}

/** Shows why a run on a backend failed, and what to do about it. */
export const showFailure = (within: HTMLElement, { tag, message }: Failure, backend: BackendName): void => {
  const { title, advice } = failureText(tag, backend)
  within.replaceChildren(
    element("strong", {}, title),
    element("p", {}, advice),
    element("pre", { class: "detail" }, message)
  )
  within.hidden = false
}
