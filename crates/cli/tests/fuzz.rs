//! Every reader of what comes from outside, against inputs that nobody meant: CSV, workbooks, mappings, events, codes and
//! secrets of signatures. Nothing panics, nothing runs without an end, memory stays bounded, and a service that was sent
//! all of it is sound.
//!
//! `make test` tries some thousands; `make soak` goes on for hours with others.

mod support;

#[path = "fuzz/mutate.rs"]
mod mutate;

use mutate::{Target, fuzz, input};
use relay::SigningSecret;
use relay::message::codes::ChargesFailed;
use relay::message::report::MOST_ELEMENTS;
use relay::message::settings::MessagesSettings;
use relay::message::{Bad, aliyun, callback, tencent};
use replay::pool::PoolMapping;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use support::dice::Dice;
use support::{Request, Server, run, shop};
use tabular::{Heading, How, look, open};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Files of the repository under a folder whose names end so.
fn kept(folder: &str, end: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut folders = vec![root];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.to_string_lossy().ends_with(end) {
                found.push(entry);
            }
        }
    }
    found.sort();
    let read = |path: &PathBuf| fs::read(path).expect("it can be read");
    let files: Vec<Vec<u8>> = found.iter().map(read).filter(|bytes| bytes.len() < 1 << 16).collect();
    assert!(!files.is_empty(), "nothing in {folder} ends in {end}");
    files
}

/// The most memory that this process ever had, in MiB.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() >> 10
}

/// Reads a table to its end, however it was damaged; how many records.
fn read_table(bytes: &[u8], sheet: Option<&str>) -> usize {
    for heading in [Heading::Guess, Heading::Columns(&["订单编号", "amount"])] {
        let how = How { heading, sheet, ..How::default() };
        let Ok(looked) = look(&mut Cursor::new(bytes), &how) else { continue };
        let Ok(mut table) = open(bytes, &looked, &how) else { continue };
        let Ok(mut records) = table.records(&heading) else { continue };
        let mut count = 0;
        while let Ok(Some(record)) = records.next() {
            assert!(record.row() > 0, "rows are counted from 1");
            count += 1;
        }
        return count;
    }
    0
}

#[test]
fn csv_files() {
    let corpus = kept("examples/exports", ".csv");
    let words = ["订单编号", "amount", "\t", "\r\n\r\n", "\"\"", "\"\n\"", "sep=;", "\u{feff}", "合计"];
    let mut records = 0;
    fuzz(&Target { name: "csv", cases: 9_000, corpus: &corpus, words: &words }, |_, bytes| {
        records += read_table(bytes, None);
    });
    assert!(records > 100, "only {records} records were read");
    assert!(most_memory() < 1_024, "{} MiB", most_memory());
}

/// The parts of a workbook.
fn parts(book: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(book)).expect("a workbook");
    let part = |at: usize| {
        let mut file = archive.by_index(at).expect("a part");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("it can be read");
        (file.name().expect("a name").into_owned(), bytes)
    };
    (0..book_len(book)).map(part).collect()
}

fn book_len(book: &[u8]) -> usize {
    ZipArchive::new(Cursor::new(book)).expect("a workbook").len()
}

fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        if zip.start_file(name.as_str(), SimpleFileOptions::default()).is_ok() {
            zip.write_all(bytes).expect("it is memory");
        }
    }
    zip.finish().expect("it is memory").into_inner()
}

