//! RFC 7541, Appendix C.

use super::*;

const DATES: [&str; 2] = ["Mon, 21 Oct 2013 20:13:21 GMT", "Mon, 21 Oct 2013 20:13:22 GMT"];
const COOKIE: &str = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
const LOCATION: &str = "https://www.example.com";

type Said = &'static [(&'static str, &'static str)];

/// Blocks in hexadecimal, what they say, and the table's size after each.
fn play(decoder: &mut Decoder, blocks: &[(&str, Said, usize)]) {
    for (block, expected, size) in blocks {
        assert_eq!(decoder.decode(&hex(block)), Ok(fields(expected)), "{block}");
        assert_eq!(decoder.table_size(), *size, "{block}");
    }
}

fn small_table() -> Decoder {
    let mut decoder = Decoder::passive();
    assert_eq!(decoder.decode(&hex("3fe101")), Ok(vec![]));
    decoder
}

#[test]
fn the_standards_single_fields_mean_what_it_says() {
    let one = |block: &str| decode_standalone(&hex(block)).unwrap();
    assert_eq!(
        one("400a637573746f6d2d6b65790d637573746f6d2d686561646572"),
        fields(&[("custom-key", "custom-header")])
    );
    assert_eq!(one("040c2f73616d706c652f70617468"), fields(&[(":path", "/sample/path")]));
    let secret = Field { sensitive: true, ..Field::new("password", "secret") };
    assert_eq!(one("100870617373776f726406736563726574"), [secret]);
    assert_eq!(one("82"), fields(&[(":method", "GET")]));
}

const FIRST: &[(&str, &str)] =
    &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com")];
const SECOND: &[(&str, &str)] = &[
    (":method", "GET"),
    (":scheme", "http"),
    (":path", "/"),
    (":authority", "www.example.com"),
    ("cache-control", "no-cache"),
];
const THIRD: &[(&str, &str)] = &[
    (":method", "GET"),
    (":scheme", "https"),
    (":path", "/index.html"),
    (":authority", "www.example.com"),
    ("custom-key", "custom-value"),
];

#[test]
fn the_standards_requests_mean_what_it_says() {
    let plain: &[(&str, Said, usize)] = &[
        ("828684410f7777772e6578616d706c652e636f6d", FIRST, 57),
        ("828684be58086e6f2d6361636865", SECOND, 110),
        ("828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565", THIRD, 164),
    ];
    play(&mut Decoder::passive(), plain);
    play(&mut Decoder::passive(), HUFFMAN_REQUESTS);
}

const HUFFMAN_REQUESTS: &[(&str, Said, usize)] = &[
    ("828684418cf1e3c2e5f23a6ba0ab90f4ff", FIRST, 57),
    ("828684be5886a8eb10649cbf", SECOND, 110),
    ("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", THIRD, 164),
];

/// Its encoder and this one decide alike there.
#[test]
fn the_standards_requests_are_written_as_it_writes_them() {
    let mut encoder = Encoder::new();
    for (block, said, _) in HUFFMAN_REQUESTS {
        assert_eq!(encoder.encode(&fields(said)), hex(block));
    }
}

const ANSWERS: [&[(&str, &str)]; 3] = [
    &[(":status", "302"), ("cache-control", "private"), ("date", DATES[0]), ("location", LOCATION)],
    &[(":status", "307"), ("cache-control", "private"), ("date", DATES[0]), ("location", LOCATION)],
    &[
        (":status", "200"),
        ("cache-control", "private"),
        ("date", DATES[1]),
        ("location", LOCATION),
        ("content-encoding", "gzip"),
        ("set-cookie", COOKIE),
    ],
];

#[test]
fn the_standards_answers_mean_what_it_says() {
    play(
        &mut small_table(),
        &[
            (
                "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e\
                 1768747470733a2f2f7777772e6578616d706c652e636f6d",
                ANSWERS[0],
                222,
            ),
            ("4803333037c1c0bf", ANSWERS[1], 222),
            (
                "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d\
                 4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b20766572\
                 73696f6e3d31",
                ANSWERS[2],
                215,
            ),
        ],
    );
    play(
        &mut small_table(),
        &[
            (
                "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b\
                 97c8e9ae82ae43d3",
                ANSWERS[0],
                222,
            ),
            ("4883640effc1c0bf", ANSWERS[1], 222),
            (
                "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdf\
                 cd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
                ANSWERS[2],
                215,
            ),
        ],
    );
}
