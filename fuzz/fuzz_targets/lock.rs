//! libFuzzer over `whale_fuzz::lock::run`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::lock::run(data));
