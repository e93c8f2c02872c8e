//! What guests in Rust need of the ABI (abi/README.md): the exports, and a reader and a writer of MessagePack. There is
//! no allocator: a request and its result have a room each. Where a frame is not what it should be, the guest traps.
#![allow(dead_code)] // no endpoint needs all of it

use core::{mem::size_of_val, panic::PanicInfo, ptr};

const ROOM: usize = 1 << 16;

static mut REQUEST: [u8; ROOM] = [0; ROOM];
static mut RESULT: [u8; ROOM] = [0; ROOM];

#[no_mangle]
pub extern "C" fn skep_v1_alloc(len: usize) -> *mut u8 {
    if len > ROOM {
        return ptr::null_mut();
    }
    unsafe { ptr::addr_of_mut!(REQUEST) }.cast()
}

#[panic_handler]
fn trap(_: &PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// The place of a result frame.
pub fn place<T: ?Sized>(frame: &'static T) -> u64 {
    let at = frame as *const T as *const u8 as usize;
    (at as u64) << 32 | size_of_val(frame) as u64
}

/// Answers a request frame of some length, which lies where `skep_v1_alloc` said, with what a function writes.
pub fn answer(len: usize, f: impl FnOnce(Reader, &mut Writer)) -> u64 {
    // The host enters a guest once at a time, and f keeps neither of them.
    let (request, room) = unsafe { (&*ptr::addr_of!(REQUEST), &mut *ptr::addr_of_mut!(RESULT)) };
    let mut to = Writer { room, len: 0 };
    f(Reader { rest: &request[..len] }, &mut to);
    let Writer { room, len } = to;
    place(&room[..len])
}

/// The number that some digits write.
pub fn decimal(digits: &[u8]) -> usize {
    digits
        .iter()
        .fold(0, |n, digit| n * 10 + usize::from(digit.wrapping_sub(b'0')))
}

/// Reads values from the front of some bytes.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(n);
        self.rest = rest;
        taken
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().unwrap()
    }

    fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    fn u16(&mut self) -> usize {
        u16::from_be_bytes(self.array()).into()
    }

    fn u32(&mut self) -> usize {
        u32::from_be_bytes(self.array()) as usize
    }

    /// The bytes of a str or bin.
    pub fn bytes(&mut self) -> &'a [u8] {
        let n = match self.byte() {
            c @ 0xa0..=0xbf => (c & 31).into(),
            0xc4 | 0xd9 => self.byte().into(),
            0xc5 | 0xda => self.u16(),
            0xc6 | 0xdb => self.u32(),
            _ => panic!(),
        };
        self.take(n)
    }

    /// How many items the array, or pairs the map, has that begins here.
    pub fn count(&mut self) -> usize {
        match self.byte() {
            c @ 0x80..=0x9f => (c & 15).into(),
            0xdc | 0xde => self.u16(),
            0xdd | 0xdf => self.u32(),
            _ => panic!(),
        }
    }

    /// A number of any type.
    pub fn number(&mut self) -> f64 {
        match self.byte() {
            c @ (0x00..=0x7f | 0xe0..=0xff) => (c as i8).into(),
            0xca => f32::from_be_bytes(self.array()).into(),
            0xcb => f64::from_be_bytes(self.array()),
            0xcc => self.byte().into(),
            0xcd => u16::from_be_bytes(self.array()).into(),
            0xce => u32::from_be_bytes(self.array()).into(),
            0xcf => u64::from_be_bytes(self.array()) as f64,
            0xd0 => i8::from_be_bytes(self.array()).into(),
            0xd1 => i16::from_be_bytes(self.array()).into(),
            0xd2 => i32::from_be_bytes(self.array()).into(),
            0xd3 => i64::from_be_bytes(self.array()) as f64,
            _ => panic!(),
        }
    }

    /// A whole value, as it is written.
    pub fn value(&mut self) -> &'a [u8] {
        let from = self.rest;
        let mut values = 1;
        while values > 0 {
            values -= 1;
            match self.rest[0] {
                0x80..=0x8f | 0xde | 0xdf => values += 2 * self.count(),
                0x90..=0x9f | 0xdc | 0xdd => values += self.count(),
                0xa0..=0xbf | 0xc4..=0xc6 | 0xd9..=0xdb => drop(self.bytes()),
                0xcc | 0xd0 => drop(self.take(2)),
                0xcd | 0xd1 => drop(self.take(3)),
                0xca | 0xce | 0xd2 => drop(self.take(5)),
                0xcb | 0xcf | 0xd3 => drop(self.take(9)),
                _ => drop(self.byte()),
            }
        }
        &from[..from.len() - self.rest.len()]
    }

    /// The value of a key of the map that begins here, which has it.
    pub fn find(mut self, key: &str) -> Self {
        for _ in 0..self.count() {
            if self.bytes() == key.as_bytes() {
                return self;
            }
            self.value();
        }
        panic!()
    }
}

/// Appends values to the room of a result.
pub struct Writer {
    room: &'static mut [u8; ROOM],
    len: usize,
}

impl Writer {
    /// Bytes that are MessagePack already.
    pub fn put(&mut self, bytes: &[u8]) {
        self.room[self.len..][..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    pub fn array(&mut self, count: usize) {
        self.put(&[0xdc]);
        self.put(&(count as u16).to_be_bytes());
    }

    pub fn str(&mut self, text: &[u8]) {
        match text.len() {
            n @ 0..=31 => self.put(&[0xa0 | n as u8]),
            n => {
                self.put(&[0xda]);
                self.put(&(n as u16).to_be_bytes());
            }
        }
        self.put(text);
    }

    pub fn float(&mut self, v: f64) {
        self.put(&[0xcb]);
        self.put(&v.to_be_bytes());
    }
}
