#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tunelint_fuzz::binary_tables::run(data));
