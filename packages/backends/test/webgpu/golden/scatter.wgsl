// 0: reduction, of region 0, in 1 workgroup

@group(0) @binding(0) var<storage, read_write> buffer0: array<i32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
@group(0) @binding(2) var<storage, read_write> buffer2: array<f32>;
@group(0) @binding(3) var<storage, read_write> buffer3: array<f32>;
var<workgroup> part0_0_f32_256: array<f32, 256>;

fn nan_f32() -> f32 {
  let bits = 0x7fc00000u;
  return bitcast<f32>(bits);
}

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
  for (var r = lane; r < 20480; r += 256) {
    let r0 = r >> 6u;
    let r1 = r & 63;
    let e1 = buffer0[r0];
    let e2 = buffer1[64 * select(0, e1, u32(e1) < 100u) + r1];
    let e3 = select(nan_f32(), e2, u32(e1) < 100u);
    e0 = e0 + (e3 * e3);
    buffer2[r1 + 64 * r0] = e3;
  }
  part0_0_f32_256[thread] = e0;
  workgroupBarrier();
  var e4: f32;
  if ((lane & 15) == 0) {
    e4 = part0_0_f32_256[thread];
    for (var k = 1; k < 16; k++) {
      e4 = e4 + part0_0_f32_256[thread + k];
    }
    part0_0_f32_256[thread] = e4;
  }
  workgroupBarrier();
  e4 = part0_0_f32_256[0];
  for (var k = 1; k < 16; k++) {
    e4 = e4 + part0_0_f32_256[16 * k];
  }
  if (lane == 0) {
    buffer3[0] = e4;
  }
}

// 1: scatter, of region 1, in 100 workgroups

@group(0) @binding(0) var<storage, read_write> buffer0: array<i32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
@group(0) @binding(2) var<storage, read_write> buffer2: array<f32>;
var<workgroup> flags: array<atomic<u32>, 2>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let i0 = group;
  let wanted = thread;
  let i1 = min(wanted, 63);
  var total = 0.0f;
  for (var start = 0; start < 320; start += 64) {
    workgroupBarrier();
    if (thread < 2) {
      atomicStore(&flags[thread], 0u);
    }
    workgroupBarrier();
    let r = start + thread;
    if (r < 320) {
      let e0 = buffer0[r];
      if (u32(e0 - i0) < 1u) {
        atomicOr(&flags[thread / 32], 1u << (u32(thread) % 32u));
      }
    }
    workgroupBarrier();
    for (var w = 0; w < 2; w++) {
      var word = atomicLoad(&flags[w]);
      while (word != 0u) {
        let bit = i32(firstTrailingBit(word));
        word = word & (word - 1u);
        let r = start + 32 * w + bit;
        let e1 = buffer1[i1 + 64 * r];
        let e2 = e1 * 2.0f;
        total = total + e2;
      }
    }
  }
  if (wanted < 64) {
    buffer2[64 * i0 + i1] = total;
  }
}

// 2: elementwise, of region 2, in 25 workgroups

@group(0) @binding(0) var<storage, read_write> buffer0: array<f32>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
@group(0) @binding(2) var<storage, read_write> buffer2: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32
) {
  let thread = i32(invocation);
  let group = i32(workgroup.x);
  let row = group * 256 + thread;
  let e0 = buffer0[row];
  let e1 = buffer1[row];
  let e2 = buffer2[0];
  buffer0[row] = e0 - (e1 * e2);
}
