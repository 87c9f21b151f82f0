//! The stores' rows for tests.

use super::{at, id, message, start};
use domain::{
    Code, Instant, ShopId,
    coupon::Coupon,
    customer::Standing,
    ledger::{Account, Booked, Entry, Source, Way},
    message::{Message, wallet::Wallet},
    order::{CouponConflict, Method, Order, Party, TimelineEntry},
    reward::{ActionKind, Announced, Reward, RewardStatus},
};
use money::Money;
use port::{
    Before, Change, ConflictRow, Dispatch, Handing, Import, ImportFile, ImportState, InboxKey, InboxRow,
    OutboxRow, Parked, Repeats, RequestRow, Upload, WalletChange, Webhook, digest,
};

/// An event of a source `platform`, taken in at the start.
pub fn inbox(shop_id: &ShopId, event_id: &str) -> (InboxKey, InboxRow) {
    let key = (shop_id.clone(), "platform".into(), event_id.into());
    (key, InboxRow { digest: digest(event_id.as_bytes()), received_at: start() })
}

/// The same, to be written.
pub fn taken_in(shop_id: &ShopId, event_id: &str) -> Change<InboxRow> {
    let (key, row) = inbox(shop_id, event_id);
    Change::new(key, row)
}

/// A coupon that the store has not yet.
pub fn new_coupon(shop_id: &ShopId, coupon: Coupon) -> Change<Coupon> {
    Change::new((shop_id.clone(), coupon.coupon_id.clone()), coupon)
}

/// A coupon after a change, with its timer before.
pub fn changed_coupon(shop_id: &ShopId, coupon: Coupon, old_wake: Option<Instant>) -> Change<Coupon> {
    Change::of((shop_id.clone(), coupon.coupon_id.clone()), coupon, old_wake)
}

/// A wallet after a change, with its timer before.
pub fn changed_wallet(shop: &str, wallet: &Wallet, old_wake: Option<Instant>) -> WalletChange {
    WalletChange { shop_id: id(shop), wallet: wallet.clone(), old_wake }
}

/// A conflict of an order about coupon `cp-1`.
pub fn conflict(conflict_id: &str, order_id: &str) -> ConflictRow {
    let conflict = CouponConflict {
        conflict_id: id(conflict_id),
        coupon_id: Some(id("cp-1")),
        kind: "".into(),
        code: Code::BelowThreshold,
        at: at(5),
    };
    ConflictRow { order_id: id(order_id), conflict, is_over: false }
}

/// The same, to be written.
pub fn conflicts_with(shop_id: &ShopId, conflict_id: &str, order_id: &str) -> Change<ConflictRow> {
    Change::new((shop_id.clone(), id(conflict_id)), conflict(conflict_id, order_id))
}

/// A scratch card that a paid order brought.
pub fn reward(reward_id: &str, order_id: &str, customer_id: &str) -> Reward {
    Reward {
        reward_id: id(reward_id),
        campaign_id: id("ca-1"),
        version: 1,
        order_id: id(order_id),
        customer_id: id(customer_id),
        tier: 0,
        action: ActionKind::ScratchCard,
        status: RewardStatus::Offered,
        code: None,
        earned_at: at(0),
        offered_at: at(1),
        done_at: None,
        extra: 0,
        transaction_id: Some(id("t-1")),
        drawn: None,
        coupon_id: None,
        missed: None,
        listed: None,
        answers: None,
        extras: Vec::new(),
    }
}

/// What was announced of a draw of ten tickets, one of them a mug.
pub fn announced(seed: u8) -> Announced {
    let notice = serde_json::json!({
        "title": "Mugs", "organiser": "Tea House", "contact": "400-000-0000", "opens_at": "2022-06-01T00:00:00+08:00",
        "closes_at": "2022-07-01T00:00:00+08:00", "conditions": "Orders that are paid", "entropy": "required",
        "table": { "mode": "urn", "prizes": [
            { "prize_id": "mug", "name": "Mug", "kind": "goods", "value": 3_900, "stock": 1 },
            { "prize_id": "none", "name": "None", "kind": "none", "value": 0, "stock": 9 },
        ] },
        "claim_days": 30, "claim_how": "By post", "lapse": "Not drawn again",
    });
    let notice: draw::Notice = serde_json::from_value(notice).expect("a notice");
    let seed = draw::Seed::from_bytes([seed; 32]);
    Announced::first(&seed, draw::archive::NoticeLink::first("ca-1", &seed.commit(), notice))
}

/// An import of one file that waits for its turn.
pub fn import(shop_id: &ShopId, import_id: &str) -> Import {
    let file = ImportFile { name: "orders.csv".into(), bytes: 120, blake3: "ab".repeat(32) };
    Import {
        shop_id: shop_id.clone(),
        import_id: id(import_id),
        state: ImportState::Received,
        created_at: start(),
        started_at: None,
        starts: 0,
        finished_at: None,
        cancel_asked: false,
        upload: Upload {
            folder: "00ff".into(),
            files: vec![file],
            mapping: "Tea".into(),
            mapping_name: None,
            as_of: None,
            submit: false,
            by: "erp".into(),
        },
        outcome: None,
    }
}

