import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { backendFlag, threadsFlag } from "./backend.ts"
import { dtypeFlag } from "./check/precision.ts"
import { evalSettings } from "./eval/settings.ts"
import { type ExampleName, exampleNames } from "./explain/exampleNames.ts"
import { generateSettings } from "./generate/settings.ts"
import { inspectSettings } from "./inspect/settings.ts"
import { jsonFlag } from "./json.ts"
import { profileSettings } from "./profile/settings.ts"
import { resumeSettings } from "./resume/settings.ts"
import { trainSettings } from "./train/settings.ts"

// What a command runs is loaded when it is asked for: the command that one types starts sooner for it.
const load = <Loaded>(module: () => Promise<Loaded>): Effect.Effect<Loaded> => Effect.promise(module)

const trainCommand = Command.make("train", trainSettings, (given) =>
  Effect.flatMap(
    load(() => import("./train/train.ts")),
    ({ train }) => train(given)
  )
).pipe(
  Command.withDescription("Train what a file describes, or a GPT of characters, and end with what it writes"),
  Command.withExamples([
    { command: "residual train", description: "Learn Moby-Dick" },
    { command: "residual train --text notes.txt --steps 1000 --width 64", description: "Learn a text of yours" },
    { command: "residual train run.yaml --set training.batch=16", description: "Train what a file describes" },
    { command: "residual train run.yaml --checkpoints runs/one", description: "Save it, so that it can go on" },
    { command: "residual train run.yaml --print-config", description: "Print what that is, with nothing left unsaid" }
  ])
)

const resumeCommand = Command.make("resume", resumeSettings, (given) =>
  Effect.flatMap(
    load(() => import("./resume/resume.ts")),
    ({ resume }) => resume(given)
  )
).pipe(
  Command.withDescription("Go on with a run from its latest checkpoint, as if it had never stopped"),
  Command.withExamples([
    { command: "residual resume runs/shakespeare", description: "Go on where it was stopped, or killed" },
    {
      command: "residual resume runs/shakespeare --steps 4000",
      description: "Train on after its end, with the rate of a run that ends there"
    }
  ])
)

const generateCommand = Command.make("generate", generateSettings, (given) =>
  Effect.flatMap(
    load(() => import("./generate/generate.ts")),
    ({ generate }) => generate(given)
  )
).pipe(
  Command.withDescription("Write with the model of a checkpoint, as it comes"),
  Command.withExamples([
    { command: "residual generate runs/shakespeare", description: "As the run itself would" },
    {
      command:
        'residual generate runs/shakespeare --prompt "ROMEO:" --count 1000 --temperature 0.7 --top-k 40 --seed 1',
      description: "Go on from something, with other draws"
    }
  ])
)

const evalCommand = Command.make("eval", evalSettings, (given) =>
  Effect.flatMap(
    load(() => import("./eval/evaluateModel.ts")),
    ({ evaluateModel }) => evaluateModel(given)
  )
).pipe(
  Command.withDescription("Measure the model of a checkpoint by the data that its run has held out, or by others"),
  Command.withExamples([
    { command: "residual eval runs/iris", description: "By what was held out" },
    { command: "residual eval runs/iris/best.safetensors --data others.csv", description: "By other data" }
  ])
)

const inspectCommand = Command.make("inspect", inspectSettings, (given) =>
  Effect.flatMap(
    load(() => import("./inspect/inspect.ts")),
    ({ inspect }) => inspect(given)
  )
).pipe(
  Command.withDescription("Tell what a checkpoint holds: its run, its configuration, and each of its tensors"),
  Command.withExamples([
    { command: "residual inspect runs/shakespeare", description: "A run's best checkpoint, or else its latest" },
    { command: "residual inspect model.safetensors", description: "Any file of safetensors" }
  ])
)

const profileCommand = Command.make("profile", profileSettings, (given) =>
  Effect.flatMap(
    load(() => import("./profile/profileTraining.ts")),
    ({ profileTraining }) => profileTraining(given)
  )
).pipe(
  Command.withDescription("Print where the time of a training step goes, a kernel a row"),
  Command.withExamples([
    { command: "residual profile", description: "The step that residual train makes by default" },
    { command: "residual profile --width 384 --regions", description: "A wider model's, each region by itself" }
  ])
)

