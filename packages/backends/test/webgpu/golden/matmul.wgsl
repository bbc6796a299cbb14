// 0: matmul 32x32, of region 0, in 6 workgroups

@group(0) @binding(0) var<storage, read_write> buffer0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> buffer2: array<f32>;
@group(0) @binding(3) var<storage, read_write> buffer3: array<f32>;

fn with_sign_f32(magnitude: f32, sign: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(magnitude) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u));
}

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn unless_nan_f32(result: f32, operand: f32) -> f32 {
  return bitcast<f32>(select(bitcast<u32>(result), 0x7fc00000u, is_nan(operand)));
}

fn erf_f32(x: f32) -> f32 {
  let magnitude = min(abs(x), 3.930000066757202f);
  let square = magnitude * magnitude;
  let scaled = magnitude * 16777216.0f;
  let close = (scaled + scaled * ((((((0.00007993927283678204f * square + (-0.0008048674208112061f)) * square + 0.005192279350012541f) * square + (-0.026855677366256714f)) * square + 0.11283624917268753f) * square + (-0.3761262893676758f)) * square + 0.12837916612625122f)) * 5.960464477539063e-8f;
  let beyond = max(magnitude, 0.9801428318023682f) - 0.9801428318023682f;
  let y = beyond * ((((((((-0.000024651928470120765f) * beyond + 0.00002271080666105263f) * beyond + 0.001335232867859304f) * beyond + (-0.00566784106194973f)) * beyond + (-0.0031595625914633274f)) * beyond + 0.05107651278376579f) * beyond + 0.0012908442877233028f) * beyond + (-0.4155971109867096f));
  let root = 0.4070710241794586f + y * (y + 1.2760423421859741f);
  return unless_nan_f32(with_sign_f32(min(close, 1.0f - root * root), x), x);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let tile = group;
  let firstRow = (tile / 3) * 32;
  let firstColumn = (tile % 3) * 32;
  let ownRow = (thread / 8) * 4;
  let ownColumn = (thread % 8) * 4;
  let aStart = 0;
  let bStart = 0;
  var sum0: vec4<f32>;
  var sum1: vec4<f32>;
  var sum2: vec4<f32>;
  var sum3: vec4<f32>;
  let aLine0 = aStart + min(firstRow + ownRow + 0, 47) * 64;
  let aLine1 = aStart + min(firstRow + ownRow + 1, 47) * 64;
  let aLine2 = aStart + min(firstRow + ownRow + 2, 47) * 64;
  let aLine3 = aStart + min(firstRow + ownRow + 3, 47) * 64;
  let bLine0 = bStart + min(firstColumn + ownColumn + 0, 92);
  for (var k = 0; k < 64; k += 4) {
    let aStep0 = k;
    let bStep0 = k * 96;
    let bStep1 = (k + 1) * 96;
    let bStep2 = (k + 2) * 96;
    let bStep3 = (k + 3) * 96;
    let a0 = buffer0[(aLine0 + aStep0) >> 2u];
    let a1 = buffer0[(aLine1 + aStep0) >> 2u];
    let a2 = buffer0[(aLine2 + aStep0) >> 2u];
    let a3 = buffer0[(aLine3 + aStep0) >> 2u];
    let b0_0 = buffer1[(bLine0 + bStep0) >> 2u];
    let b1_0 = buffer1[(bLine0 + bStep1) >> 2u];
    let b2_0 = buffer1[(bLine0 + bStep2) >> 2u];
    let b3_0 = buffer1[(bLine0 + bStep3) >> 2u];
    let w0_0 = b0_0;
    sum0 = sum0 + a0[0] * w0_0;
    sum1 = sum1 + a1[0] * w0_0;
    sum2 = sum2 + a2[0] * w0_0;
    sum3 = sum3 + a3[0] * w0_0;
    let w1_0 = b1_0;
    sum0 = sum0 + a0[1] * w1_0;
    sum1 = sum1 + a1[1] * w1_0;
    sum2 = sum2 + a2[1] * w1_0;
    sum3 = sum3 + a3[1] * w1_0;
    let w2_0 = b2_0;
    sum0 = sum0 + a0[2] * w2_0;
    sum1 = sum1 + a1[2] * w2_0;
    sum2 = sum2 + a2[2] * w2_0;
    sum3 = sum3 + a3[2] * w2_0;
    let w3_0 = b3_0;
    sum0 = sum0 + a0[3] * w3_0;
    sum1 = sum1 + a1[3] * w3_0;
    sum2 = sum2 + a2[3] * w3_0;
    sum3 = sum3 + a3[3] * w3_0;
  }
  var sums = array<vec4<f32>, 4>(sum0, sum1, sum2, sum3);
  for (var i = 0; i < 4; i++) {
    for (var j = 0; j < 4; j++) {
      let row = firstRow + ownRow + i;
      let column = firstColumn + ownColumn + j;
      if (row < 48 && column < 96) {
        let element = sums[i * 1 + (j >> 2u)][j & 3];
        let i0 = row;
        let i1 = column;
        let e0 = buffer2[i1];
        let e1 = element + e0;
        buffer3[96 * i0 + i1] = e1 * ((erf_f32(e1 * 0.7071067690849304f) + 1.0f) * 0.5f);
      }
    }
  }
}
