//! The sender of e-mail against a mail server on loopback that answers from a script.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use relay::message::smtp::{Encryption, SmtpSender, SmtpSettings};
use relay::message::{Class, Person, Recipient, Secret, Window};
use relay::{MessageSender, OutgoingMessage, SendOutcome};
use support::message;
use support::smtp::{Does, MailServer};

fn settings(address: SocketAddr) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: Some(address.port()),
        encryption: Encryption::None,
        user: Some("alerts".to_owned()),
        password: Some(Secret::new("smtp-secret")),
        from: "小店 <alerts@shop.test>".to_owned(),
        subject: "短信包".to_owned(),
    }
}

fn sender(address: SocketAddr) -> SmtpSender {
    SmtpSender::try_new(settings(address)).unwrap().with_limit(Duration::from_millis(600))
}

fn alert(to: Option<&str>) -> OutgoingMessage {
    OutgoingMessage {
        to: to.map(Recipient::new),
        text: Some("短信包余额不足".to_owned()),
        ..message("msg_1")
    }
}

async fn outcome(unusual: &[(&'static str, Does)]) -> (SendOutcome, usize) {
    let server = MailServer::with(unusual).await;
    let outcome = sender(server.address).send(&alert(Some("ada@example.com"))).await;
    (outcome, server.mails().len())
}

#[tokio::test]
async fn a_mail_is_handed_over() {
    let server = MailServer::with(&[]).await;
    let mail = sender(server.address);
    assert!(!mail.deduplicates());
    assert_eq!(mail.send(&alert(Some("Ada <ada@example.com>"))).await, SendOutcome::accepted());
    let mails = server.mails();
    for line in ["To: Ada <ada@example.com>", "Content-Type: text/plain; charset=utf-8", "Subject: =?utf-8?"]
    {
        assert!(mails[0].contains(line), "{}", mails[0]);
    }
    mail.send(&alert(Some("ada@example.com"))).await;
    let id = |mail: &str| mail.lines().find(|line| line.starts_with("Message-ID: ")).unwrap().to_owned();
    assert_eq!(id(&mails[0]), id(&server.mails()[1]), "a mail has one id, however often it comes");
}

/// A-S2-18: the line between later and unknown is where the mail is handed over.
#[tokio::test]
async fn what_the_server_says_decides_and_its_silence_by_where_it_came() {
    let access = |code: &str| SendOutcome::Later {
        class: Class::Access,
        code: code.to_owned(),
        not_before: Window::Schedule,
    };
    let refused = |class, code: &str, words: &str| SendOutcome::refused(class, code, words);
    let unreachable = Class::Person(Person::Unreachable);
    for (command, does, expected, mails) in [
        ("HELLO", Does::Says("421 later"), SendOutcome::later("421"), 0),
        ("HELLO", Does::Silence, SendOutcome::later("connection_failed"), 0),
        ("HELLO", Does::Close, SendOutcome::later("connection_failed"), 0),
        ("AUTH", Does::Says("535 wrong password"), access("535"), 0),
        ("RCPT", Does::Says("550 no such user"), refused(unreachable, "550", "no such user"), 0),
        ("RCPT", Does::Says("451 greylisted"), SendOutcome::later("451"), 0),
        ("MAIL", Does::Says("530 log in first"), access("530"), 0),
        ("DOT", Does::Says("554 looks like spam"), refused(Class::Content, "554", "looks like spam"), 1),
        ("DOT", Does::Says("452 disk full"), SendOutcome::later("452"), 1),
        ("DOT", Does::Silence, SendOutcome::unknown("timeout"), 1),
        ("DOT", Does::Close, SendOutcome::unknown("connection_broken"), 1),
        ("QUIT", Does::Close, SendOutcome::accepted(), 1),
        ("QUIT", Does::Silence, SendOutcome::accepted(), 1),
    ] {
        assert_eq!(outcome(&[(command, does)]).await, (expected, mails), "{command} {does:?}");
    }
}

#[tokio::test]
async fn without_a_server_it_is_later_and_without_an_address_never() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mail = sender(address);
    assert_eq!(mail.send(&alert(Some("ada@example.com"))).await, SendOutcome::later("connection_failed"));
    let unreachable = |code: &str| SendOutcome::refused(Class::Person(Person::Unreachable), code, "");
    for (to, code) in [
        (None, "to_missing"),
        (Some("ada"), "to_invalid"),
        (Some("a@b.test\r\nBcc: everybody@b.test"), "to_invalid"),
    ] {
        assert_eq!(mail.send(&alert(to)).await, unreachable(code));
    }
}

#[test]
fn passwords_go_encrypted_or_stay_on_the_machine() {
    let whole = settings(([127, 0, 0, 1], 25).into());
    let elsewhere = SmtpSettings { host: "mail.example.com".to_owned(), ..whole.clone() };
    assert!(SmtpSender::try_new(elsewhere.clone()).is_err());
    for encryption in [Encryption::Tls, Encryption::Starttls] {
        SmtpSender::try_new(SmtpSettings { encryption, ..elsewhere.clone() }).unwrap();
    }
    assert!(SmtpSender::try_new(SmtpSettings { password: None, ..whole.clone() }).is_err());
    assert!(SmtpSender::try_new(SmtpSettings { from: "alerts".to_owned(), ..whole.clone() }).is_err());
    assert!(!format!("{whole:?}").contains("smtp-secret"));
}
