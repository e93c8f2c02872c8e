//! Endpoint echo answers with its arguments as a value.
#![no_std]
mod skep;

#[no_mangle]
pub extern "C" fn skep_v1_call(_: *const u8, len: usize) -> u64 {
    skep::answer(len, |request, to| {
        to.put(b"\x92\x01");
        to.put(request.find("args").value());
    })
}
