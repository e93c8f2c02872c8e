// Endpoint classify predicts the class of each record from twenty numbers, as package model does.
import { at, count, find, number, place, put, putFloat, putStr, seek, str, write, written } from "./skep";
export { skep_v1_alloc } from "./skep";

const features: i32 = 20;
const classes: i32 = 3;

const records: usize = memory.data<u8>([0x72, 0x65, 0x63, 0x6f, 0x72, 0x64, 0x73]);
const predicted: usize = memory.data<u8>([0x70, 0x72, 0x65, 0x64, 0x69, 0x63, 0x74, 0x69, 0x6f, 0x6e]);
const probas: usize = memory.data<u8>([0x70, 0x72, 0x6f, 0x62, 0x61, 0x73]);
// apple, pear and plum, each in eight bytes
const names: usize = memory.data<u8>([
  0x61, 0x70, 0x70, 0x6c, 0x65, 0, 0, 0, 0x70, 0x65, 0x61, 0x72, 0, 0, 0, 0, 0x70, 0x6c, 0x75, 0x6d, 0, 0, 0, 0,
]);

const x: usize = memory.data(20 * 8);
const p: usize = memory.data(3 * 8);
const result: usize = memory.data(1 << 16);

function weight(c: i32, i: i32): f64 {
  return <f64>(((c * 7 + i * 5) % 11) - 5) / 4;
}

function putName(c: i32): void {
  putStr(names + c * 8, c == 0 ? 5 : 4);
}

function classify(): void {
  let sum: f64 = 0;
  for (let c = 0; c < classes; c++) {
    let score: f64 = <f64>c / 8;
    for (let i = 0; i < features; i++) score += weight(c, i) * load<f64>(x + i * 8);
    const v: f64 = 1 + score / (1 + abs(score));
    store<f64>(p + c * 8, v);
    sum += v;
  }
  let best = 0;
  for (let c = 0; c < classes; c++) {
    const v = load<f64>(p + c * 8) / sum;
    store<f64>(p + c * 8, v);
    if (v > load<f64>(p + best * 8)) best = c;
  }
  put(0x82);
  putStr(predicted, 10);
  putName(best);
  putStr(probas, 6);
  put(0x80 | classes);
  for (let c = 0; c < classes; c++) {
    putName(c);
    putFloat(load<f64>(p + c * 8));
  }
}

export function skep_v1_call(request: usize, size: u32): u64 {
  seek(request);
  find(records, 7);
  const rows = count();
  write(result);
  put(0x92);
  put(1);
  put(0xdc);
  put(rows >> 8);
  put(rows);
  for (let row: u32 = 0; row < rows; row++) {
    let seen: u32 = 0;
    for (let pairs = count(); pairs > 0; pairs--) {
      const n = str();
      let i: u32 = 0;
      for (let digit: u32 = 1; digit < n; digit++) i = i * 10 + load<u8>(at + digit) - 0x30;
      if (load<u8>(at) != 0x66 || i >= <u32>features) unreachable();
      seek(at + n);
      store<f64>(x + i * 8, number());
      seen |= 1 << i;
    }
    if (seen != (1 << features) - 1) unreachable();
    classify();
  }
  return place(result, written());
}
