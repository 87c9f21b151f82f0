//! What holds of every plain table, once for each line of the list in `port`.

use super::{refused, write};
use crate::build::{self, at, id};
use domain::{
    ShopId,
    campaign::sprint::{Answered, Invitation, Plan},
    coupon::Coupon,
    customer::Standing,
    message::{
        Message, MessageStatus,
        addressee::{Addressee, Consent},
        numbers::{Number, NumberKey},
        sending::Report,
    },
    order::CouponConflict,
    reward::{Book, Charter, Drawn, Reward, RewardStatus, Secret, Taker},
    sprint::{Award, Member, Reached, SprintBook},
};
use port::{
    Answers, BatchClaims, Change, CodeRow, ConflictRow, EarlyReports, Import, ImportState, InboxRow,
    OrderRow, PackRow, RequestRow, Row, StoreError, StoreErrorKind,
};
use port::{Changes, Keys, Rows, Store};

/// How a table's rows look in these cases.
trait Sample: Row + PartialEq + Clone {
    /// The key of a row of a shop; another number is another row.
    fn key(shop: &ShopId, number: u8) -> Self::Key;
    /// A row under that key as it is written first.
    fn first(shop: &ShopId, number: u8) -> Self;
    /// What it may become; `None` where a row is written once and never again.
    fn then(shop: &ShopId, number: u8) -> Option<Self>;
}

/// One table of the port, seen from here.
struct At<R: Row> {
    keys: fn(Vec<R::Key>) -> Keys,
    rows: fn(Rows) -> Answers<R>,
    changes: fn(&mut Changes) -> &mut Vec<Change<R>>,
}

impl<R: Sample> At<R> {
    fn load(&self, store: &mut dyn Store, keys: Vec<R::Key>) -> Answers<R> {
        (self.rows)(super::load(store, &(self.keys)(keys)))
    }
    fn put(&self, store: &mut dyn Store, change: Change<R>) {
        write(store, |changes| (self.changes)(changes).push(change));
    }
}

macro_rules! each_table {
    ($($table:ident: $row:ty,)+) => {
        /// Of every table: keys are answered in their places, rows are the shop's own, a row takes the place of
        /// the one before or is refused, and a transaction sees its own writes and takes them back.
        pub fn every_table_keeps_its_rows(store: &mut dyn Store) {
            $({
                let table = At::<$row> {
                    keys: |keys| Keys { $table: keys, ..Keys::default() },
                    rows: |rows| rows.$table,
                    changes: |changes| &mut changes.$table,
                };
                println!("{}", stringify!($table));
                rows_are_found_by_their_keys(store, &table);
                a_row_takes_the_place_of_the_one_before(store, &table);
                a_transaction_sees_its_own(store, &table);
            })+
        }
    };
}

port::tables!(each_table);

fn s1() -> ShopId {
    id("s1")
}

fn rows_are_found_by_their_keys<R: Sample>(store: &mut dyn Store, table: &At<R>) {
    let s2: ShopId = id("s2");
    let (one, two, elsewhere) = (R::key(&s1(), 1), R::key(&s1(), 2), R::key(&s2, 1));
    let asked = vec![two.clone(), one.clone(), elsewhere.clone(), one.clone()];
    let nothing = [&two, &one, &elsewhere, &one].map(|key| (key.clone(), None));
    assert_eq!(table.load(store, asked.clone()), nothing);
    table.put(store, Change::new(one.clone(), R::first(&s1(), 1)));
    let first = || Some(R::first(&s1(), 1));
    let found = [(two, None), (one.clone(), first()), (elsewhere, None), (one, first())];
    assert_eq!(table.load(store, asked), found);
    let other = (R::key(&s2, 1), R::first(&s2, 1));
    table.put(store, Change::new(other.0.clone(), other.1.clone()));
    assert_eq!(table.load(store, vec![other.0.clone()]), [(other.0, Some(other.1))]);
}