const explainCommand = Command.make(
  "explain",
  {
    model: Argument.Literals("model", exampleNames).pipe(
      Argument.withDescription(`One of ${exampleNames.join(", ")} (line)`),
      Argument.optional,
      Argument.map(Option.getOrElse((): ExampleName => "line"))
    ),
    format: Flag.Literals("format", ["text", "markdown", "json"]).pipe(
      Flag.withDefault("text"),
      Flag.withDescription("How the table is written: text, markdown, json (text)")
    ),
    expand: Flag.Boolean("expand").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Show composite ops by what they are made of")
    ),
    backend: backendFlag("reference"),
    json: jsonFlag
  },
  (given) =>
    Effect.flatMap(
      load(() => import("./explain/explainModel.ts")),
      ({ explainModel }) => explainModel(given)
    )
).pipe(
  Command.withDescription("Print a model's forward and backward pass, an op a row"),
  Command.withExamples([
    { command: "residual explain", description: "The smallest model that there is" },
    { command: "residual explain attention --expand", description: "Composite ops by what they are made of" }
  ])
)

const checkBackend = { backend: backendFlag("cpu"), dtype: dtypeFlag, threads: threadsFlag }

const opsCommand = Command.make(
  "ops",
  {
    file: Argument.String("file").pipe(Argument.withDescription("Recorded cases, one JSON object a line")),
    ...checkBackend,
    json: jsonFlag
  },
  (given) =>
    Effect.flatMap(
      load(() => import("./check/checkOps.ts")),
      ({ checkOps }) => checkOps(given)
    )
).pipe(
  Command.withDescription("Replay recorded ops, and compare values and residuals"),
  Command.withExamples([
    {
      command: "residual check ops ops.jsonl --backend cpu",
      description: "Cases as packages/testing/fixtures has them"
    }
  ])
)

const trainingCommand = Command.make(
  "training",
  {
    prefix: Argument.String("prefix").pipe(
      Argument.withDescription("Of the files PREFIX.json, PREFIX.init.safetensors and PREFIX.final.safetensors")
    ),
    ...checkBackend,
    json: jsonFlag
  },
  (given) =>
    Effect.flatMap(
      load(() => import("./check/checkTraining.ts")),
      ({ checkTraining }) => checkTraining(given)
    )
).pipe(
  Command.withDescription("Replay a recorded training run, and compare every step and the parameters it ends with"),
  Command.withExamples([
    {
      command: "residual check training gpt --dtype f64 --backend reference",
      description: "A run of gpt.json beside it"
    }
  ])
)

const checkCommand = Command.make("check").pipe(
  Command.withDescription("Compare a backend with recorded values"),
  Command.withExamples([{ command: "residual check ops ops.jsonl", description: "Ops one by one" }]),
  Command.withSubcommands([opsCommand, trainingCommand])
)

const doctorCommand = Command.make("doctor", { json: jsonFlag }, (given) =>
  Effect.flatMap(
    load(() => import("./doctor/doctor.ts")),
    ({ doctor }) => doctor(given)
  )
).pipe(
  Command.withDescription("Tell what this machine offers, and what would make it offer more"),
  Command.withExamples([
    { command: "residual doctor", description: "Node, processor, memory, and what each backend has here" },
    { command: "residual doctor --json", description: "The same for a report, one JSON object a line" }
  ])
)

/**
 * The `residual` command: `train`, `resume`, `generate`, `eval`, `inspect`, `profile`, `explain`, `check ops`, `check training` and `doctor`.
 *
 * ```ts
 * import { residual } from "@residual/cli"
 * residual.name // => "residual"
 * ```
 */
export const residual = Command.make("residual").pipe(
  Command.withDescription("Differentiable programming as pure functions"),
  Command.withExamples([
    { command: "residual train", description: "See it work: a minute of Moby-Dick" },
    { command: "residual doctor", description: "What this machine offers" }
  ]),
  Command.withSubcommands([
    trainCommand,
    resumeCommand,
    generateCommand,
    evalCommand,
    inspectCommand,
    profileCommand,
    explainCommand,
    checkCommand,
    doctorCommand
  ])
)
