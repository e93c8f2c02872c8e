//! Endpoint text greets.
#![no_std]
mod skep;

static FRAME: &[u8] = b"\x95\x03\xcc\xc8\xb9text/plain; charset=utf-8\xc4\x0dHello, World!\x90";

#[no_mangle]
pub extern "C" fn skep_v1_call(_: *const u8, _: usize) -> u64 {
    skep::place(FRAME)
}
