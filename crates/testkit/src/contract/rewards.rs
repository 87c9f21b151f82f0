//! Plays in the order of their chain, and the winners among them.

use super::{Answer, write};
use crate::build::{self, at, id};
use domain::{
    ShopId,
    reward::{Drawn, Reward, RewardStatus},
};
use money::Money;
use port::{Change, Store};

fn s1() -> ShopId {
    id("s1")
}

/// A reward that was drawn in that place, with a prize that is listed where it is worth something.
fn played(number: u64, value: i64) -> Reward {
    let drawn = Drawn {
        n: number,
        at: at(5),
        entropy: "t-1".into(),
        r: 7,
        prize_id: "pot".into(),
        head: draw::Hash::of(&[b"head"]),
        given: None,
    };
    Reward {
        status: RewardStatus::Done,
        done_at: Some(at(5)),
        drawn: Some(Box::new(drawn)),
        listed: Some(Money::from_minor(value)).filter(|value| value.is_positive()),
        ..build::reward(&format!("rw-{number}"), &format!("o-{number}"), "u-1")
    }
}

/// A-S2-17: the last winners of a campaign, the latest first, so many and no more; one whose prize was undone is none.
pub fn a_s2_17_the_last_winners(store: &mut dyn Store) {
    let key = |number: u64| (s1(), id(&format!("rw-{number}")));
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        for number in 1..=12 {
            let value = if number % 2 == 0 { 68_000 } else { 0 };
            changes.rewards.push(Change::new(key(number), played(number, value)));
        }
        let other = Reward { campaign_id: id("ca-2"), ..played(3, 68_000) };
        let other = Reward { reward_id: id("rw-other"), ..other };
        changes.rewards.push(Change::new((s1(), id("rw-other")), other));
    });
    let last = |store: &dyn Store, most: usize| {
        let found = store.reader().last_winners(&s1(), &id("ca-1"), most).answer();
        found.into_iter().filter_map(|reward| reward.drawn).map(|drawn| drawn.n).collect::<Vec<_>>()
    };
    assert_eq!(last(store, 3), [12, 10, 8]);
    assert_eq!(last(store, 100), [12, 10, 8, 6, 4, 2]);
    let undone = Reward { status: RewardStatus::Void, ..played(10, 68_000) };
    write(store, |changes| {
        changes.rewards.push(Change { is_new: false, ..Change::new(key(10), undone) });
    });
    assert_eq!(last(store, 3), [12, 8, 6]);
    assert_eq!(store.reader().last_winners(&s1(), &id("ca-3"), 3).answer(), []);
}
