//! Endpoint raw answers with the client's text as a value, which nothing but the host's check of it reads.
#![no_std]
mod skep;

#[no_mangle]
pub extern "C" fn skep_v1_call(_: *const u8, len: usize) -> u64 {
    skep::answer(len, |request, to| {
        to.put(b"\x92\x04");
        to.put(request.find("args").value());
    })
}
