//! Rewards after payment: each is its order's and stands with it, a draw's chain is that of its plays, no more is given
//! than there is, and the figures are a recount (S2-R04, A-S2-6, A-S2-15, A-S2-16).

use crate::checks::REWARDS;
use crate::walk::{Faults, LOOKS, PAGE, Walk, first_page};
use domain::{
    CampaignId, RewardId,
    campaign::{Counters, post_payment},
    order::Order,
    reward::{ActionKind, Book, Drawing, Drawn, Reward, RewardStatus},
};
use draw::{Given, chain};
use port::{Page, Read, Reader, RewardFilter};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Walks the rewards of each campaign that keeps a book, then recounts the book.
pub fn walk(walk: &mut Walk<'_>) -> Read<()> {
    let ids: Vec<CampaignId> = walk.campaigns.keys().cloned().collect();
    for id in ids {
        if walk.reader.book(walk.id(), &id)?.is_none() {
            continue;
        }
        walk.pages(
            "rewards",
            |reader, shop, page| reader.campaign_rewards(shop, &id, &RewardFilter { status: None }, page),
            port::reward_key,
            |walk, reward| {
                walk.looked(REWARDS);
                let id = reward.reward_id.clone();
                walk.confirm(
                    reward,
                    |reader, shop| reader.reward(shop, &id),
                    of_reward,
                    || format!("reward {id}"),
                )
            },
        )?;
        of_campaign(walk, &id)?;
        if walk.report.truncated {
            break;
        }
    }
    Ok(())
}

/// What is wrong with the rewards that an order names.
pub fn of_order(walk: &Walk<'_>, order: &Order, found: &mut Faults) -> Read<()> {
    for rewarded in &order.rewards {
        let Some(id) = &rewarded.reward_id else { continue };
        let reward = walk.reader.reward(walk.id(), id)?;
        let is_its = |reward: Reward| {
            (reward.order_id, reward.campaign_id) == (order.order_id.clone(), rewarded.campaign_id.clone())
        };
        if !reward.is_some_and(is_its) {
            found.push((
                REWARDS,
                format!("reward {id} of campaign {}, which it names, is not its own", rewarded.campaign_id),
            ));
        }
    }
    let campaigns = order.rewards.iter().map(|rewarded| &rewarded.campaign_id);
    if campaigns.clone().collect::<std::collections::BTreeSet<_>>().len() < order.rewards.len() {
        found.push((REWARDS, "a campaign rewarded it twice".to_owned()));
    }
    Ok(())
}

fn of_reward(walk: &Walk<'_>, reward: &Reward) -> Read<Faults> {
    let mut found = Faults::new();
    let Some(order) = walk.reader.order(walk.id(), &reward.order_id)? else {
        found.push((REWARDS, format!("order {}, which brought it, does not exist", reward.order_id)));
        return Ok(found);
    };
    let own = order.rewards.iter().find(|rewarded| rewarded.campaign_id == reward.campaign_id);
    let own: Option<&RewardId> = own.and_then(|rewarded| rewarded.reward_id.as_ref());
    let is_named = match own {
        Some(own) if reward.extra == 0 => *own == reward.reward_id,
        Some(own) => {
            walk.reader.reward(walk.id(), own)?.is_some_and(|own| own.extras.contains(&reward.reward_id))
        }
        None => false,
    };
    if !is_named {
        found.push((REWARDS, format!("order {} does not name it", reward.order_id)));
    }
    let stands = post_payment::stands(&order).is_some();
    if stands == (reward.status == RewardStatus::Void) {
        let told = if stands { "its order stands" } else { "its order is paid no more, or was refunded" };
        found.push((REWARDS, format!("it is {}, and {told}", reward.status.as_str())));
    }
    let has_time = reward.done_at.is_some();
    if (reward.status == RewardStatus::Done && !has_time)
        || (reward.status == RewardStatus::Offered && has_time)
    {
        found.push((
            REWARDS,
            format!("it is {} and has a time of being done: {has_time}", reward.status.as_str()),
        ));
    }
    if let Some(id) = &reward.coupon_id {
        let coupon = walk.reader.coupon(walk.id(), id)?;
        let is_its = coupon.as_ref().is_some_and(|coupon| {
            coupon.customer_id == reward.customer_id && coupon.counted_for() == Some(&reward.campaign_id)
        });
        if !is_its {
            found.push((
                REWARDS,
                format!("coupon {id}, which it brought, is not its customer's from this campaign"),
            ));
        }
    }
    Ok(found)
}

/// What a campaign keeps, and its figures. The engine may be writing: a difference counts when what is kept stood still
/// around the recount.
fn of_campaign(walk: &mut Walk<'_>, id: &CampaignId) -> Read<()> {
    walk.looked(REWARDS);
    for _ in 0..LOOKS {
        let Some(before) = kept(walk, id)? else { return Ok(()) };
        let recount = Recount::of(walk.reader, walk.id(), id, before.0.drawing.as_ref())?;
        let wrong = recount.unlike(&before.0, &before.1);
        if wrong.is_empty() {
            return Ok(());
        }
        if kept(walk, id)?.is_some_and(|after| after == before) {
            for detail in wrong {
                walk.find(REWARDS, format!("campaign {id}"), detail);
            }
            return Ok(());
        }
    }
    Ok(())
}

