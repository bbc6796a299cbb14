// Measures a case with TensorFlow.js.
import { measure } from "../measure.mjs"
import { cases } from "./cases.mjs"
import { cold } from "./load.mjs"

await measure(cold, cases)
