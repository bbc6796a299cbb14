import { assert, describe, it } from "vitest"
import { meanProfile, type Profile, printProfile } from "../src/index.ts"

const product = { kind: "product", kernel: "product 64x64x64", bytes: 49_152, flop: 524_288 } as const
const profile: Profile = {
  device: "cpu",
  milliseconds: 0.12,
  kernels: [
    { region: 0, ...product, nanoseconds: 20_000 },
    { region: 1, kind: "gather", kernel: "loops 64x96", bytes: 49_408, flop: 0, nanoseconds: 1234.5 },
    { region: 2, ...product, nanoseconds: 30_000 },
    { region: 10, kind: "elementwise", kernel: "loops 1: add", bytes: 12, flop: 1, nanoseconds: 0 }
  ]
}

describe("a profile as text", () => {
  it("is a table, the longest first", () => {
    assert.strictEqual(
      printProfile(profile),
      `cpu: a run of 0.120 ms

  µs   share  GFLOP/s   GB/s  region  kind         kernel
30.0   58.6%    17.48   1.64       2  product      product 64x64x64
20.0   39.0%    26.21   2.46       0  product      product 64x64x64
 1.2    2.4%        -  40.02       1  gather       loops 64x96
 0.0    0.0%        -      -      10  elementwise  loops 1: add
51.2  100.0%    20.47   2.88                       all kernels`
    )
  })

  it("has one line for kernels that are alike, where that is asked for", () => {
    assert.strictEqual(
      printProfile(profile, { grouped: true }),
      `cpu: a run of 0.120 ms

  µs   share  GFLOP/s   GB/s  count  kind         kernel
50.0   97.6%    20.97   1.97      2  product      product 64x64x64
 1.2    2.4%        -  40.02      1  gather       loops 64x96
 0.0    0.0%        -      -      1  elementwise  loops 1: add
51.2  100.0%    20.47   2.88      4               all kernels`
    )
  })

  it("of a run that computed nothing has only its head and its end", () => {
    assert.strictEqual(
      printProfile({ ...profile, kernels: [] }),
      `cpu: a run of 0.120 ms

 µs  share  GFLOP/s  GB/s  region  kind  kernel
0.0      -        -     -                all kernels`
    )
  })
})

describe("the mean of profiles", () => {
  it("is that of the run, and of each kernel", () => {
    const [first, , third] = profile.kernels
    const other: Profile = { ...profile, milliseconds: 0.2, kernels: [{ ...first!, nanoseconds: 22_000 }, third!] }
    const both: Profile = { ...profile, kernels: [first!, third!] }
    const mean = meanProfile([both, other])
    assert.closeTo(mean.milliseconds, 0.16, 1e-12)
    assert.deepStrictEqual(mean.kernels, [{ ...first!, nanoseconds: 21_000 }, third!])
    assert.deepStrictEqual(meanProfile([profile]), profile)
  })
})
