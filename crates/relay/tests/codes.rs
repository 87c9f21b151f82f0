//! The codes of the providers, a row each: what a message comes to of which the provider says so.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use relay::message::codes::{Act as Doing, Row, Table};
use relay::message::smtp::{Encryption, SmtpSender, SmtpSettings};
use relay::message::{Recipient, Window, aliyun, smtp, tencent, wechat};
use relay::{MessageSender, OutgoingMessage, SendOutcome};
use serde_json::{Value, json};
use support::provider::{Act, Provider};
use support::smtp::{Does, MailServer};
use support::{message, senders};

const TABLES: [Table; 4] = [aliyun::TABLE, tencent::TABLE, wechat::TABLE, smtp::TABLE];
const PHONE: &str = "+8613800138000";

struct Case {
    provider: &'static str,
    code: &'static str,
    says: &'static str,
    expected: &'static str,
}

fn cases() -> impl Iterator<Item = Case> {
    let lines = include_str!("data/codes.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [provider, code, says, expected] = parts[..] else { panic!("{line}") };
        Case { provider, code, says, expected }
    })
}

fn told(outcome: &SendOutcome) -> String {
    match outcome {
        SendOutcome::Accepted { .. } => "accepted".to_owned(),
        SendOutcome::Refused { class, .. } => format!("refused {}", class.as_str()),
        SendOutcome::Unknown { .. } => "unknown".to_owned(),
        SendOutcome::Later { class, not_before, .. } => {
            let window = match not_before {
                Window::Schedule => "schedule",
                Window::Minute => "minute",
                Window::Hour => "hour",
                Window::Day => "day",
                Window::Seconds(_) => "seconds",
            };
            format!("later {} {window}", class.as_str())
        }
    }
}

async fn send(case: &Case) -> SendOutcome {
    let words = format!("触发{}流控Permits:5", case.says);
    let answering = |body: Value| Provider::always(Act::json(&body));
    match case.provider {
        "aliyun" => {
            let provider = answering(json!({"Code": case.code, "Message": words})).await;
            senders::aliyun(provider.url(), senders::clock()).send(&senders::sms("m1", PHONE)).await
        }
        "tencent" => {
            let status = json!({"Code": case.code, "Message": words, "PhoneNumber": PHONE});
            let provider = answering(json!({"Response": {"SendStatusSet": [status]}})).await;
            senders::tencent(provider.url(), senders::clock()).send(&senders::sms("m1", PHONE)).await
        }
        "wechat" => {
            let code: i64 = case.code.parse().unwrap();
            let said = Act::json(&json!({"errcode": code, "errmsg": words}));
            let token = |text: &str| Act::json(&json!({"access_token": text, "expires_in": 7_200}));
            // A token that is refused is replaced once.
            let script = [token("t1"), said.clone()];
            let again = matches!(case.code, "40001" | "40014" | "42001").then(|| token("t2"));
            let provider = Provider::scripted(script.into_iter().chain(again), said).await;
            senders::wechat(provider.url(), senders::clock()).send(&senders::sms("m1", "openid")).await
        }
        "smtp" => {
            let line = format!("{} {words}", case.code).leak();
            let server = MailServer::with(&[("RCPT", Does::Says(line))]).await;
            let settings = SmtpSettings {
                host: "127.0.0.1".to_owned(),
                port: Some(server.address.port()),
                encryption: Encryption::None,
                user: None,
                password: None,
                from: "alerts@shop.test".to_owned(),
                subject: "s".to_owned(),
            };
            let sender = SmtpSender::try_new(settings).unwrap().with_limit(Duration::from_secs(5));
            let to = Some(Recipient::new("ada@example.com"));
            sender.send(&OutgoingMessage { to, ..message("m1") }).await
        }
        other => panic!("no provider {other}"),
    }
}

/// Field notes A.2, and the providers' pages. Each line says what it came to.
#[tokio::test]
async fn each_code_is_what_its_row_says() {
    let mut wrong = Vec::new();
    for case in cases() {
        let outcome = told(&send(&case).await);
        let Case { provider, code, says, expected } = case;
        println!("{provider:8} {code:62} {says:8} {outcome}");
        if outcome != expected {
            wrong.push(format!("{provider} {code} {says}: {outcome}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_row_has_its_case_and_none_hides_another() {
    let listed: BTreeSet<_> = cases().map(|case| (case.provider, case.code, case.says)).collect();
    for Table { provider, rows, .. } in &TABLES {
        for (place, Row { code, says, zh, en, .. }) in rows.iter().enumerate() {
            assert!(listed.contains(&(*provider, *code, *says)), "{provider} {code} {says} has no case");
            let is_chinese = |text: &str| text.chars().any(|sign| ('一'..='鿿').contains(&sign));
            assert!(is_chinese(zh) && !en.is_empty() && !is_chinese(en), "{provider} {code}: {zh} {en}");
            let before = &rows[..place];
            let hidden =
                before.iter().any(|row| row.code == *code && (row.says.is_empty() || row.says == *says));
            assert!(!hidden, "{provider} {code} {says} is never found");
        }
    }
}

/// What is done about a code: its class, and when it is tried again.
fn done(act: Doing) -> (&'static str, &'static str) {
    match act {
        Doing::Refuse(class) => (class.as_str(), "never"),
        Doing::Unknown => ("unknown", "never; it is asked after"),
        Doing::Later(class, _) if class.pauses() => (class.as_str(), "when the channel goes on"),
        Doing::Later(class, Window::Schedule | Window::Seconds(_)) => (class.as_str(), "by the schedule"),
        Doing::Later(class, Window::Minute) => (class.as_str(), "after a minute"),
        Doing::Later(class, Window::Hour) => (class.as_str(), "after an hour"),
        Doing::Later(class, Window::Day) => (class.as_str(), "after a day"),
    }
}

/// The page of codes is what the tables say. When a row changes, this test says what to put there.
#[test]
fn the_codes_on_the_page_are_those_of_the_tables() {
    let page = include_str!("../../../docs/message-codes.md");
    let mut made = String::new();
    for table in &TABLES {
        let _ = write!(
            made,
            "\n## {}\n\n| Code | Class | Again | Means | 含义 |\n|---|---|---|---|---|\n",
            table.provider
        );
        for Row { code, says, act, zh, en } in table.rows {
            let said = if says.is_empty() { String::new() } else { format!(" “{says}”") };
            let (class, again) = done(*act);
            let _ = writeln!(made, "| `{code}`{said} | `{class}` | {again} | {en} | {zh} |");
        }
    }
    if !page.ends_with(&made) {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("message-codes.md");
        std::fs::write(&file, made).unwrap();
        panic!("docs/message-codes.md has other tables; put there what is in {}", file.display());
    }
}