/// Damage inside of a part, where the reader of XML sees it, and now and then of the archive itself.
#[test]
fn workbooks() {
    let words = [
        "<c r=\"XFD1048576\">",
        "<row r=\"4294967295\">",
        "FXSHRXW2",
        "t=\"s\"",
        "<v>4294967295</v>",
        "<is><t>",
        "&#0;",
        "&amp;",
        "<!DOCTYPE x [<!ENTITY a \"aa\">]>",
        "<mergeCell ref=\"A1:XFD1048576\"/>",
        "</sheetData>",
        "s=\"999999\"",
        "xl/worksheets/sheet1.xml",
        "../../../etc/passwd",
        "<a><a><a><a>",
    ];
    let books = kept("examples/exports", ".xlsx");
    let all: Vec<Vec<(String, Vec<u8>)>> = books.iter().map(|book| parts(book)).collect();
    let corpus: Vec<Vec<u8>> = all.iter().flatten().map(|(_, bytes)| bytes.clone()).collect();
    let mut records = 0;
    fuzz(&Target { name: "workbook", cases: 3_000, corpus: &corpus, words: &words }, |seed, bytes| {
        let mut dice = Dice::new(seed).part(bytes.len() as u64);
        let mut parts = all[usize::try_from(dice.below(all.len() as u64)).expect("small")].clone();
        let place = usize::try_from(dice.below(parts.len() as u64)).expect("small");
        // A part as it was, damaged; seldom another one in its place.
        let own = vec![parts[place].1.clone()];
        let damaged = Target { name: "part", cases: 0, corpus: &own, words: &words };
        parts[place].1 = if dice.chance(85) { input(&damaged, seed) } else { bytes.to_vec() };
        let mut book = packed(&parts);
        if dice.chance(10) {
            let whole = vec![book];
            book = input(&Target { name: "archive", cases: 0, corpus: &whole, words: &[] }, seed);
        }
        records += read_table(&book, None);
    });
    assert!(records > 100, "only {records} records were read");
    assert!(most_memory() < 1_024, "{} MiB", most_memory());
}

#[test]
fn mappings() {
    let corpus = [kept("examples", ".toml"), kept("crates/replay/tests/data", ".toml")].concat();
    let words = [
        "[order]",
        "[[gift_strategy]]",
        "group = ",
        "{{o.id}}",
        "{{",
        "}}",
        "formats = [\"%Y\"]",
        "zone = \"Mars\"",
        "first_n = 0",
        "\"\"\"",
        "1979-05-27T07:32:00Z",
        "file = \"../x\"",
    ];
    let mut understood = 0;
    fuzz(&Target { name: "mapping", cases: 12_000, corpus: &corpus, words: &words }, |_, bytes| {
        let text = String::from_utf8_lossy(bytes);
        let pool = PoolMapping::parse(&text, "mapping.toml", None);
        let replay = replay::Mapping::parse(&text, "mapping.toml");
        understood += u64::from(pool.is_ok()) + u64::from(replay.is_ok());
    });
    assert!(understood > 10, "only {understood} were understood");
}

/// Whoever checks a draw has its archive from somebody else.
#[test]
fn archives_of_draws() {
    let corpus = kept("examples/draw", ".json");
    let words = [
        "\"odds\":",
        "\"mode\": \"urn\"",
        "\"fallback\": \"teapot\"",
        "\"9999-12-31T23:59:59-23:59\"",
        "\"1970-01-01T00:00:00+00:00\"",
        "\"beacon_round\": 18446744073709551615,",
        "\"stock\": 18446744073709551615,",
        "\"after\": 5,",
    ];
    let mut understood = 0;
    fuzz(&Target { name: "draw", cases: 6_000, corpus: &corpus, words: &words }, |_, bytes| {
        let Ok(archive) = draw::archive::Archive::read(bytes) else { return };
        let report =
            draw::verify::verify(&archive, &draw::law::MAINLAND_CHINA, &draw::verify::Known::default());
        assert_eq!(report.plays, archive.plays.len() as u64);
        understood += 1;
    });
    assert!(understood > 10, "only {understood} were understood");
}

/// Sends what was made to a service; it says what is wrong, never that it is its own fault, and is sound afterwards.
fn against_a_service(target: &Target<'_>, request: impl Fn(u64, &[u8]) -> Request) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let batch = serde_json::json!({
        "batch_id": "b1", "name": "b", "kind": "shop", "spend": 9_000, "save": 800, "quantity": 1_000_000,
        "per_customer_limit": 50, "funded_by": "merchant", "starts_at": shop::at(0), "ends_at": shop::at(1_440 * 20),
    });
    client.call(&Request::post(shop::path("coupon-batches"), &batch)).expect(201);
    let mut taken = 0;
    fuzz(target, |seed, bytes| {
        let answer = client.call(&request(seed, bytes));
        assert!(answer.status < 500, "{}: {}", answer.status, answer.text());
        taken += u64::from(answer.status < 300);
    });
    assert!(taken > 0, "nothing of it was taken");
    assert_eq!(client.call(&Request::get("/readyz")).status, 200);
    let audited = run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}

