// 0: reduction, of region 0, in 6 workgroups

@group(0) @binding(0) var<storage, read_write> buffer0: array<f32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
var<workgroup> part0_0_f32_256: array<f32, 256>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let row = group * 16 + (thread & 15);
  let lane = thread >> 4u;
  var e0 = 0.0f;
  for (var r = lane; r < 500; r += 16) {
    let e1 = buffer0[96 * r + row];
    e0 = e0 + e1;
  }
  let start0 = thread & 15;
  part0_0_f32_256[thread] = e0;
  workgroupBarrier();
  var e2 = part0_0_f32_256[start0];
  for (var k = 1; k < 16; k++) {
    e2 = e2 + part0_0_f32_256[start0 + 16 * k];
  }
  if (lane == 0) {
    buffer1[row] = e2;
  }
}
