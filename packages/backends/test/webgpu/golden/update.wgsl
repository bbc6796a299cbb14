// 0: tensors, of region 0, in 21 workgroups

@group(0) @binding(0) var<storage, read_write> buffer0: array<f32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
@group(0) @binding(2) var<storage, read> table: array<i32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let entry = 1 + 3 * group;
  let tensor = table[entry];
  let first = table[entry + 1];
  let e0 = buffer0[table[0]];
  let last = min(first + 1024, table[tensor + 5]);
  for (var at = first + thread; at < last; at += 256) {
    let e1 = buffer1[table[tensor] + at];
    let e2 = buffer0[table[tensor + 1] + at];
    let e3 = (e1 * 0.8999999761581421f) + e2;
    let e4 = buffer1[table[tensor + 2] + at];
    buffer1[table[tensor + 3] + at] = e3;
    buffer1[table[tensor + 4] + at] = e4 - (e3 * e0);
  }
}

// 1: elementwise, of region 1, in 1 workgroup

@group(0) @binding(0) var<storage, read_write> buffer0: array<f32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
@group(0) @binding(2) var<storage, read_write> buffer2: array<f32>;
@group(0) @binding(3) var<storage, read_write> buffer3: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let row = group * 64 + thread;
  if (row < 1) {
    let e0 = buffer0[0];
    let e1 = buffer1[0];
    let e2 = (e0 * 0.8999999761581421f) + e1;
    let e3 = buffer2[0];
    let e4 = buffer3[0];
    buffer0[0] = e2;
    buffer2[0] = e3 - (e2 * e4);
  }
}