fn kept(walk: &Walk<'_>, id: &CampaignId) -> Read<Option<(Book, Counters)>> {
    let book = walk.reader.book(walk.id(), id)?;
    let row = walk.reader.campaign(walk.id(), id)?;
    Ok(book.zip(row.map(|row| row.counters)))
}

/// What the rewards of a campaign come to.
#[derive(Default)]
struct Recount {
    given: u64,
    played: u64,
    answered: u64,
    won: BTreeMap<SmolStr, u64>,
    drawn: BTreeMap<SmolStr, u64>,
    plays: u64,
    /// What is wrong with the chain.
    chain: Vec<String>,
}

impl Recount {
    fn of(
        reader: &dyn Reader,
        shop: &domain::ShopId,
        id: &CampaignId,
        drawing: Option<&Drawing>,
    ) -> Read<Self> {
        let mut found = Self::default();
        let mut page = first_page();
        loop {
            let rows = reader.campaign_rewards(shop, id, &RewardFilter { status: None }, &page)?;
            for reward in &rows {
                found.add(reward);
            }
            match rows.last().filter(|_| rows.len() == PAGE) {
                Some(last) => page = Page { after: Some(port::reward_key(last)), limit: PAGE },
                None => break,
            }
        }
        if let Some(drawing) = drawing {
            found.chain(reader, shop, id, drawing)?;
        }
        Ok(found)
    }

    fn add(&mut self, reward: &Reward) {
        self.given += u64::from(reward.extra == 0);
        let was_done = reward.done_at.is_some();
        self.played += u64::from(was_done && reward.action != ActionKind::Coupon);
        self.answered += u64::from(was_done && reward.action == ActionKind::Survey);
        if let Some(drawn) = &reward.drawn {
            *self.drawn.entry(drawn.prize_id.clone()).or_default() += 1;
            if was_done {
                *self.won.entry(drawn.prize_id.clone()).or_default() += 1;
            }
        }
    }

    /// Every link from the first notice on, recomputed.
    fn chain(
        &mut self,
        reader: &dyn Reader,
        shop: &domain::ShopId,
        id: &CampaignId,
        drawing: &Drawing,
    ) -> Read<()> {
        let mut notices = drawing.notices.iter().peekable();
        let hash = |link: &draw::archive::NoticeLink| chain::notice_hash(&link.text);
        let Some(first) = notices.next() else {
            self.chain.push("its draw has no notice".to_owned());
            return Ok(());
        };
        let mut before = Given::default();
        let mut head = chain::first_head(id.as_str(), &drawing.commit, &hash(first));
        loop {
            let plays = reader.plays(shop, id, self.plays, PAGE)?;
            for reward in &plays {
                let Some(drawn) = &reward.drawn else { continue };
                while let Some(link) = notices.next_if(|link| link.after <= self.plays) {
                    head = chain::after_notice(&head, &hash(link));
                }
                let is_mark = drawn.n == Drawn::mark_of(drawn.n);
                if is_mark && drawn.given.as_ref() != Some(&before) {
                    self.chain.push(format!("what play {} says was given before it is not", drawn.n));
                }
                before.add(&drawn.prize_id);
                if drawn.n != self.plays + 1 {
                    self.chain.push(format!("play {} is missing from its chain", self.plays + 1));
                }
                let (chance, entropy) = (reward.chance(), drawn.entropy.as_str());
                let (n, r, prize_id) = (drawn.n, drawn.r, drawn.prize_id.as_str());
                head = chain::after_play(&head, &chain::Link { n, chance: &chance, entropy, r, prize_id });
                if drawn.head != head {
                    self.chain.push(format!("the hash after play {n} is not that of the plays before it"));
                    head = drawn.head;
                }
                self.plays = n;
            }
            if plays.len() < PAGE {
                break;
            }
        }
        let head = notices.fold(head, |head, link| chain::after_notice(&head, &hash(link)));
        if head != drawing.standing.head {
            self.chain.push("its head is not that of its plays and notices".to_owned());
        }
        Ok(())
    }

    fn unlike(self, book: &Book, counters: &Counters) -> Vec<String> {
        let mut wrong = self.chain;
        let mut compare = |what: &str, said: u64, found: u64| {
            if said != found {
                wrong.push(format!("{what} says {said}, the rewards are {found}"));
            }
        };
        compare("given", book.given, self.given);
        compare("played", counters.played, self.played);
        compare("answered", book.tallies.answered, self.answered);
        let prizes = self.won.keys().chain(counters.won.keys());
        for prize in prizes.collect::<std::collections::BTreeSet<_>>() {
            let count = |of: &BTreeMap<SmolStr, u64>| of.get(prize).copied().unwrap_or_default();
            compare(&format!("won of {prize}"), count(&counters.won), count(&self.won));
        }
        if let Some(drawing) = &book.drawing {
            compare("plays", drawing.standing.plays, self.plays);
            compare("given in all", drawing.standing.given.total(), self.drawn.values().sum());
            for (prize, count) in &self.drawn {
                compare(&format!("given of {prize}"), drawing.standing.given.of(prize), *count);
            }
            for prize in drawing.notice().into_iter().flat_map(|notice| &notice.table.prizes) {
                let given = self.drawn.get(prize.prize_id.as_str()).copied().unwrap_or_default();
                if let Some(stock) = prize.stock.filter(|stock| given > *stock) {
                    wrong.push(format!("{given} of {} were given, there were {stock}", prize.prize_id));
                }
            }
        }
        wrong
    }
}
