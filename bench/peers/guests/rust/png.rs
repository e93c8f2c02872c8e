//! Endpoint png answers with a picture, which lies in the module as a whole frame. PICTURE is its file.
#![no_std]
mod skep;

const SIZE: usize = include_bytes!(env!("PICTURE")).len();

#[repr(C)]
struct Frame {
    head: [u8; 15],
    size: [u8; 2],
    picture: [u8; SIZE],
    headers: u8,
}

static FRAME: Frame = Frame {
    head: *b"\x95\x03\xcc\xc8\xa9image/png\xc5",
    size: (SIZE as u16).to_be_bytes(),
    picture: *include_bytes!(env!("PICTURE")),
    headers: 0x90,
};

#[no_mangle]
pub extern "C" fn skep_v1_call(_: *const u8, _: usize) -> u64 {
    skep::place(&FRAME)
}
