//! Endpoint headers answers with twenty headers, X-Out-0 to X-Out-19, whose values come from those of the request.
#![no_std]
mod skep;

const OUT: usize = 20;

/// The number of an incoming header that counts: n of X-In-n.
fn number(name: &[u8]) -> Option<usize> {
    let digits = name.get(5..7).or_else(|| name.get(5..6))?;
    if name.len() > 7 || !name[..5].eq_ignore_ascii_case(b"X-In-") {
        return None;
    }
    Some(skep::decimal(digits)).filter(|&n| n < OUT)
}

#[no_mangle]
pub extern "C" fn skep_v1_call(_: *const u8, len: usize) -> u64 {
    skep::answer(len, |request, to| {
        let mut values: [Option<&[u8]>; OUT] = [None; OUT];
        let mut header = request.find("request").find("headers");
        for _ in 0..header.count() {
            header.count();
            let (name, value) = (header.bytes(), header.bytes());
            if let Some(n) = number(name) {
                values[n].get_or_insert(value);
            }
        }
        to.put(b"\x95\x03\xcc\xc8\xb9text/plain; charset=utf-8\xc4\x0dHello, World!");
        to.array(OUT);
        for (n, value) in values.iter().enumerate() {
            let (tens, ones) = (b'0' + n as u8 / 10, b'0' + n as u8 % 10);
            to.put(b"\x92");
            match tens {
                b'0' => to.str(&[b'X', b'-', b'O', b'u', b't', b'-', ones]),
                _ => to.str(&[b'X', b'-', b'O', b'u', b't', b'-', tens, ones]),
            }
            to.str(value.unwrap_or_default());
        }
    })
}