/// The first row of the shop is there.
fn a_row_takes_the_place_of_the_one_before<R: Sample>(store: &mut dyn Store, table: &At<R>) {
    let (key, before) = (R::key(&s1(), 1), R::first(&s1(), 1));
    let Some(then) = R::then(&s1(), 1) else {
        refused(store, |changes| (table.changes)(changes).push(Change::new(key.clone(), before.clone())));
        assert_eq!(table.load(store, vec![key.clone()]), [(key, Some(before))]);
        return;
    };
    assert_ne!(then, before);
    table.put(store, Change::of(key.clone(), then.clone(), before.wake_at()));
    assert_eq!(table.load(store, vec![key.clone()]), [(key.clone(), Some(then.clone()))]);
    table.put(store, Change::of(key.clone(), before.clone(), then.wake_at()));
    assert_eq!(table.load(store, vec![key.clone()]), [(key, Some(before))]);
}

fn a_transaction_sees_its_own<R: Sample>(store: &mut dyn Store, table: &At<R>) {
    let (key, row) = (R::key(&s1(), 3), R::first(&s1(), 3));
    let keys = (table.keys)(vec![key.clone()]);
    let given_up = store.transact(&mut |open| {
        let mut changes = Changes::default();
        (table.changes)(&mut changes).push(Change::new(key.clone(), row.clone()));
        open.write(&changes)?;
        let mut rows = Rows::default();
        open.load(&keys, &mut rows)?;
        assert_eq!((table.rows)(rows), [(key.clone(), Some(row.clone()))]);
        Err(StoreError::new(StoreErrorKind::Other, "given up"))
    });
    assert!(given_up.is_err());
    assert_eq!(table.load(store, vec![key.clone()]), [(key, None)]);
}

impl Sample for InboxRow {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        build::inbox(shop, &format!("ev-{number}")).0
    }
    fn first(shop: &ShopId, number: u8) -> Self {
        build::inbox(shop, &format!("ev-{number}")).1
    }
    fn then(_: &ShopId, _: u8) -> Option<Self> {
        None
    }
}

impl Sample for RequestRow {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), format!("key {number}"))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        build::request(&format!("to {number}"))
    }
    fn then(_: &ShopId, _: u8) -> Option<Self> {
        None
    }
}

impl Sample for OrderRow {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("o-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        let order = build::order(&format!("o-{number}"), "u-1", at(0));
        Self { order: Box::new(order), wake_at: Some(at(30)), timeline: String::new() }
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        let mut row = Self::first(shop, number);
        row.order.state = domain::order::State::Paid { at: at(20) };
        Some(Self { wake_at: None, ..row })
    }
}

impl Sample for Coupon {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("cp-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        build::coupon(&format!("cp-{number}"), "u-1", "o-1", at(0))
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        let mut coupon = Self::first(shop, number);
        coupon.lock(build::lock("o-1", at(900))).expect("a new coupon can be locked");
        coupon.forfeit(at(5));
        Some(coupon)
    }
}

impl Sample for Standing {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("u-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        build::standing(number.into())
    }
    fn then(_: &ShopId, number: u8) -> Option<Self> {
        Some(build::standing(u32::from(number) + 10))
    }
}

impl Sample for BatchClaims {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id("u-1"), id(&format!("b-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        Self(number.into())
    }
    fn then(_: &ShopId, number: u8) -> Option<Self> {
        Some(Self(u32::from(number) + 10))
    }
}

impl Sample for CodeRow {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), [number; 16])
    }
    fn first(_: &ShopId, _: u8) -> Self {
        Self { batch_id: id("b-1"), coupon_id: None }
    }
    fn then(_: &ShopId, _: u8) -> Option<Self> {
        Some(Self { batch_id: id("b-1"), coupon_id: Some(id("cp-1")) })
    }
}

impl Sample for ConflictRow {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("cf-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        build::conflict(&format!("cf-{number}"), "o-1")
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        let row = Self::first(shop, number);
        let conflict = CouponConflict { coupon_id: None, kind: "beans".into(), ..row.conflict };
        Some(Self { conflict, ..row })
    }
}

impl Sample for Import {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("im-{number}")))
    }
    fn first(shop: &ShopId, number: u8) -> Self {
        build::import(shop, &format!("im-{number}"))
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        let row = Self::first(shop, number);
        Some(Self { state: ImportState::Cancelled, finished_at: Some(at(7)), ..row })
    }
}

