import { ladder } from "@residual/models"

/** The name of a model of the ladder. */
export type ExampleName = keyof typeof ladder

/** The models of the ladder, in order. */
export const exampleNames = Object.keys(ladder) as ReadonlyArray<ExampleName>
