//! libFuzzer over `whale_fuzz::loader::frames`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::loader::frames(data));
