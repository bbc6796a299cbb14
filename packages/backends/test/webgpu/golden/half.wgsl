// 0: elementwise, of region 0, in 88 workgroups

enable f16;

@group(0) @binding(0) var<storage, read_write> buffer0: array<f32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f16>;

fn kept_f32(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0xbfffffffu);
}

fn rest_by_ln2_f32(x: f32, count: f32) -> f32 {
  return kept_f32(x - count * 0.693359375f) - count * (-0.00021219444170128554f);
}

fn scale_f32(x: f32, exponent: i32) -> f32 {
  let first = clamp(exponent, -100, 127);
  return bitcast<f32>(bitcast<i32>(x) + (first << 23u)) * bitcast<f32>((exponent - first + 127) << 23u);
}

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn unless_nan_f32(result: f32, operand: f32) -> f32 {
  return bitcast<f32>(select(bitcast<u32>(result), 0x7fc00000u, is_nan(operand)));
}

fn exp_f32(x: f32) -> f32 {
  let clamped = clamp(x, (-104.0f), 89.0f);
  let count = round(clamped * 1.4426950216293335f);
  let rest = rest_by_ln2_f32(clamped, count);
  let power = ((((((0.001383890165016055f * rest + 0.008369192481040955f) * rest + 0.04166810214519501f) * rest + 0.16666516661643982f) * rest + 0.4999999403953552f) * rest + 1.0f) * rest + 1.0f);
  return unless_nan_f32(scale_f32(power, i32(count)), x);
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let first = group * 1024 + thread;
  {
    let row = first;
    if (row < 90000) {
      let e0 = buffer0[row];
      buffer1[row] = f16(exp_f32(e0));
    }
  }
  {
    let row = first + 256;
    if (row < 90000) {
      let e1 = buffer0[row];
      buffer1[row] = f16(exp_f32(e1));
    }
  }
  {
    let row = first + 512;
    if (row < 90000) {
      let e2 = buffer0[row];
      buffer1[row] = f16(exp_f32(e2));
    }
  }
  {
    let row = first + 768;
    if (row < 90000) {
      let e3 = buffer0[row];
      buffer1[row] = f16(exp_f32(e3));
    }
  }
}

// 1: cumulative sum, of region 1, in 300 workgroups

enable f16;

@group(0) @binding(0) var<storage, read_write> buffer0: array<f16>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f16>;
var<workgroup> runs: array<f32, 256>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let row = group;
  var sum = 0.0f;
  for (var r = thread * 2; r < min(300, thread * 2 + 2); r++) {
    let e0 = f32(buffer0[300 * row + r]);
    sum = sum + e0;
  }
  runs[thread] = sum;
  workgroupBarrier();
  sum = 0.0f;
  for (var k = 0; k < thread; k++) {
    sum = sum + runs[k];
  }
  for (var r = thread * 2; r < min(300, thread * 2 + 2); r++) {
    let e1 = f32(buffer0[300 * row + r]);
    sum = sum + e1;
    buffer1[300 * row + r] = f16(sum);
  }
}

// 2: reduction, of region 2, in 2 workgroups

enable f16;

@group(0) @binding(0) var<storage, read_write> buffer0: array<f16>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
var<workgroup> part0_0_f32_256: array<f32, 256>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let row = group;
  let lane = thread;
  var e0 = 0.0f;
  for (var r = lane; r < 45000; r += 256) {
    let r0 = r / 300;
    let r1 = r % 300;
    let e1 = f32(buffer0[300 * r1 + 150 * row + r0]);
    e0 = e0 + e1;
  }
  part0_0_f32_256[thread] = e0;
  workgroupBarrier();
  var e2: f32;
  if ((lane & 15) == 0) {
    e2 = part0_0_f32_256[thread];
    for (var k = 1; k < 16; k++) {
      e2 = e2 + part0_0_f32_256[thread + k];
    }
    part0_0_f32_256[thread] = e2;
  }
  workgroupBarrier();
  e2 = part0_0_f32_256[0];
  for (var k = 1; k < 16; k++) {
    e2 = e2 + part0_0_f32_256[16 * k];
  }
  if (lane == 0) {
    buffer1[row] = e2;
  }
}

// 3: reduction, of region 2, in 1 workgroup

@group(0) @binding(0) var<storage, read_write> buffer0: array<f32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let row = group * 64 + thread;
  if (row < 1) {
    var e0 = 0.0f;
    for (var r = 0; r < 2; r++) {
      let e1 = buffer0[r];
      e0 = e0 + e1;
    }
    buffer1[0] = e0;
  }
}
