// 0: reduction, of region 0, in 75 workgroups

@group(0) @binding(0) var<storage, read_write> buffer0: array<f32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
var<workgroup> part0_0_f32_256: array<f32, 256>;
var<workgroup> part1_0_f32_256: array<f32, 256>;

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn equal_f32(a: f32, b: f32) -> bool {
  return (a == b) & !is_nan(a) & !is_nan(b);
}

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

fn infinity_f32() -> f32 {
  let bits = 0x7f800000u;
  return bitcast<f32>(bits);
}

fn maximum_f32(a: f32, b: f32) -> f32 {
  let x = bitcast<i32>(a);
  let y = bitcast<i32>(b);
  let greater = select(max(x, y), min(x, y), (x & y) < 0);
  return bitcast<f32>(select(greater, 0x7fc00000, is_nan(a) | is_nan(b)));
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let row = group * 4 + (thread >> 6u);
  let lane = thread & 63;
  var e0 = -infinity_f32();
  for (var r = lane; r < 65; r += 64) {
    let e1 = buffer0[65 * row + r];
    e0 = maximum_f32(e0, e1);
  }
  let start0 = thread - lane;
  part0_0_f32_256[thread] = e0;
  workgroupBarrier();
  var e2: f32;
  if ((lane & 15) == 0) {
    e2 = part0_0_f32_256[thread];
    for (var k = 1; k < 16; k++) {
      e2 = maximum_f32(e2, part0_0_f32_256[thread + k]);
    }
    part0_0_f32_256[thread] = e2;
  }
  workgroupBarrier();
  e2 = part0_0_f32_256[start0];
  for (var k = 1; k < 4; k++) {
    e2 = maximum_f32(e2, part0_0_f32_256[start0 + 16 * k]);
  }
  var e3 = 0.0f;
  for (var r = lane; r < 65; r += 64) {
    let e4 = buffer0[65 * row + r];
    let e5 = exp_f32(e4 - select(e2, 0.0f, equal_f32(e2, -infinity_f32())));
    e3 = e3 + e5;
  }
  let start1 = thread - lane;
  part1_0_f32_256[thread] = e3;
  workgroupBarrier();
  var e6: f32;
  if ((lane & 15) == 0) {
    e6 = part1_0_f32_256[thread];
    for (var k = 1; k < 16; k++) {
      e6 = e6 + part1_0_f32_256[thread + k];
    }
    part1_0_f32_256[thread] = e6;
  }
  workgroupBarrier();
  e6 = part1_0_f32_256[start1];
  for (var k = 1; k < 4; k++) {
    e6 = e6 + part1_0_f32_256[start1 + 16 * k];
  }
  for (var r = lane; r < 65; r += 64) {
    let e7 = buffer0[65 * row + r];
    let e8 = exp_f32(e7 - select(e2, 0.0f, equal_f32(e2, -infinity_f32())));
    buffer1[65 * row + r] = e8 / select(e6, 1.0f, equal_f32(e6, 0.0f));
  }
}
