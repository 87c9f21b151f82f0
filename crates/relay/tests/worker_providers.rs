//! The worker with each provider's sender: nothing that a provider may have taken is sent twice (A-S2-18, fault 21), and
//! what it certainly has not taken goes out in the end.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use relay::message::smtp::{Encryption, SmtpSender, SmtpSettings};
use relay::message::{Moment, Recipient};
use relay::{MessageOutcome, MessageSender, OutgoingMessage, Senders, Worker};
use serde_json::json;
use support::outbox::Outbox;
use support::provider::{Act, Provider, Request};
use support::senders::{aliyun, sms, tencent, tencent_takes, wechat};
use support::smtp::{Does, MailServer};
use support::{START_MICROS, loopback_client};

const PHONE: &str = "+8613800138000";
const HOUR: i64 = 3_600_000_000;

#[derive(Debug, Clone, Copy)]
enum Who {
    Aliyun,
    Tencent,
    Wechat,
}

impl Who {
    fn taken(self) -> Act {
        Act::json(&match self {
            Self::Aliyun => json!({"Code": "OK", "Message": "OK", "BizId": "b1"}),
            Self::Tencent => tencent_takes(&[PHONE]),
            // A token and a success at once: it is asked for both.
            Self::Wechat => json!({"access_token": "t", "expires_in": 7_200, "errcode": 0, "msgid": 1}),
        })
    }

    fn empty(self) -> Act {
        Act::json(&match self {
            Self::Aliyun => json!({"Code": "isv.AMOUNT_NOT_ENOUGH", "Message": "账户余额不足"}),
            Self::Tencent => json!({"Response": {"Error":
                {"Code": "FailedOperation.InsufficientBalanceInSmsPackage", "Message": "m"}}}),
            Self::Wechat => json!({"errcode": 45_009, "errmsg": "reach max api daily quota limit"}),
        })
    }

    fn throttled(self) -> Act {
        Act::json(&match self {
            Self::Aliyun => {
                json!({"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1"})
            }
            Self::Tencent => json!({"Response": {"Error":
                {"Code": "LimitExceeded.PhoneNumberThirtySecondLimit", "Message": "m"}}}),
            Self::Wechat => json!({"errcode": 45_011, "errmsg": "api minute-quota reach limit"}),
        })
    }

    fn sender(self, provider: &Provider, outbox: &Arc<Outbox>) -> Arc<dyn MessageSender> {
        match self {
            Self::Aliyun => Arc::new(aliyun(provider.url(), outbox.clock())),
            Self::Tencent => Arc::new(tencent(provider.url(), outbox.clock())),
            Self::Wechat => Arc::new(wechat(provider.url(), outbox.clock())),
        }
    }

    /// Requests that are messages.
    fn messages(provider: &Provider) -> usize {
        let is_message = |request: &&Request| request.target != "/cgi-bin/stable_token";
        provider.requests().iter().filter(is_message).count()
    }
}

const ALL: [Who; 3] = [Who::Aliyun, Who::Tencent, Who::Wechat];

/// A provider that has given its token already and now does `act`, then takes everything.
async fn provider(who: Who, act: Act) -> Provider {
    let token = matches!(who, Who::Wechat).then(|| who.taken());
    Provider::scripted(token.into_iter().chain([act]), who.taken()).await
}

fn worker(outbox: &Arc<Outbox>, sender: Arc<dyn MessageSender>) -> Worker {
    Worker::new(outbox.clone(), loopback_client(), Senders::new(sender), outbox.clock())
}

fn patient(id: &str) -> OutgoingMessage {
    OutgoingMessage { deliver_until: Moment::utc(START_MICROS + 12 * HOUR), ..sms(id, PHONE) }
}

/// Lets a new worker look again and again through the hours.
async fn live_on(outbox: &Arc<Outbox>, who: Who, provider: &Provider) {
    let worker = worker(outbox, who.sender(provider, outbox));
    for minutes in [0, 1, 2, 10, 30, 60, 120, 240, 480, 720, 1_440] {
        outbox.set_now(START_MICROS + minutes * 60_000_000);
        worker.drain_once().await.unwrap();
    }
}

fn outcomes(outbox: &Outbox) -> Vec<MessageOutcome> {
    outbox.settled_messages.lock().unwrap().iter().map(|row| row.outcome.clone()).collect()
}

