//! The worker with receivers that are mailboxes: an event goes to them by the sender of e-mail, and fares as one to a webhook.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use relay::message::smtp::{Encryption, SmtpSender, SmtpSettings};
use relay::{DeliveryOutcome, JsonLinesSender, Mail, Senders, Worker};
use support::outbox::Outbox;
use support::smtp::{Does, MailServer};
use support::{Canary, START_MICROS, loopback_client};

const MAILBOX: &str = "mailto:ops@shop.test";

fn body() -> String {
    let mail = Mail {
        subject: "【Promenade】老街茶铺：短信余量不足 / few SMS are left".to_owned(),
        zh: "您的店铺“老街茶铺”的短信仅剩3条。".to_owned(),
        en: "Your shop 老街茶铺: 3 SMS are left.".to_owned(),
    };
    serde_json::to_string(&mail).unwrap()
}

fn sender(server: &MailServer) -> Arc<SmtpSender> {
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: Some(server.address.port()),
        encryption: Encryption::None,
        user: None,
        password: None,
        from: "Promenade <alerts@promenade.test>".to_owned(),
        subject: "Promenade".to_owned(),
    };
    Arc::new(SmtpSender::try_new(settings).unwrap().with_limit(Duration::from_millis(800)))
}

fn worker(outbox: &Arc<Outbox>, server: &MailServer) -> Worker {
    let senders = Senders::new(Arc::new(JsonLinesSender::new("/nonexistent/messages")));
    let senders = senders.with_channel("email", sender(server));
    Worker::new(outbox.clone(), loopback_client(), senders, outbox.clock())
}

/// S2-R14, A-S2-12: an alert goes to its mailbox by the sender of e-mail, with a subject of its own and both texts.
#[tokio::test]
async fn s2_r14_an_alert_is_a_mail() {
    let (outbox, server) = (Outbox::new(), MailServer::with(&[]).await);
    outbox.add_saying("tea", 1, MAILBOX, &body());
    worker(&outbox, &server).drain_once().await.unwrap();
    assert_eq!(outbox.outcomes(), [DeliveryOutcome::Delivered]);
    let [mail] = &server.mails()[..] else { panic!("{:?}", server.mails()) };
    assert!(mail.contains("To: ops@shop.test\r\n"), "{mail}");
    assert!(mail.contains("Subject: =?utf-8?b?"), "{mail}");
    assert!(mail.contains("Message-ID: <"), "{mail}");
}

/// What a mail server says of an alert: taken, not now, never; where nobody knows it goes again, under the same id, for an
/// alert that comes twice does less harm than one that does not come.
#[tokio::test]
async fn an_alert_is_tried_until_it_is_taken_or_refused() {
    for (unusual, outcome, reason) in [
        (("RCPT", Does::Says("550 no such user")), DeliveryOutcome::Dead, "550: no such user"),
        (("RCPT", Does::Says("451 later")), DeliveryOutcome::RetryAt(0), "451"),
        (("AUTH", Does::Says("535 wrong")), DeliveryOutcome::Delivered, ""),
        (("DOT", Does::Close), DeliveryOutcome::RetryAt(0), "connection_broken"),
        (("HELLO", Does::Close), DeliveryOutcome::RetryAt(0), "connection_failed"),
    ] {
        let (outbox, server) = (Outbox::new(), MailServer::with(&[unusual]).await);
        outbox.add_saying("tea", 1, MAILBOX, &body());
        worker(&outbox, &server).drain_once().await.unwrap();
        let settled = outbox.settled.lock().unwrap().remove(0);
        let found = match settled.outcome {
            DeliveryOutcome::RetryAt(at) => {
                assert!(at > START_MICROS, "{unusual:?}");
                DeliveryOutcome::RetryAt(0)
            }
            other => other,
        };
        assert_eq!((found, settled.reason.as_deref().unwrap_or_default()), (outcome, reason), "{unusual:?}");
    }
    let (outbox, server) = (Outbox::new(), MailServer::with(&[("DOT", Does::Close)]).await);
    outbox.add_saying("tea", 1, MAILBOX, &body());
    for minutes in [0, 60] {
        outbox.set_now(START_MICROS + minutes * 60_000_000);
        worker(&outbox, &server).drain_once().await.unwrap();
    }
    let id = |mail: &String| mail.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned();
    let ids: Vec<_> = server.mails().iter().map(id).collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
}

/// A mailbox that cannot be written to keeps no webhook waiting, and what is no mail is not tried again.
#[tokio::test]
async fn a_mailbox_has_its_own_turn() {
    let (outbox, server) = (Outbox::new(), MailServer::with(&[("HELLO", Does::Close)]).await);
    let hook =
        Canary::answering(([127, 0, 0, 1], 0).into(), "HTTP/1.1 204 No Content\r\n\r\n".to_owned()).await;
    outbox.add_saying("tea", 1, MAILBOX, &body());
    outbox.add_of("tea", 2, &hook.url());
    outbox.add_saying("tea", 3, "mailto:other@shop.test", "null");
    worker(&outbox, &server).drain_once().await.unwrap();
    let mut settled: Vec<_> =
        outbox.settled.lock().unwrap().drain(..).map(|row| (row.delivery_id, row)).collect();
    settled.sort_by_key(|(id, _)| *id);
    let [(_, mail), (_, hook), (_, none)] = &settled[..] else { panic!("{settled:?}") };
    assert!(matches!(mail.outcome, DeliveryOutcome::RetryAt(_)), "{mail:?}");
    assert_eq!(hook.outcome, DeliveryOutcome::Delivered);
    assert_eq!((none.outcome, none.reason.as_deref()), (DeliveryOutcome::Dead, Some("not_a_mail")));
}