#[test]
fn events() {
    let order = |number: i64| shop::placed(&format!("o{number}"), "u1", shop::TEN);
    let single = [order(1), shop::paid("o1", "p1", None, shop::TEN), shop::cancelled("o2", shop::TEN)];
    let lines = [order(3), shop::paid("o3", "p3", None, shop::TEN), shop::failed("o3", "p4", shop::TEN)];
    let mut corpus: Vec<Vec<u8>> = single.iter().map(|event| event.to_string().into_bytes()).collect();
    corpus.push(lines.map(|event| event.to_string()).join("\n").into_bytes());
    let words = [
        "\"discounts\":[{\"kind\":\"shop_coupon\",\"amount\":1,\"funded_by\":\"merchant\"}]",
        "\"quantity\":",
        "\"payable\":",
        "\"kind\":\"presale\"",
        "\"time\":\"2022-06-10T24:00:00Z\"",
        "\"stage\":\"balance\"",
        "order.refunded",
        "\\ud800",
        "{\"a\":{\"a\":{\"a\":",
        "order.shipped",
        "\"coupon_id\":\"x\"",
        "\"freight\":-1",
    ];
    let kinds =
        ["application/x-ndjson", "application/cloudevents+json", "application/cloudevents-batch+json"];
    against_a_service(
        &Target { name: "events", cases: 15_000, corpus: &corpus, words: &words },
        |number, bytes| {
            let kind = kinds[usize::try_from(number % 3).expect("small")];
            Request::new("POST", shop::path("events")).typed(kind, bytes)
        },
    );
}

#[test]
fn coupon_codes_and_lists() {
    let corpus = [
        &b"{\"code\":\"0000-0000-0000-0000\",\"customer_id\":\"u1\"}"[..],
        b"{\"code\":\"ABCD-EFGH-JKMN-PQRS\",\"customer_id\":\"u1\",\"order_id\":\"o1\"}",
        b"customer_id,count\nu1,1\nu2,2\n",
        b"\xef\xbb\xbfcustomer_id;count\r\n\"u3\";1\r\n",
    ]
    .map(<[u8]>::to_vec);
    let words =
        ["\u{ff10}\u{ff21}", "----", "\u{200b}", "O0lI", "customer_id", "count", "\"code\":", " ", "'=1+1"];
    against_a_service(
        &Target { name: "codes", cases: 6_000, corpus: &corpus, words: &words },
        |number, bytes| {
            let redeems = ("coupon-batches/redeem-code", "application/json");
            let imports = ("coupon-batches/b1/import", "text/csv");
            let (to, kind) = if number.is_multiple_of(2) { redeems } else { imports };
            Request::new("POST", shop::path(to)).typed(kind, bytes)
        },
    );
}

/// A secret that is read is the secret that is told, and signs.
#[test]
fn secrets_of_signatures() {
    let corpus = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        .map(|text| text.as_bytes().to_vec());
    let words = ["whsec_", "=", "==", "-_", "+/", "AAAA", " "];
    let mut understood = 0;
    fuzz(&Target { name: "secrets", cases: 200_000, corpus: &corpus, words: &words }, |_, bytes| {
        let Ok(secret) = SigningSecret::parse(&String::from_utf8_lossy(bytes)) else { return };
        let again = SigningSecret::parse(&secret.expose_text()).expect("what it tells can be read");
        assert_eq!(again.expose_text(), secret.expose_text());
        understood += 1;
    });
    assert!(understood > 100, "only {understood} were understood");
}