#[tokio::test]
async fn what_may_have_been_taken_is_never_sent_again() {
    for who in ALL {
        for act in [
            who.taken(),
            Act::Silence,
            Act::Close,
            Act::html(),
            Act::Answer(500, String::new()),
            Act::Answer(502, String::new()),
            Act::Answer(504, String::new()),
        ] {
            let said = format!("{who:?} {act:?}");
            let (outbox, provider) = (Outbox::new(), provider(who, act).await);
            outbox.add_message(patient("msg_1"));
            live_on(&outbox, who, &provider).await;
            assert_eq!(Who::messages(&provider), 1, "{said}");
            let [outcome] = &outcomes(&outbox)[..] else { panic!("{said}: {:?}", outcomes(&outbox)) };
            let is_known = matches!(outcome, MessageOutcome::Accepted { .. });
            let is_unknown = matches!(outcome, MessageOutcome::Unknown { .. });
            assert!(is_known || is_unknown, "{said}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn what_was_not_taken_goes_out_in_the_end_and_once() {
    for who in ALL {
        for act in [
            who.empty(),
            who.throttled(),
            Act::Answer(408, String::new()),
            Act::Answer(503, String::new()),
            Act::With(429, "retry-after: 90", String::new()),
        ] {
            let said = format!("{who:?} {act:?}");
            let (outbox, provider) = (Outbox::new(), provider(who, act).await);
            outbox.add_message(patient("msg_1"));
            live_on(&outbox, who, &provider).await;
            assert_eq!(Who::messages(&provider), 2, "{said}");
            let all = outcomes(&outbox);
            assert!(matches!(all[0], MessageOutcome::RetryAt { class: Some(_), .. }), "{said}: {all:?}");
            assert!(matches!(all[1], MessageOutcome::Accepted { .. }), "{said}: {all:?}");
            assert_eq!(all.len(), 2, "{said}");
        }
    }
}

/// The worker is dropped when the provider has the message and we have no answer.
#[tokio::test]
async fn a_worker_that_is_dropped_between_send_and_settlement_sends_nothing_twice() {
    for who in ALL {
        let (outbox, provider) = (Outbox::new(), provider(who, Act::Silence).await);
        outbox.add_message(patient("msg_1"));
        let first = worker(&outbox, who.sender(&provider, &outbox));
        let running = tokio::spawn(async move { first.drain_once().await });
        while Who::messages(&provider) == 0 {
            tokio::task::yield_now().await;
        }
        running.abort();
        running.await.unwrap_err();
        live_on(&outbox, who, &provider).await;
        assert_eq!(Who::messages(&provider), 1, "{who:?}");
        assert!(outcomes(&outbox).is_empty(), "{who:?}: the mark alone says it, until it is asked after");
    }
}

/// The same for e-mail: what the server has the end of is not sent again, whatever it said or did not say.
#[tokio::test]
async fn a_mail_whose_end_came_is_never_sent_again() {
    for (command, does, mails) in [
        ("DOT", Does::Close, 1),
        ("DOT", Does::Silence, 1),
        ("DOT", Does::Says("250 queued"), 1),
        ("RCPT", Does::Says("550 no such user"), 0),
    ] {
        let (outbox, server) = (Outbox::new(), MailServer::with(&[(command, does)]).await);
        outbox
            .add_message(OutgoingMessage { to: Some(Recipient::new("ada@example.com")), ..patient("msg_1") });
        let settings = SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: Some(server.address.port()),
            encryption: Encryption::None,
            user: None,
            password: None,
            from: "alerts@shop.test".to_owned(),
            subject: "s".to_owned(),
        };
        let sender = SmtpSender::try_new(settings).unwrap().with_limit(Duration::from_millis(600));
        let worker = worker(&outbox, Arc::new(sender));
        for hours in 0..13 {
            outbox.set_now(START_MICROS + hours * HOUR);
            worker.drain_once().await.unwrap();
        }
        assert_eq!((server.mails().len(), outcomes(&outbox).len()), (mails, 1), "{command} {does:?}");
    }
}

/// A provider that is not there is asked again, and has the message once it is back.
#[tokio::test]
async fn a_refused_connection_costs_nothing() {
    for who in ALL {
        let outbox = Outbox::new();
        outbox.add_message(patient("msg_1"));
        let gone = Provider::absent().await;
        let sender: Arc<dyn MessageSender> = match who {
            Who::Aliyun => Arc::new(aliyun(gone, outbox.clock())),
            Who::Tencent => Arc::new(tencent(gone, outbox.clock())),
            Who::Wechat => Arc::new(wechat(gone, outbox.clock())),
        };
        worker(&outbox, sender).drain_once().await.unwrap();
        let back = Provider::always(who.taken()).await;
        live_on(&outbox, who, &back).await;
        let all = outcomes(&outbox);
        assert!(matches!(all[0], MessageOutcome::RetryAt { .. }), "{who:?}: {all:?}");
        assert!(matches!(all[1], MessageOutcome::Accepted { .. }), "{who:?}: {all:?}");
        assert_eq!(Who::messages(&back), 1, "{who:?}");
    }
}
