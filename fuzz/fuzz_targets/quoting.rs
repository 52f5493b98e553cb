//! libFuzzer over `whale_fuzz::quoting::run`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::quoting::run(data));
