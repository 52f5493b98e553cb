//! libFuzzer over `whale_fuzz::expressions::run`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::expressions::run(data));
