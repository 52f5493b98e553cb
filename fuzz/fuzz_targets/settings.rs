//! libFuzzer over `whale_fuzz::settings::run`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::settings::run(data));
