//! libFuzzer over `whale_fuzz::loader::cache`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whale_fuzz::loader::cache(data));
