//! Endpoint classify predicts the class of each record from twenty numbers, as package model does.
#![no_std]
mod skep;

use skep::{Reader, Writer};

const FEATURES: usize = 20;
const CLASSES: [&str; 3] = ["apple", "pear", "plum"];

static WEIGHTS: [[f64; FEATURES]; CLASSES.len()] = {
    let mut weights = [[0.0; FEATURES]; CLASSES.len()];
    let mut i = 0;
    while i < CLASSES.len() * FEATURES {
        let (class, feature) = (i / FEATURES, i % FEATURES);
        weights[class][feature] = ((class * 7 + feature * 5) % 11) as f64 / 4.0 - 1.25;
        i += 1;
    }
    weights
};

fn record(from: &mut Reader) -> [f64; FEATURES] {
    let mut x = [0.0; FEATURES];
    let mut seen = 0u32;
    for _ in 0..from.count() {
        let i = skep::decimal(from.bytes().strip_prefix(b"f").unwrap());
        x[i] = from.number();
        seen |= 1 << i;
    }
    assert!(seen == (1 << FEATURES) - 1);
    x
}

fn classify(x: &[f64; FEATURES], to: &mut Writer) {
    let mut p = [0.0; CLASSES.len()];
    let mut sum = 0.0;
    for (class, weights) in WEIGHTS.iter().enumerate() {
        let start = class as f64 / 8.0;
        let score = weights.iter().zip(x).fold(start, |score, (w, x)| score + w * x);
        let size = if score < 0.0 { -score } else { score };
        p[class] = 1.0 + score / (1.0 + size);
        sum += p[class];
    }
    let mut best = 0;
    for class in 0..p.len() {
        p[class] /= sum;
        if p[class] > p[best] {
            best = class;
        }
    }
    to.put(b"\x82\xaaprediction");
    to.str(CLASSES[best].as_bytes());
    to.put(b"\xa6probas\x83");
    for (class, p) in CLASSES.iter().zip(p) {
        to.str(class.as_bytes());
        to.float(p);
    }
}

#[no_mangle]
pub extern "C" fn skep_v1_call(_: *const u8, len: usize) -> u64 {
    skep::answer(len, |request, to| {
        let mut from = request.find("records");
        let records = from.count();
        to.put(b"\x92\x01");
        to.array(records);
        for _ in 0..records {
            classify(&record(&mut from), to);
        }
    })
}
