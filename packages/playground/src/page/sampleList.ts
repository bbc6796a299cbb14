import type { BackendName } from "../protocol/names.ts"
import { element } from "./element.ts"
import { backendTitles } from "./names.ts"
import { count } from "./numbers.ts"

/** The texts that a model wrote, latest first. */
export interface SampleList {
  /** A new text begins. */
  readonly begin: (backend: BackendName, step: number, prompt: string) => void
  /** The latest text goes on. */
  readonly extend: (text: string) => void
  readonly clear: () => void
}

/** How many texts are kept. */
const most = 6

/** A list of texts in a part of the page, in place of a line that says that there are none. */
export const makeSampleList = (list: HTMLElement, empty: HTMLElement): SampleList => {
  let latest: Text | undefined
  return {
    begin: (backend, step, prompt) => {
      latest = document.createTextNode("")
      const after = `after ${count(step)} step${step === 1 ? "" : "s"}`
      const item = element(
        "li",
        { "data-backend": backend },
        element("p", { class: "sample-head" }, `${backendTitles[backend]}, ${after}`),
        element("p", { class: "sample-text" }, element("span", { class: "prompt" }, prompt), latest)
      )
      list.prepend(item)
      while (list.childElementCount > most) list.lastElementChild?.remove()
      empty.hidden = true
    },
    extend: (text) => latest?.appendData(text),
    clear: () => {
      latest = undefined
      list.replaceChildren()
      empty.hidden = false
    }
  }
}
