export { type AnswerOptions, answer } from "./data/worker/answer.ts"
