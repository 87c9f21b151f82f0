//! A shop that tells its customers something, and what it told them.

use super::{Run, START, id, placed, shipped, shop};
use domain::{
    Code, Instant,
    message::{
        Channel, Kind, Message, MessageStatus,
        addressee::{Contact, Sealed},
        numbers::NumberKey,
        settings::{Caps, Chosen, Switch},
        wallet::Wallet,
    },
};
use engine::{Answered, Command, MessageCommand};

pub fn told(run: &Run, command: MessageCommand) {
    run.ok(Command::Messages(command));
}
pub fn settings(run: &Run, chosen: Chosen, from: Option<Instant>) {
    told(run, MessageCommand::PutSettings { chosen: Box::new(chosen), from, by: "key".into() });
}
pub fn on(kinds: &[Kind]) -> Chosen {
    let sms = Switch { sms: true, wechat: false };
    let caps = Caps { minute: 100, hour: 100, day: 100 };
    Chosen { switches: kinds.iter().map(|kind| (*kind, sms)).collect(), caps, ..Chosen::default() }
}
pub fn wallet(run: &Run) -> Wallet {
    let wallet = run.reader().wallet(&run.shop).unwrap();
    assert_eq!(wallet.fault(), None);
    wallet.at(run.engine.now())
}
/// Free, reserved, sent.
pub fn held(run: &Run) -> (u64, u64, u64) {
    let wallet = wallet(run);
    (wallet.free(run.engine.now()), wallet.reserved, wallet.sent)
}
/// Kind, channel and why not, of an order's messages in the order of their making.
pub fn log(run: &Run, order: &str) -> Vec<(Kind, Channel, MessageStatus, Option<Code>)> {
    run.messages(order).into_iter().map(|m| (m.kind, m.channel, m.status, m.code)).collect()
}
pub fn sms(run: &Run, order: &str, kind: Kind) -> Message {
    let mut found = run.messages(order).into_iter().filter(|m| m.kind == kind && m.channel == Channel::Sms);
    found.next().unwrap_or_else(|| panic!("no {kind:?} of {order}"))
}
pub fn answer(run: &Run, message: &Message, answer: Answered) {
    let message_id = message.message_id.clone();
    told(run, MessageCommand::Answered { message_id, answer });
}
pub const TAKEN: Answered = Answered::Taken { provider_id: None, segments: None };

pub fn opened() -> Run {
    let run = Run::in_memory().0;
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    run.advance(START);
    run
}
pub fn places(run: &Run, order: &str) {
    run.apply(&placed(order, "u1", run.engine.now()));
}
/// A customer tells a number, which each digit stands for under a key: the newest first.
pub fn number(run: &Run, customer: &str, digits: &str) -> NumberKey {
    let keys = digits.chars().map(|digit| NumberKey::try_new(&digit.to_string().repeat(32)).unwrap());
    let keys: Vec<NumberKey> = keys.collect();
    let contact = Contact {
        phone: Some(Sealed { sealed: "AbCd".into(), masked: "138****8000".into() }),
        number: keys.first().cloned(),
        numbers_before: keys[1..].to_vec(),
        wechat_openid: None,
        email: None,
        address: None,
        told_at: run.engine.now(),
        told_by: "key".into(),
    };
    told(run, MessageCommand::PutContact { customer_id: id(customer), contact: Some(Box::new(contact)) });
    keys[0].clone()
}
/// An order of a customer is placed and shipped: the SMS that tells it.
pub fn ships(run: &Run, order: &str, customer: &str) -> Message {
    run.apply(&placed(order, customer, run.engine.now()));
    run.apply(&shipped(order, run.engine.now()));
    sms(run, order, Kind::Shipped)
}
