//! libFuzzer over `whale_fuzz::journal::run`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::journal::run(data));
