//! libFuzzer over `whale_fuzz::expressions::built`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::expressions::built(data));
