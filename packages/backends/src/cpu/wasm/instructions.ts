export { atomicI32 } from "./atomic.ts"
export { copyBytes, f32, f64, fillBytes, i32, i64, select } from "./scalar.ts"
export { f32x4, f64x2, i16x8, i32x4, i64x2, shuffle, shuffle32, v128 } from "./vector.ts"
