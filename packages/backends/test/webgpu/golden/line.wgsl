// 0: reduction, of region 0, in 1 workgroup

@group(0) @binding(0) var<storage, read_write> buffer0: array<f32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
@group(0) @binding(2) var<storage, read_write> buffer2: array<f32>;
@group(0) @binding(3) var<storage, read_write> buffer3: array<f32>;
@group(0) @binding(4) var<storage, read_write> buffer4: array<f32>;
@group(0) @binding(5) var<storage, read_write> buffer5: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let row = group * 64 + thread;
  if (row < 1) {
    let e0 = buffer1[0];
    let e1 = buffer2[0];
    let e2 = buffer4[0];
    var e3 = 0.0f;
    var e4 = 0.0f;
    var e5 = 0.0f;
    for (var r = 0; r < 8; r++) {
      let e6 = buffer0[r];
      let e7 = buffer3[r];
      let e8 = ((e6 * e0) + e1) - e7;
      let e9 = 0.125f * (e8 * 2.0f);
      e3 = e3 + (e8 * e8);
      e4 = e4 + e9;
      e5 = e5 + (e9 * e6);
    }
    buffer5[0] = e3 * 0.125f;
    buffer2[0] = e1 - (e4 * e2);
    buffer1[0] = e0 - (e5 * e2);
  }
}
