//! Inputs that are assembled: a byte from 128 on is a fragment of the formats that are read, any other
//! is itself. So a fuzzer that changes single bytes makes records, and a corpus of plain text stays
//! what it is.

/// What data is made of, and what goes wrong in it.
const FRAGMENTS: [&[u8]; 64] = [
    b"{\"messages\":[",
    b"{\"role\":\"user\",\"content\":\"",
    b"{\"role\":\"assistant\",\"content\":\"",
    b"{\"role\":\"system\",\"content\":\"",
    b"{\"role\":\"tool\",\"content\":\"",
    b"\"}",
    b"\"},",
    b"]}",
    b"]",
    b"}\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"{\"text_input\":\"",
    b"\",\"output\":\"",
    b"{\"prompt\":\"",
    b"\",\"completion\":\"",
    b"{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"",
    b"\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"",
    b"{\"instruction\":\"",
    b"\",\"input\":\"",
    b"\",\"chosen\":\"",
    b"\",\"rejected\":\"",
    b"{\"data\": [",
    b"{\"instances\":[",
    b"text_input,output\n",
    b"prompt,completion\n",
    b"\"\"",
    b"\"",
    b",",
    b":",
    b";",
    b"\t",
    b"null",
    b"true",
    b"-0",
    b"1e400",
    b"1.10",
    b"12345678901234567890123",
    b"[[",
    b"{\"",
    b"\\u0000",
    b"\\ud83d",
    b"\\ude00",
    b"\\\"",
    b"\\n",
    b"\\/",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xe9",
    b"\xc2\x85",
    b"\xe2\x80\xae",
    b"\xe2\x80\xa8",
    b"\x1b[31m",
    b"\x00",
    b"::error::",
    b"##[group]",
    b"<<<<<<< ours\n",
    b"'text_input'",
    b"# comment\n",
    b"},\n",
    b"sk-proj-Wq7Td2Kf9Hm4Xs6Bn1Vc8Rj3Lp5Gy0Ze",
    b"\xf0\x9f\x98\x80",
    b"e\xcc\x81",
];

/// The bytes that `data` stands for.
pub fn bytes(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len() * 4);
    for &byte in data {
        match byte.checked_sub(128) {
            None => bytes.push(byte),
            Some(at) => bytes.extend_from_slice(FRAGMENTS[usize::from(at) % FRAGMENTS.len()]),
        }
    }
    bytes
}

/// The same as text; what is not UTF-8 is replaced.
pub fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(&bytes(data)).into_owned()
}

/// The first byte, to choose with, and the rest.
pub fn choice(data: &[u8]) -> (usize, &[u8]) {
    data.split_first()
        .map_or((0, data), |(first, rest)| (usize::from(*first), rest))
}
