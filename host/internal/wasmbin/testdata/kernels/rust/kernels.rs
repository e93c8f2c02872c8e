// The kernels in Rust whose metering is measured. Each takes a size and gives a checksum.
use std::collections::HashMap;
use std::fmt::Write;

#[no_mangle]
pub extern "C" fn fib(n: i32) -> i64 {
    if n < 2 { n as i64 } else { fib(n - 1) + fib(n - 2) }
}

#[no_mangle]
pub extern "C" fn sieve(n: i32) -> i64 {
    let n = n as usize;
    let mut composite = vec![false; n];
    let mut count = 0;
    for i in 2..n {
        if composite[i] {
            continue;
        }
        count += 1;
        for j in (2 * i..n).step_by(i) {
            composite[j] = true;
        }
    }
    count
}

#[no_mangle]
pub extern "C" fn matmul(n: i32) -> i64 {
    let n = n as usize;
    let a: Vec<f64> = (0..n * n).map(|i| (i % 7) as f64).collect();
    let b: Vec<f64> = (0..n * n).map(|i| (i % 5) as f64).collect();
    let mut c = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            let mut sum = 0.0;
            for k in 0..n {
                sum += a[i * n + k] * b[k * n + j];
            }
            c[i * n + j] = sum;
        }
    }
    c[n + 1] as i64
}

struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1664525).wrapping_add(1013904223);
        self.0 >> 8
    }
}

#[no_mangle]
pub extern "C" fn sort(n: i32) -> i64 {
    let mut random = Random(1);
    let mut list: Vec<u32> = (0..n).map(|_| random.next()).collect();
    list.sort_unstable();
    list[n as usize / 2] as i64
}

#[no_mangle]
pub extern "C" fn table(n: i32) -> i64 {
    let mut random = Random(2);
    let mut counts: HashMap<String, i64> = HashMap::new();
    for _ in 0..n {
        *counts.entry(format!("key{}", random.next() % 1000)).or_default() += 1;
    }
    counts.get("key7").copied().unwrap_or(0) + counts.len() as i64
}

#[no_mangle]
pub extern "C" fn fnv(n: i32) -> i64 {
    let mut hash = 2166136261u32;
    for i in 0..n {
        hash = (hash ^ i as u8 as u32).wrapping_mul(16777619);
    }
    hash as i64
}

const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

fn block(h: &mut [u32; 8], p: &[u8]) {
    let mut w = [0u32; 64];
    for i in 0..16 {
        w[i] = u32::from_be_bytes([p[4 * i], p[4 * i + 1], p[4 * i + 2], p[4 * i + 3]]);
    }
    for i in 16..64 {
        let (x, y) = (w[i - 15], w[i - 2]);
        let x = x.rotate_right(7) ^ x.rotate_right(18) ^ x >> 3;
        let y = y.rotate_right(17) ^ y.rotate_right(19) ^ y >> 10;
        w[i] = w[i - 16].wrapping_add(w[i - 7]).wrapping_add(x).wrapping_add(y);
    }
    let mut v = *h;
    for i in 0..64 {
        let (a, e) = (v[0], v[4]);
        let s = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let x = v[7].wrapping_add(s).wrapping_add((e & v[5]) ^ (!e & v[6])).wrapping_add(ROUNDS[i]).wrapping_add(w[i]);
        let s = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let y = s.wrapping_add((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        v.copy_within(0..7, 1);
        v[4] = v[4].wrapping_add(x);
        v[0] = x.wrapping_add(y);
    }
    for i in 0..8 {
        h[i] = h[i].wrapping_add(v[i]);
    }
}

// n is a multiple of 64; there is no padding.
#[no_mangle]
pub extern "C" fn sha(n: i32) -> i64 {
    let mut h = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
    for p in vec![0u8; n as usize].chunks_exact(64) {
        block(&mut h, p);
    }
    h[0] as i64
}

#[no_mangle]
pub extern "C" fn text(n: i32) -> i64 {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut from = String::new();
    for i in 0..n {
        writeln!(from, "item {}", i).unwrap();
    }
    let mut to = String::new();
    for s in from.as_bytes().chunks(3) {
        let v = (s[0] as usize) << 16 | (*s.get(1).unwrap_or(&0) as usize) << 8 | *s.get(2).unwrap_or(&0) as usize;
        for shift in [18, 12, 6, 0] {
            to.push(digits[v >> shift & 63] as char);
        }
    }
    to.len() as i64
}

struct Node(Option<Box<(Node, Node)>>);

fn grow(depth: i32) -> Node {
    Node((depth > 0).then(|| Box::new((grow(depth - 1), grow(depth - 1)))))
}

fn count(n: &Node) -> i64 {
    n.0.as_ref().map_or(1, |below| 1 + count(&below.0) + count(&below.1))
}

#[no_mangle]
pub extern "C" fn tree(n: i32) -> i64 {
    count(&grow(n))
}

trait Shape {
    fn area(&self) -> i64;
}

struct Square(i64);
struct Oblong(i64, i64);
struct Unit;

impl Shape for Square {
    fn area(&self) -> i64 { self.0 * self.0 }
}
impl Shape for Oblong {
    fn area(&self) -> i64 { self.0 * self.1 }
}
impl Shape for Unit {
    fn area(&self) -> i64 { 1 }
}

#[no_mangle]
pub extern "C" fn indirect(n: i32) -> i64 {
    let shapes: [Box<dyn Shape>; 4] = [Box::new(Square(3)), Box::new(Oblong(2, 5)), Box::new(Unit), Box::new(Square(4))];
    (0..n as usize).map(|i| shapes[i & 3].area()).sum()
}

#[no_mangle]
pub extern "C" fn copies(n: i32) -> i64 {
    let (mut from, mut to) = ([0u8; 4096], [0u8; 4096]);
    from[17] = 1;
    for _ in 0..n {
        for i in 0..4096 {
            to[i] = unsafe { std::ptr::read_volatile(&from[i]) };
        }
        from[17] = from[17].wrapping_add(1);
    }
    to[17] as i64
}

#[no_mangle]
pub extern "C" fn mandelbrot(n: i32) -> i64 {
    let mut total = 0;
    for py in 0..n {
        for px in 0..n {
            let (cx, cy) = (3.0 * px as f64 / n as f64 - 2.0, 2.0 * py as f64 / n as f64 - 1.0);
            let (mut x, mut y, mut steps) = (0.0, 0.0, 0);
            while steps < 50 && x * x + y * y < 4.0 {
                (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
                steps += 1;
            }
            total += steps;
        }
    }
    total
}

// value gives how many values there are in the one that begins here, with itself.
fn value(text: &mut std::iter::Peekable<std::str::Chars>) -> i64 {
    let mut n = 1;
    match text.next() {
        Some('[' | '{') => loop {
            match text.peek() {
                Some(']' | '}') | None => {
                    text.next();
                    return n;
                }
                Some(',' | ':') => {
                    text.next();
                }
                _ => n += value(text),
            }
        },
        Some('"') => {
            while let Some(c) = text.next() {
                match c {
                    '"' => break,
                    '\\' => drop(text.next()),
                    _ => {}
                }
            }
        }
        _ => while text.next_if(|c| !matches!(c, ',' | ']' | '}')).is_some() {},
    }
    n
}

#[no_mangle]
pub extern "C" fn parse(n: i32) -> i64 {
    let item = r#"{"name":"an \"item\"","list":[1,22,-3.5],"ok":true},"#;
    let document = format!("[{}0]", item.repeat(n as usize));
    value(&mut document.chars().peekable())
}
