import type { BackendName } from "../protocol/names.ts"
import { backendTitles } from "./names.ts"

/** An error as the page shows it. */
export interface FailureText {
  readonly title: string
  /** What to do about it. */
  readonly advice: string
}

const another = (backend: BackendName): string =>
  backend === "cpu" ? "choose the Reference backend" : "choose the CPU backend"

/** What an error of a run means to whoever looks at the page, by its tag. */
export const failureText = (tag: string, backend: BackendName): FailureText => {
  const name = backendTitles[backend]
  switch (tag) {
    case "DeviceLost":
      return {
        title: `${name} lost its device.`,
        advice: `Start again, which asks for a new one; if that fails too, ${another(backend)}.`
      }
    case "DeviceUnavailable":
      return {
        title: `${name} has no device here.`,
        advice: `The browser may not trust the graphics card's driver (chrome://gpu says why): ${another(backend)}.`
      }
    case "MemoryError":
      return {
        title: `${name} has not enough memory for this model.`,
        advice: `Close other pages that use much of it, choose a smaller model, or ${another(backend)}.`
      }
    case "CompileFailure":
      return {
        title: `The model's program did not compile for ${name}.`,
        advice: `If a policy of this page or an extension forbids it, allow it; otherwise ${another(backend)}.`
      }
    case "TrainingError":
      return {
        title: "The training went astray: its loss or its gradients are not finite.",
        advice: "Nothing that was learned before is lost; start again."
      }
    case "DataError":
      return { title: "The data did not load.", advice: "Check the connection, and start again." }
    case "WorkerError":
      return {
        title: "The worker in which models train has ended.",
        advice: "Start again, which makes a new one; if that fails too, load the page anew."
      }
    default:
      return { title: `The training failed on ${name}.`, advice: `Start again, or ${another(backend)}.` }
  }
}
