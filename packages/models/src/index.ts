export { type GptDecoder, type GptOptions, gpt, gptDecoder } from "./gpt.ts"
export { fromGpt2, type Gpt2Name, gpt2Names, type Tensors, toGpt2 } from "./gpt2Names.ts"
export { activation, attention, type Data, type Example, ladder, line, matrix, skip, twoLayer } from "./ladder.ts"
