// 0: reduction, of region 0, in 63 workgroups

enable subgroups;

@group(0) @binding(0) var<storage, read_write> buffer0: array<f32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
@group(0) @binding(2) var<storage, read_write> buffer2: array<f32>;
@group(0) @binding(3) var<storage, read_write> buffer3: array<f32>;

fn sqrt_f32(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let is_undefined = (bits > 0x7f800000u) & (bits != 0x80000000u);
  return bitcast<f32>(select(bitcast<u32>(sqrt(x)), 0x7fc00000u, is_undefined));
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let wanted = group * 8 + (thread >> 5u);
  let row = min(wanted, 499);
  let lane = thread & 31;
  var e0 = 0.0f;
  for (var r = lane; r < 96; r += 32) {
    let e1 = buffer0[96 * row + r];
    e0 = e0 + e1;
  }
  e0 = e0 + subgroupShuffleXor(e0, 1u);
  e0 = e0 + subgroupShuffleXor(e0, 2u);
  e0 = e0 + subgroupShuffleXor(e0, 4u);
  e0 = e0 + subgroupShuffleXor(e0, 8u);
  e0 = e0 + subgroupShuffleXor(e0, 16u);
  var e2 = 0.0f;
  for (var r = lane; r < 96; r += 32) {
    let e3 = buffer0[96 * row + r];
    let e4 = e3 - (e0 / 96.0f);
    e2 = e2 + (e4 * e4);
  }
  e2 = e2 + subgroupShuffleXor(e2, 1u);
  e2 = e2 + subgroupShuffleXor(e2, 2u);
  e2 = e2 + subgroupShuffleXor(e2, 4u);
  e2 = e2 + subgroupShuffleXor(e2, 8u);
  e2 = e2 + subgroupShuffleXor(e2, 16u);
  if (wanted == row) {
    for (var r = lane; r < 96; r += 32) {
      let e5 = buffer0[96 * row + r];
      let e6 = e5 - (e0 / 96.0f);
      let e7 = buffer1[r];
      let e8 = buffer2[r];
      buffer3[96 * row + r] = ((e6 * (1.0f / sqrt_f32((e2 / 96.0f) + 0.000009999999747378752f))) * e7) + e8;
    }
  }
}
