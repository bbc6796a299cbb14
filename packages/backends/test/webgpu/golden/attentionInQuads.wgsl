// 0: attention 2x40x40x16, of region 0, in 2 workgroups

enable subgroups;

diagnostic(off, subgroup_uniformity);

@group(0) @binding(0) var<storage, read_write> buffer0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> buffer2: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> buffer3: array<vec4<f32>>;

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

fn split_f32(bits: u32) -> vec2<f32> {
  let is_subnormal = bits < 0x00800000u;
  let normal = bitcast<i32>(select(bits, bitcast<u32>(f32(bits)), is_subnormal));
  let exponent = (normal - 1060439283) >> 23u;
  let significand = bitcast<f32>(normal - (exponent << 23u));
  return vec2<f32>(significand, f32(select(exponent, exponent - 149, is_subnormal)));
}

fn logarithm_f32(f: f32, k: f32) -> f32 {
  return k * 0.693359375f + (f + (f * f * (((((((((-0.07643149048089981f) * f + 0.12766991555690765f) * f + (-0.131595179438591f)) * f + 0.14200948178768158f) * f + (-0.1662333458662033f)) * f + 0.20001260936260223f) * f + (-0.250008225440979f)) * f + 0.3333333134651184f) * f + (-0.5f)) + k * (-0.00021219444170128554f)));
}

fn log_f32(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let parts = split_f32(bits);
  let result = logarithm_f32(parts.x - 1.0f, parts.y);
  let not_positive = select(0x7fc00000u, 0xff800000u, (bits << 1u) == 0u);
  let special = select(not_positive, 0x7f800000u, bits == 0x7f800000u);
  return bitcast<f32>(select(bitcast<u32>(result), special, bits - 1u >= 0x7f7fffffu));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let head = group;
  let block = 0;
  let lane = 0;
  let slice = 0;
  let line = (thread & 63);
  let row = min(block * 64 + line, 39);
  let end = row + 1;
  var query: array<vec4f, 4>;
  for (var v = 0; v < 4; v++) {
    query[v] = buffer0[160 * head + 4 * row + v];
  }
  var sum: array<vec4f, 4>;
  var shift = -0x1.fffffep+127f;
  var total = 0.0f;
  for (var place = 0; place < min(40, block * 64 + (line | 3) + 1); place++) {
    let keyPart0 = buffer1[160 * head + 4 * place + (thread & 3)];
    let key0OfOther = quadBroadcast(keyPart0, 0u);
    let key1OfOther = quadBroadcast(keyPart0, 1u);
    let key2OfOther = quadBroadcast(keyPart0, 2u);
    let key3OfOther = quadBroadcast(keyPart0, 3u);
    let valuePart0 = buffer2[160 * head + 4 * place + (thread & 3)];
    let value0OfOther = quadBroadcast(valuePart0, 0u);
    let value1OfOther = quadBroadcast(valuePart0, 1u);
    let value2OfOther = quadBroadcast(valuePart0, 2u);
    let value3OfOther = quadBroadcast(valuePart0, 3u);
    if (place < end) {
      let scores = dot(query[0], key0OfOther) + dot(query[1], key1OfOther) + dot(query[2], key2OfOther) + dot(query[3], key3OfOther);
      let scaled = scores * 0.25f;
      if (scaled > shift) {
        let factor = exp_f32(shift - scaled);
        shift = scaled;
        total *= factor;
        for (var v = 0; v < 4; v++) {
          sum[v] *= factor;
        }
      }
      let weights = exp_f32(scaled - shift);
      total += weights;
      sum[0] += weights * value0OfOther;
      sum[1] += weights * value1OfOther;
      sum[2] += weights * value2OfOther;
      sum[3] += weights * value3OfOther;
    }
  }
  let factor = 1.0f;
  let isNothing = total == 0.0f;
  let share = factor / select(total, 1.0f, isNothing);
  for (var v = 0; v < 4; v++) {
    sum[v] *= share;
  }
  for (var v = 0; v < 4; v++) {
    let total = sum[v];
    let row = block * 64 + line;
    if (row < 40) {
      buffer3[(head * 40 + row) * 4 + v] = total;
    }
  }
}