impl Sample for Message {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("m-{number}")))
    }
    fn first(shop: &ShopId, number: u8) -> Self {
        build::message(shop, &format!("m-{number}"), "o-1", "u-1")
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        let sent = Self::first(shop, number);
        Some(Self { status: MessageStatus::Sent, sent_at: Some(at(5)), ..sent })
    }
}

impl Sample for PackRow {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("pk-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        Self {
            purchase_id: id(&format!("pk-{number}")),
            segments: 10 + u64::from(number),
            expires_at: Some(at(9_000)),
            bought_at: at(0),
            bought_by: "key".into(),
        }
    }
    fn then(_: &ShopId, _: u8) -> Option<Self> {
        None
    }
}

impl Sample for Addressee {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("u-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        let mut addressee = Self::default();
        addressee.grant("t1", u32::from(number));
        addressee
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        let mut addressee = Self::first(shop, number);
        let (source, told_by) = ("checkout".into(), "key".into());
        addressee.agree(Consent { given: true, at: at(0), source, told_at: at(1), told_by });
        Some(addressee)
    }
}

impl Sample for Number {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), NumberKey::of_customer(&id(&format!("u-{number}"))))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        let mut heard = Self::default();
        heard.count(at(number.into()), "Tea");
        heard
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        let mut heard = Self::first(shop, number);
        heard.opted_out_at = Some(at(7));
        Some(heard)
    }
}

impl Sample for Reward {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("rw-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        build::reward(&format!("rw-{number}"), &format!("o-{number}"), "u-1")
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        let reward = Self::first(shop, number);
        let drawn = Drawn {
            n: number.into(),
            at: at(5),
            entropy: "t-1".into(),
            r: 7,
            prize_id: "mug".into(),
            head: draw::Hash::of(&[b"head"]),
            given: Some([("mug".to_owned(), 3)].into_iter().collect()),
        };
        Some(Self {
            status: RewardStatus::Done,
            done_at: Some(at(5)),
            drawn: Some(Box::new(drawn)),
            ..reward
        })
    }
}

impl Sample for Book {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("ca-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        Self::new(draw::Seed::from_bytes([number; 32]))
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        Some(Self { given: 9, paused_at: Some(at(3)), ..Self::first(shop, number) })
    }
}

impl Sample for Charter {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("ca-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        Self::new(Secret::from_bytes([number; 32]))
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        Some(Self { announced: Some(build::announced(number)), ..Self::first(shop, number) })
    }
}

impl Sample for Taker {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id("ca-1"), id(&format!("u-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        Self { total: number.into(), ..Self::default() }
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        Some(Self { extra: 1, ..Self::first(shop, number) })
    }
}

impl Sample for SprintBook {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("ca-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        Self { wake_at: Some(at(i64::from(number) + 100)), ..Self::default() }
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        Some(Self { first_enrolled_at: Some(at(7)), ..Self::first(shop, number) })
    }
}

impl Sample for Plan {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("ca-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        build::plan(&format!("ca-{number}"))
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        Some(Self { revision: 2, ..Self::first(shop, number) })
    }
}

impl Sample for Invitation {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id(&format!("ca-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        Self::of(&build::plan(&format!("ca-{number}")), at(i64::from(number)))
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        Some(Self { standing: Answered::Accepted, ..Self::first(shop, number) })
    }
}

impl Sample for Member {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), id("ca-1"), id("w1"), id(&format!("u-{number}")))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        let reached = vec![Reached { tier: 0, qualified_at: at(number.into()) }];
        Self { enrolled_at: Some(at(1)), reached, ..Self::default() }
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        Some(Self { awards: vec![Award::won(0, at(9))], ..Self::first(shop, number) })
    }
}

impl Sample for EarlyReports {
    fn key(shop: &ShopId, number: u8) -> Self::Key {
        (shop.clone(), format!("biz-{number}"))
    }
    fn first(_: &ShopId, number: u8) -> Self {
        let report = Report {
            part: Some(number.into()),
            is_delivered: true,
            code: "DELIVRD".into(),
            segments: None,
            at: at(3),
            is_charged: true,
        };
        Self { told_at: at(4), reports: vec![(vec![NumberKey::of_customer(&id("u-1"))], report)] }
    }
    fn then(shop: &ShopId, number: u8) -> Option<Self> {
        Some(Self { told_at: at(9), ..Self::first(shop, number) })
    }
}