/// What providers push comes from anybody who knows a path: whatever it is, its phones are phones, its elements are as
/// many as they were, and no more than may be.
#[test]
fn callbacks_of_providers() {
    let corpus = [
        r#"[{"phone_number":"13800138000","send_time":"2025-01-01 08:00:00","report_time":"2025-01-01 08:00:01",
            "success":true,"err_code":"DELIVERED","err_msg":"ok","sms_size":"2","biz_id":"9^0","out_id":"s1:m1"},
            {"phone_number":"85251234567","success":false,"err_code":"MK:0001","sms_size":1}]"#,
        r#"[{"user_receive_time":"2025-01-01 08:00:00","nationcode":"86","mobile":"13800138000",
            "report_status":"SUCCESS","errmsg":"DELIVRD","description":"ok","sid":"2019:1"}]"#,
        r#"{"extend":"","mobile":"13800138000","nationcode":"86","sign":"小店","text":"TD","time":1457336869}"#,
        r#"[{"phone_number":"13800138000","send_time":"20250101080000","content":"退订","sign_name":"小店"}]"#,
        r#"{"reports":[{"our_id":"s1:m1","phone":"+8613800138000","part":1,"is_delivered":true,"code":"0",
            "segments":2,"at":"2025-01-01T08:00:00+08:00"}],"replies":[{"phone":"+8613800138000","text":"T"}]}"#,
    ]
    .map(|text| text.as_bytes().to_vec());
    let words = [
        "\"success\":",
        "\"sms_size\":",
        "\"sid\":",
        "[[[[",
        "{\"reports\":",
        "\"phone_number\":\"",
        "+86",
        "true",
        "1e999",
        "\\ud800",
        "null",
        "9999-99-99 99:99:99",
    ];
    let mut understood = 0;
    let mut count = |phones: Vec<Result<String, Bad>>| {
        assert!(phones.len() <= MOST_ELEMENTS);
        for phone in phones.into_iter().flatten() {
            let digits = phone.strip_prefix('+').expect("it is E.164");
            assert!(
                (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()),
                "{phone}"
            );
            understood += 1;
        }
    };
    // One of an own program may name its message alone.
    let named = |report: relay::message::report::Report| report.phone.map(|phone| phone.expose().to_owned());
    fuzz(&Target { name: "callbacks", cases: 30_000, corpus: &corpus, words: &words }, |_, bytes| {
        for reports in [aliyun::reports(bytes), tencent::reports(bytes)] {
            count(reports.into_iter().filter_map(|one| one.map(named).transpose()).collect());
        }
        for replies in [aliyun::replies(bytes), tencent::replies(bytes)] {
            count(replies.into_iter().map(|one| one.map(|reply| reply.phone.expose().to_owned())).collect());
        }
        if let Ok(told) = callback::read(bytes, ChargesFailed::ALWAYS) {
            count(told.reports.into_iter().filter_map(|one| one.map(named).transpose()).collect());
        }
    });
    assert!(understood > 1_000, "only {understood} were understood");
}

/// A file of providers is shown without the keys that stand in it, whatever it says.
#[test]
fn settings_of_providers() {
    let corpus = [
        "[channel.sms]\nprovider = \"aliyun\"\naccess_key_id = \"id\"\naccess_key_secret = \"K3Y\"\n",
        "[callbacks]\nsecret = \"K3Yabcdefghijklmnopqrstuvwxyz012345\"\nallow = [\"10.0.0.0/8\"]\n[channel.email]\n\
            provider = \"smtp\"\nhost = \"h\"\nuser = \"u\"\npassword = \"K3Y\"\nfrom = \"a@b.test\"\n",
        "[channel.wechat]\nprovider = \"wechat\"\napp_id = \"wx\"\napp_secret = \"K3Y\"\nedition = \"trial\"\n",
    ]
    .map(|text| text.as_bytes().to_vec());
    let words =
        ["[channel.push]", "provider = ", "\"tencent\"", "[[channel]]", "secret = 1", "= {", "\"\"\"", "K3Y"];
    let (mut understood, mut refused) = (0, 0);
    fuzz(&Target { name: "providers", cases: 20_000, corpus: &corpus, words: &words }, |_, bytes| {
        match MessagesSettings::parse(&String::from_utf8_lossy(bytes)) {
            Ok(settings) => {
                let shown = format!("{settings:?}");
                let bare = ["secret: \"", "secret: Some(\"", "password: Some(\"", "url: \""];
                assert!(!bare.iter().any(|field| shown.contains(field)), "{shown}");
                understood += 1;
            }
            Err(_) => refused += 1,
        }
    });
    assert!(understood > 10 && refused > 10, "{understood} were understood, {refused} refused");
}
