// What guests in AssemblyScript need of the ABI (abi/README.md): room for a request, and a reader and a writer of
// MessagePack that trust the host, as a frame that the host has written breaks no rule.

const size: u32 = 1 << 16;
const room: usize = memory.data(1 << 16);

export function skep_v1_alloc(n: u32): usize {
  return n <= size ? room : 0;
}

export function place(from: usize, end: usize): u64 {
  return (<u64>from << 32) | <u64>(end - from);
}

// at is where the reader stands.
export let at: usize = 0;

export function seek(p: usize): void {
  at = p;
}

function be(bytes: u32): u64 {
  let v: u64 = 0;
  for (let i: u32 = 0; i < bytes; i++) v = (v << 8) | load<u8>(at++);
  return v;
}

// str reads the head of a str or bin.
export function str(): u32 {
  const c = load<u8>(at++);
  if (c >= 0xa0 && c < 0xc0) return c & 31;
  return <u32>be(c == 0xd9 || c == 0xc4 ? 1 : c == 0xda || c == 0xc5 ? 2 : 4);
}

// count reads the head of an array or a map.
export function count(): u32 {
  const c = load<u8>(at++);
  if (c >= 0x80 && c < 0xa0) return c & 15;
  return <u32>be(c == 0xdc || c == 0xde ? 2 : 4);
}

// skip passes over a value.
export function skip(): void {
  for (let todo: u32 = 1; todo > 0; todo--) {
    const c = load<u8>(at);
    if (c < 0x80 || c >= 0xe0 || c == 0xc0 || c == 0xc2 || c == 0xc3) {
      at++;
    } else if (c < 0x90 || c == 0xde || c == 0xdf) {
      todo += 2 * count();
    } else if (c < 0xa0 || c == 0xdc || c == 0xdd) {
      todo += count();
    } else if (c < 0xc0 || (c >= 0xc4 && c <= 0xc6) || (c >= 0xd9 && c <= 0xdb)) {
      const n = str();
      at += n;
    } else if (c == 0xca || c == 0xcb) {
      at += c == 0xca ? 5 : 9;
    } else {
      at += 1 + (1 << (c & 3));
    }
  }
}

// find goes to the value of a key in the map where the reader stands, which has it.
export function find(key: usize, n: u32): void {
  for (let pairs = count(); pairs > 0; pairs--) {
    const length = str();
    const same = length == n && memory.compare(at, key, n) == 0;
    at += length;
    if (same) return;
    skip();
  }
  unreachable();
}

// number reads a number of any type.
export function number(): f64 {
  const c = load<u8>(at++);
  if (c < 0x80 || c >= 0xe0) return <f64>(<i8>c);
  const bits = be(c == 0xcb ? 8 : c == 0xca ? 4 : 1 << (c & 3));
  switch (c) {
    case 0xcb:
      return reinterpret<f64>(bits);
    case 0xca:
      return <f64>reinterpret<f32>(<u32>bits);
    case 0xd0:
      return <f64>(<i8>bits);
    case 0xd1:
      return <f64>(<i16>bits);
    case 0xd2:
      return <f64>(<i32>bits);
    case 0xd3:
      return <f64>(<i64>bits);
    default:
      return <f64>bits;
  }
}

// to is where the writer stands.
let to: usize = 0;

export function write(p: usize): void {
  to = p;
}

export function written(): usize {
  return to;
}

export function put(byte: u32): void {
  store<u8>(to++, <u8>byte);
}

// putStr writes text of less than 32 bytes.
export function putStr(text: usize, n: u32): void {
  put(0xa0 | n);
  memory.copy(to, text, n);
  to += n;
}

export function putFloat(v: f64): void {
  put(0xcb);
  store<u64>(to, bswap<u64>(reinterpret<u64>(v)));
  to += 8;
}