/// The same, to be written.
pub fn imported(import: Import) -> Change<Import> {
    Change::new((import.shop_id.clone(), import.import_id.clone()), import)
}

/// A message to be written.
pub fn told(message: Message) -> Change<Message> {
    Change::new((message.shop_id.clone(), message.message_id.clone()), message)
}

/// A customer's standing to be written.
pub fn stands(shop_id: &ShopId, customer: &str, orders: u32) -> Change<Standing> {
    Change::new((shop_id.clone(), id(customer)), super::standing(orders))
}

/// An `order.shipped` that waits.
pub fn parked(event_id: &str, order_id: &str) -> Parked {
    Parked { event: super::shipped_event(event_id, order_id, at(60)), received_at: at(61) }
}

/// An answered request.
pub fn request(body: &str) -> RequestRow {
    RequestRow {
        digest: digest(body.as_bytes()),
        reply: format!(r#"{{"reply":"done","to":"{body}"}}"#),
        at: start(),
    }
}

/// The books of a payment in full: four entries that sum to zero, the first as they were before sources were kept.
pub fn entries(shop_id: &ShopId, order: &Order) -> Vec<Entry> {
    let lines = [
        (Account::MerchantSales, 30_000, "goods", None),
        (Account::MerchantDiscount, -1_000, "order_promotion", Some(Party::Merchant)),
        (Account::PlatformSubsidy, -100, "beans", Some(Party::Platform)),
        (Account::CustomerCash, -28_900, "payment", None),
    ];
    let entry =
        |(number, (account, minor, reason, funded_by)): (u32, (Account, i64, &str, Option<Party>))| Entry {
            shop_id: shop_id.clone(),
            order_id: order.order_id.clone(),
            number: order.ledger_entries + number,
            account,
            amount: Money::from_minor(minor),
            reason: reason.into(),
            funded_by,
            at: at(600),
            booked: (number > 0).then(|| Booked { number: u64::from(number), at: at(660) }),
            source: if number > 0 { source(order) } else { Source::default() },
        };
    (0..).zip(lines).map(entry).collect()
}

/// Everything that an entry can come from.
fn source(order: &Order) -> Source {
    let back = order.ledger_entries > 0;
    Source {
        campaign_id: Some(id("c-1")),
        coupon_id: Some(id("cp-1")),
        batch_id: Some(id("b-1")),
        payment_id: Some(id("p-1")),
        refund_id: back.then(|| id("r-1")),
        method: Some(if back { Way::OfflineTransfer } else { Way::Payment(Method::Card) }),
    }
}

/// A line of a timeline, as it is added to an order.
pub fn timeline(what: &str, seconds: i64) -> String {
    let entry =
        TimelineEntry { at: at(seconds), what: what.into(), code: None, campaign_id: None, detail: None };
    let line = serde_json::to_string(&entry).unwrap_or_else(|error| panic!("{error}"));
    format!("{line}\n")
}

/// A published event for the webhooks named.
pub fn outbox(shop_id: &ShopId, event_id: &str, receivers: &[&str]) -> OutboxRow {
    OutboxRow {
        event_id: event_id.into(),
        shop_id: shop_id.clone(),
        event_type: "coupon.claimed".into(),
        subject: "o-1".into(),
        at: at(60),
        body: r#"{"coupon_id":"cp-1","order_id":"o-1","customer_id":"u-1","save":2000}"#.into(),
        receivers: receivers.iter().map(|receiver| id(receiver)).collect(),
    }
}

/// A webhook for every type of event.
pub fn webhook(webhook_id: &str) -> Webhook {
    Webhook {
        webhook_id: id(webhook_id),
        url: format!("https://example.test/{webhook_id}"),
        types: Vec::new(),
        secrets: vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()],
        created_at: start(),
        old_until: None,
    }
}

/// A message of [`dispatch`] that is handed over at that moment.
pub fn handing(shop_id: &ShopId, message_id: &str, at: Instant, repeats: Repeats) -> Handing {
    Handing {
        shop_id: shop_id.clone(),
        message_id: message_id.parse().expect("an id of a test is fit"),
        at,
        judged_by: at,
        until: at.plus_minutes(60),
        before: Before::NotTaken,
        signature: None,
        repeats,
    }
}

/// A message to hand over.
pub fn dispatch(shop_id: &ShopId, message_id: &str, seconds: i64) -> Dispatch {
    let message = message(shop_id, message_id, "o-1", "u-1");
    Dispatch {
        message,
        deliver_until: at(seconds + 3_600),
        attempt: 0,
        next_at: at(seconds),
        said: None,
        tried_at: None,
        handed_at: None,
    }
}
