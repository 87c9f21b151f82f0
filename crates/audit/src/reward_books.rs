//! What a campaign of rewards keeps, recounted: how much was given, shown and answered, the chain of its draw from the first
//! notice on, its links, and its figures (S2-R04, A-S2-15, A-S2-16).

use crate::checks::REWARDS;
use crate::walk::{LOOKS, PAGE, Walk};
use domain::{
    CampaignId, ShopId,
    campaign::{
        Campaign, Counters,
        post_payment::{self, PrizeKind, Terms},
    },
    reward::{Announced, Book, Charter, Course, Drawing, Drawn, Reward, Tallies},
};
use draw::{Given, chain};
use port::{CampaignRow, Read, Reader, RewardFilter};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Compares what is kept with a recount. The engine may be writing: a difference counts when what is kept stood still around
/// the recount. Of links, which no book counts, it counts when it is the same twice.
pub fn check(walk: &mut Walk<'_>, id: &CampaignId) -> Read<()> {
    walk.looked(REWARDS);
    let mut last = None;
    for _ in 0..LOOKS {
        let Some(before) = Kept::read(walk, id)? else { return Ok(()) };
        let recount = Recount::of(walk, &before)?;
        let links = (recount.extras, recount.helped);
        let mut wrong = recount.unlike(&before);
        if wrong.is_empty() && links.0 == links.1 {
            return Ok(());
        }
        let has_stood = Kept::read(walk, id)?.is_some_and(|after| after == before);
        if has_stood && (links.0 == links.1 || last == Some(links)) {
            if links.0 != links.1 {
                wrong.push(format!("{} customers helped, and {} extra chances were given", links.1, links.0));
            }
            for detail in wrong {
                walk.find(REWARDS, format!("campaign {id}"), detail);
            }
            return Ok(());
        }
        last = Some(links);
    }
    walk.moved(REWARDS, format!("campaign {id}"));
    Ok(())
}

/// What a campaign keeps.
#[derive(PartialEq)]
struct Kept {
    book: Book,
    charter: Option<Charter>,
    row: CampaignRow,
}

impl Kept {
    fn read(walk: &Walk<'_>, id: &CampaignId) -> Read<Option<Self>> {
        let (reader, shop) = (walk.reader, walk.id());
        let Some((book, row)) = reader.book(shop, id)?.zip(reader.campaign(shop, id)?) else {
            return Ok(None);
        };
        Ok(Some(Self { book, charter: reader.charter(shop, id)?, row }))
    }
    fn campaign(&self) -> &Campaign {
        &self.row.campaign
    }
    fn announced(&self) -> Option<&Announced> {
        self.charter.as_ref()?.announced.as_ref()
    }
    /// Its draw, where it has one.
    fn drawn(&self) -> Option<(&Drawing, &Announced)> {
        self.book.drawing.as_ref().zip(self.announced())
    }
}

/// What the rewards of a campaign come to.
#[derive(Default)]
struct Recount {
    given: u64,
    extras: u64,
    helped: u64,
    played: u64,
    open: u64,
    given_at_once: u64,
    /// Extra chances of orders that stand.
    standing_extras: u64,
    undone: u64,
    tallies: Tallies,
    won: BTreeMap<SmolStr, u64>,
    unwon: BTreeMap<SmolStr, u64>,
    prize_value: i64,
    drawn: BTreeMap<SmolStr, u64>,
    plays: u64,
    /// What is wrong with the chain.
    chain: Vec<String>,
}

impl Recount {
    fn of(walk: &mut Walk<'_>, kept: &Kept) -> Read<Self> {
        let (mut found, id) = (Self::default(), &kept.campaign().campaign_id);
        walk.pages(
            "rewards again",
            |reader, shop, page| reader.campaign_rewards(shop, id, &RewardFilter { status: None }, page),
            port::reward_key,
            |_, reward| {
                found.add(&reward, kept);
                Ok(())
            },
        )?;
        walk.pages(
            "customers of rewards again",
            |reader, shop, page| reader.takers(shop, id, page),
            |(customer, _)| customer.to_string(),
            |_, (_, taker)| {
                found.helped += u64::from(taker.helped.is_some());
                Ok(())
            },
        )?;
        if let Some(drawn) = kept.drawn() {
            found.chain(walk.reader, walk.id(), id, drawn)?;
        }
        Ok(found)
    }

