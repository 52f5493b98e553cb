//! libFuzzer over `whale_fuzz::types::run`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::types::run(data));
