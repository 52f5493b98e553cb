//! libFuzzer over `whale_fuzz::definition::run`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::definition::run(data));
