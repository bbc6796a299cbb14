export { type Checkpoint, type CheckpointContents, makeCheckpoint, modelTensors } from "./checkpoint/checkpoint.ts"
export { CheckpointError } from "./checkpoint/checkpointError.ts"
export {
  type CheckpointFile,
  type CheckpointFolder,
  checkpointFolder,
  type FoundCheckpoint,
  type LatestOptions
} from "./checkpoint/checkpointFolder.ts"
export { CheckpointHeader } from "./checkpoint/checkpointHeader.ts"
export { decodeCheckpoint } from "./checkpoint/decodeCheckpoint.ts"
export { encodeCheckpoint } from "./checkpoint/encodeCheckpoint.ts"
export {
  readCheckpoint,
  readCheckpointHeader,
  readSafetensors,
  writeCheckpoint,
  writeSafetensors
} from "./checkpoint/file.ts"
export { type MatchOptions, matchParameters, type ParameterMatch } from "./checkpoint/matchParameters.ts"
export {
  type CheckpointOptions,
  type OpenCheckpoints,
  openCheckpoints,
  type SaveOptions
} from "./checkpoint/openCheckpoints.ts"
export { type MismatchedType, ParameterMismatch } from "./checkpoint/parameterMismatch.ts"
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./checkpoint/safetensors.ts"
export type { Batch } from "./data/batch.ts"
export { DataError } from "./data/dataError.ts"
export type { NumericArray, NumericElements } from "./data/numericArray.ts"
export { type BatchOptions, sampleAt } from "./data/sampleOrder.ts"
export * as Samples from "./data/samples/index.ts"
export { type Table, type TableColumn, tableFromCsv } from "./data/table.ts"
export { orderedRows, shuffledRows } from "./data/tableBatches.ts"
export { decodeTokens, encodeText, type Vocabulary, vocabularyOf } from "./data/vocabulary.ts"
export { orderedWindows, shuffledWindows } from "./data/windows.ts"
export { type AnyMetric, type Evaluation, evaluate } from "./fit/evaluate.ts"
export { feed, feeder, type StepInputs } from "./fit/feed.ts"
export { type EvaluationSettings, type FitOptions, fit } from "./fit/fit.ts"
export type { LossScale, LossScaling } from "./fit/lossScale.ts"
export { makeTrainer, type TrainerOptions, type TrainingOptions, trainerOn } from "./fit/makeTrainer.ts"
export type { AnyRate } from "./fit/rateAt.ts"
export { RunState } from "./fit/runState.ts"
export { type SavingOptions, saving } from "./fit/saving.ts"
export { restore, type Snapshot, snapshot } from "./fit/snapshot.ts"
export type { Taps } from "./fit/taps.ts"
export type { Trainer } from "./fit/trainer.ts"
export { TrainingError } from "./fit/trainingError.ts"
export { type EventOf, TrainingEvent } from "./fit/trainingEvent.ts"
export { type GenerateOptions, type Generator, generate } from "./generate/generate.ts"
export type { DecodeInput, LanguageModel } from "./generate/generator.ts"
export { makeGenerator } from "./generate/makeGenerator.ts"
export { type SamplingOptions, sampleToken } from "./generate/sampleToken.ts"
export type { BatchResult, Metric } from "./metric/metric.ts"
export { type AdamWOptions, adamW } from "./optimiser/adamW.ts"
export { type Clipped, clipByGlobalNorm, globalNorm } from "./optimiser/clip.ts"
export { clipByValue } from "./optimiser/clipByValue.ts"
export { type DecayOptions, type Decays, decaysOf, matricesOnly } from "./optimiser/decay.ts"
export type { ByPath, Optimiser, OptimiserState, StepTime, Updated, UpdateTime } from "./optimiser/optimiser.ts"
export type { Setting } from "./optimiser/setting.ts"
export { type SgdOptions, sgd } from "./optimiser/sgd.ts"
export type { AdaptiveRate } from "./rate/adaptiveRate.ts"
export { constantRate } from "./rate/constantRate.ts"
export { type CosineRateOptions, cosineRate } from "./rate/cosineRate.ts"
export { type CosineRestartsOptions, cosineRestarts } from "./rate/cosineRestarts.ts"
export { type ExponentialRateOptions, exponentialRate } from "./rate/exponentialRate.ts"
export { type LinearRateOptions, linearRate } from "./rate/linearRate.ts"
export { type MultiStepRateOptions, multiStepRate } from "./rate/multiStepRate.ts"
export { type OneCycle, type OneCycleOptions, oneCycle } from "./rate/oneCycle.ts"
export { type PolynomialRateOptions, polynomialRate } from "./rate/polynomialRate.ts"
export type { Rate } from "./rate/rate.ts"
export { type RateFromEpochsOptions, rateFromEpochs } from "./rate/rateFromEpochs.ts"
export { type PlateauState, type ReduceOnPlateauOptions, reduceOnPlateau } from "./rate/reduceOnPlateau.ts"
export { scaleRate } from "./rate/scaleRate.ts"
export { sequenceRates } from "./rate/sequenceRates.ts"
export { type StepRateOptions, stepRate } from "./rate/stepRate.ts"
export { type WarmUpOptions, warmUp } from "./rate/warmUp.ts"
export { type WarmupCosineOptions, warmupCosine } from "./rate/warmupCosine.ts"
export { SettingError } from "./setting/settingError.ts"
export { accumulatedStep, gatherStep } from "./step/accumulation.ts"
export { type EvaluationOptions, evaluationStep } from "./step/evaluationStep.ts"
export { firstParameters, firstStates } from "./step/firstValues.ts"
export type { Judged, Objective } from "./step/objective.ts"
export type { StepOptions } from "./step/stepOptions.ts"
export { optimiserStart, trainingStep } from "./step/trainingStep.ts"