    fn add(&mut self, reward: &Reward, kept: &Kept) {
        self.given += u64::from(reward.extra == 0);
        self.extras += u64::from(reward.extra > 0);
        let was_done = reward.done_at.is_some();
        let course = reward.course();
        match course {
            Course::Open => self.open += 1,
            Course::Given => self.given_at_once += 1,
            Course::Played => self.played += 1,
            Course::Undone => self.undone += 1,
        }
        self.standing_extras += u64::from(reward.extra > 0 && course != Course::Undone);
        if let Some(answers) = &reward.answers {
            let terms =
                kept.campaign().version(reward.version).and_then(|version| version.terms.of::<Terms>());
            let tier = terms.and_then(|terms| terms.tiers.get(reward.tier as usize));
            self.tallies.add(answers, tier.map(|tier| &tier.action.questions[..]).unwrap_or_default());
        }
        let Some(drawn) = &reward.drawn else { return };
        *self.drawn.entry(drawn.prize_id.clone()).or_default() += 1;
        if was_done {
            *self.won.entry(drawn.prize_id.clone()).or_default() += 1;
            if course == Course::Undone {
                *self.unwon.entry(drawn.prize_id.clone()).or_default() += 1;
                return;
            }
            let prize =
                kept.announced().and_then(|told| post_payment::prize_of(kept.campaign(), told, drawn));
            let costs = prize.filter(|prize| matches!(prize.kind, PrizeKind::Goods | PrizeKind::Points));
            self.prize_value += costs.map_or(0, |prize| prize.value.minor());
        }
    }

    /// Every link from the first notice on, recomputed.
    fn chain(
        &mut self,
        reader: &dyn Reader,
        shop: &ShopId,
        id: &CampaignId,
        (drawing, announced): (&Drawing, &Announced),
    ) -> Read<()> {
        let mut notices = announced.notices.iter().peekable();
        let hash = |link: &draw::archive::NoticeLink| chain::notice_hash(&link.text);
        let Some(first) = notices.next() else {
            self.chain.push("its draw has no notice".to_owned());
            return Ok(());
        };
        let mut before = Given::default();
        let mut head = chain::first_head(id.as_str(), &announced.commit, &hash(first));
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

    fn unlike(self, kept: &Kept) -> Vec<String> {
        let Kept { book, row: CampaignRow { counters, .. }, .. } = kept;
        let mut compared = Compared(self.chain);
        compared.count("given", book.given, self.given);
        if book.counted {
            compared.count("played", counters.played, self.played);
            compared.count("open", counters.open, self.open);
            compared.count("given at once", counters.given, self.given_at_once);
            compared.count("extra chances", counters.extra, self.standing_extras);
            compared.count("undone", counters.undone, self.undone);
            compared.each("undone of", &counters.unwon, &self.unwon);
            compared.value(counters, self.prize_value);
        }
        compared.count("answered", book.tallies.answered, self.tallies.answered);
        let none = BTreeMap::new();
        let (said, found) = (&book.tallies.by_question, &self.tallies.by_question);
        for question in said.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
            let of = |tallies: &'_ BTreeMap<SmolStr, _>| tallies.get(question).unwrap_or(&none).clone();
            compared.each(&format!("answers to {question} of"), &of(said), &of(found));
        }
        compared.each("won of", &counters.won, &self.won);
        if book.drawing.is_some() != kept.announced().is_some() {
            compared.0.push("it has a draw without a notice, or a notice without a draw".to_owned());
        }
        if let Some((drawing, announced)) = kept.drawn() {
            compared.count("plays", drawing.standing.plays, self.plays);
            compared.count("given in all", drawing.standing.given.total(), self.drawn.values().sum());
            for (prize, count) in &self.drawn {
                compared.count(&format!("given of {prize}"), drawing.standing.given.of(prize), *count);
            }
            compared.count("shown in all", drawing.shown.total(), self.won.values().sum());
            for (prize, count) in &self.won {
                compared.count(&format!("shown of {prize}"), drawing.shown.of(prize), *count);
            }
            for prize in announced.notice().into_iter().flat_map(|notice| &notice.table.prizes) {
                let given = self.drawn.get(prize.prize_id.as_str()).copied().unwrap_or_default();
                if let Some(stock) = prize.stock.filter(|stock| given > *stock) {
                    compared.0.push(format!("{given} of {} were given, there were {stock}", prize.prize_id));
                }
            }
        }
        compared.0
    }
}

/// What differs.
struct Compared(Vec<String>);

impl Compared {
    fn count(&mut self, what: &str, said: u64, found: u64) {
        if said != found {
            self.0.push(format!("{what} says {said}, the rewards are {found}"));
        }
    }
    fn each(&mut self, what: &str, said: &BTreeMap<SmolStr, u64>, found: &BTreeMap<SmolStr, u64>) {
        let of =
            |counts: &BTreeMap<SmolStr, u64>, name: &SmolStr| counts.get(name).copied().unwrap_or_default();
        for name in said.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
            self.count(&format!("{what} {name}"), of(said, name), of(found, name));
        }
    }
    fn value(&mut self, counters: &Counters, found: i64) {
        if counters.prize_value != found {
            self.0.push(format!("prize_value says {}, the rewards are {found}", counters.prize_value));
        }
    }
}
