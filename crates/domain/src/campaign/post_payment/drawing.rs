//! From terms to a notice and its table, and drawing on it: stock and draw in one decision (A-S2-15, A-S2-16).

use super::{DrawTerms, Terms, chances};
use crate::{
    Code, Instant, Violation,
    campaign::{Campaign, Version, terms::Frame},
    reward::{Announced, Drawing, Drawn, Reward},
    shop::Shop,
    time::Window,
};
use draw::{
    Entropy, EntropyPolicy, Given, Moment, NotDrawn, Notice, Prize, Release, Seed, Standing, Table, law::LAW,
};
use money::Currency;
use std::sync::Arc;

/// The notice that terms make, of a campaign in that period. `None` where nothing is drawn.
pub fn notice_of(terms: &Terms, name: &str, period: Window, shop: &Shop) -> Option<Notice> {
    let draw = terms.draw()?;
    let opens_at = moment(period.starts_at, shop)?;
    let release = draw.release.map(|release| moment(release.until, shop));
    let release = release.flatten().map(|until| Release { from: opens_at, until });
    Some(Notice {
        title: name.to_owned(),
        organiser: draw.notice.organiser.clone(),
        contact: draw.notice.contact.clone(),
        opens_at,
        closes_at: moment(period.ends_at, shop)?,
        conditions: chances::conditions(terms, draw, shop),
        entropy: draw.entropy,
        beacon_round: draw.beacon_round,
        table: Table { mode: draw.mode(), prizes: prizes(draw, release) },
        claim_days: draw.notice.claim_days,
        claim_how: draw.notice.claim_how.clone(),
        lapse: draw.notice.lapse.clone(),
    })
}

/// Whole seconds, seen from the shop.
fn moment(at: Instant, shop: &Shop) -> Option<Moment> {
    let offset = shop.time_zone.offset_minutes(at);
    Moment::try_new(at.micros().div_euclid(1_000_000), offset).ok()
}

fn prizes(draw: &DrawTerms, release: Option<Release>) -> Vec<Prize> {
    let prize = |prize: &super::Prize| Prize {
        prize_id: prize.prize_id.clone(),
        name: prize.name.clone(),
        kind: prize.kind.drawn(),
        value: prize.value,
        stock: prize.stock,
        odds: prize.odds,
        fallback: prize.fallback.clone(),
        release: release.filter(|_| prize.stock.is_some()),
    };
    draw.prizes.iter().map(prize).collect()
}

/// Appends what stands against the draw of such terms (A-S2-15, A-S2-17).
pub fn check(terms: &Terms, frame: &Frame<'_>, found: &mut Vec<Violation>) {
    let Some(index) = terms.tiers.iter().position(|tier| tier.action.draw.is_some()) else { return };
    if frame.shop.money() != Currency::CNY {
        let message =
            "prize draws follow the law of a shop of CNY; none is written down for other currencies";
        let field = format!("terms.tiers[{index}].action.kind");
        found.push(Violation::with(field, Code::InvalidValue, message));
        return;
    }
    let Some(notice) = notice_of(terms, frame.name, frame.period, frame.shop) else { return };
    // Its seed's hash and its notice are public before the start (A-S2-16, A-S2-17).
    if frame.period.starts_at < frame.now {
        found.push(Violation::new("starts_at", Code::StartedAlready));
    }
    let problems = draw::check::before_start(&notice, LAW).into_iter();
    let ahead = draw::check::beacon_ahead(&notice, frame.now.micros().div_euclid(1000));
    found.extend(problems.chain(ahead).map(|problem| violation(index, &problem)));
}

/// What stands against the next terms of a draw that was published, by the notices that both make and by who gets a chance.
pub fn check_change(
    tier: usize,
    (before, now): (&Notice, &Terms),
    (after, next): (&Notice, &Terms),
) -> Vec<Violation> {
    let mut found = chances::changed(now, next);
    let own = |terms: &Terms| terms.draw().map(|draw| draw.notice.conditions.clone());
    // The conditions are ours but for what the operator adds: what was sent is named.
    let is_told = !found.is_empty() && own(now) == own(next);
    let problems = draw::check::changed(before, after, LAW);
    let problems = problems.iter().filter(|problem| problem.path != "conditions" || !is_told);
    found.extend(problems.map(|problem| violation(tier, problem)));
    found
}

/// What the notice does not tell of a prize and of where it is seen: it stays while the draw runs (A-S2-17).
pub fn check_kept(tier: usize, now: &DrawTerms, next: &DrawTerms) -> Vec<Violation> {
    let at = format!("terms.tiers[{tier}].action.draw");
    let mut found = Vec::new();
    let mut stays = |field: String, differs: bool| {
        if differs {
            found.push(Violation::with(field, Code::ImmutableField, "the draw is published"));
        }
    };
    stays(format!("{at}.public"), now.public && !next.public);
    for (index, prize) in next.prizes.iter().enumerate() {
        let Some(old) = now.prize(&prize.prize_id) else { continue };
        let at = |field: &str| format!("{at}.prizes[{index}].{field}");
        stays(at("batch_id"), old.batch_id != prize.batch_id);
        stays(at("sku"), old.sku != prize.sku);
        stays(at("points"), old.points != prize.points);
    }
    found
}

/// A problem of the notice as one of the terms that made it.
fn violation(tier: usize, problem: &draw::Problem) -> Violation {
    let at = format!("terms.tiers[{tier}].action.draw");
    let path = &problem.path;
    let field = match path.as_str() {
        "title" => "name".to_owned(),
        "opens_at" => "starts_at".to_owned(),
        "closes_at" => "ends_at".to_owned(),
        "entropy" | "beacon_round" => format!("{at}.{path}"),
        _ if path.contains("release") => format!("{at}.release.until"),
        _ => match path.strip_prefix("table.") {
            Some(rest) => format!("{at}.{rest}"),
            None => format!("{at}.notice.{path}"),
        },
    };
    Violation::with(field, code(problem.code), problem.en.clone())
}

fn code(code: draw::Code) -> Code {
    match code {
        draw::Code::PrizeOverCap => Code::PrizeOverCap,
        draw::Code::NoticeIncomplete => Code::NoticeIncomplete,
        draw::Code::OddsChangedAgainstBuyer => Code::OddsChangedAgainstBuyer,
        draw::Code::OddsDoNotSum => Code::OddsDoNotSum,
        draw::Code::FallbackMissing => Code::FallbackMissing,
        draw::Code::FallbackUnknown => Code::FallbackUnknown,
        draw::Code::FallbackCycle => Code::FallbackCycle,
        draw::Code::BeaconRoundPast => Code::BeaconRoundPast,
        draw::Code::Duplicate => Code::Duplicate,
        draw::Code::TooMany => Code::TooMany,
        draw::Code::TooLongText => Code::TooLongText,
        draw::Code::OutOfRange => Code::OutOfRange,
        draw::Code::InvalidValue => Code::InvalidValue,
        draw::Code::ImmutableField => Code::ImmutableField,
    }
}

/// A draw that begins: its first notice and head.
pub fn begin(campaign: &str, seed: &Seed, notice: Notice) -> (Drawing, Announced) {
    let (standing, first) = Standing::open(campaign, &seed.commit(), notice);
    (Drawing { standing, shown: Given::default() }, Announced::first(seed, first))
}

/// Another notice takes the place of the one before; one that says the same does not (A-S2-16).
pub fn renew(drawing: &mut Drawing, announced: &mut Announced, notice: Notice) {
    if announced.notice() != Some(&notice) {
        let link = drawing.standing.change(notice);
        announced.notices.push(Arc::new(link));
    }
}

/// The notice of other terms, in the words that were published where it says the same: both are made of their terms here and
/// now, so a later program that words a sentence otherwise changes nothing of a draw that runs.
pub fn in_known_words(published: &Notice, now: &Notice, next: Notice) -> Notice {
    if now == &next {
        return published.clone();
    }
    let is_kept = now.conditions == next.conditions;
    let conditions = if is_kept { published.conditions.clone() } else { next.conditions.clone() };
    Notice { conditions, ..next }
}

/// What a draw brought, as it was told when it was made: a prize that is worth more from now on was not then, and one that
/// is told no more was there.
pub fn prize_of(campaign: &Campaign, announced: &Announced, drawn: &Drawn) -> Option<super::Prize> {
    let of = |version: &'_ Version| version.terms.of::<Terms>()?.draw()?.prize(&drawn.prize_id).cloned();
    let prize = campaign.versions.iter().rev().find_map(of)?;
    let value = announced.notice_of(drawn.n)?.table.find(&drawn.prize_id)?.value;
    Some(super::Prize { value, ..prize })
}

/// What goes into a chance's draw, or why it cannot be drawn yet.
pub fn entropy(announced: &Announced, reward: &Reward) -> Result<Entropy, Code> {
    let notice = announced.notice().ok_or(Code::NotFound)?;
    let paid = match (&reward.transaction_id, notice.entropy) {
        (Some(id), _) => Entropy::of_transaction(id.as_str()).map_err(|_| Code::InvalidValue)?,
        (None, EntropyPolicy::Optional) => Entropy::absent(),
        (None, EntropyPolicy::Required) => return Err(Code::AwaitingTransactionId),
    };
    match (notice.beacon_round, &announced.round) {
        (None, _) => Ok(paid),
        (Some(_), Some(round)) => Ok(paid.with_beacon(&round.randomness)),
        (Some(_), None) => Err(Code::BeaconAwaited),
    }
}

/// Nothing is drawn before the start that the notice tells, nor after its end, when the seed is known: such a draw could not
/// be verified.
fn is_open(announced: &Announced, now: Instant) -> Result<(), Code> {
    let notice = announced.notice().ok_or(Code::NotFound)?;
    let at_ms = now.micros().div_euclid(1000);
    if at_ms < notice.opens_at.at_ms() {
        return Err(Code::NotStarted);
    }
    if at_ms >= notice.closes_at.at_ms() {
        return Err(Code::CampaignClosed);
    }
    Ok(())
}

/// Draws for a chance, and counts it. `Err` where it cannot be drawn yet, or an urn is empty.
pub fn draw(
    standing: &mut Standing,
    announced: &Announced,
    (campaign, seed): (&str, &Seed),
    reward: &Reward,
    now: Instant,
) -> Result<Drawn, Code> {
    is_open(announced, now)?;
    let (entropy, chance) = (entropy(announced, reward)?, reward.chance());
    let table = announced.notice().map(|notice| &notice.table).ok_or(Code::NotFound)?;
    let at_ms = now.micros().div_euclid(1000);
    let n = standing.plays + 1;
    let given = (n == Drawn::mark_of(n)).then(|| standing.given.clone());
    let play = standing.draw(seed, table, campaign, &chance, &entropy, at_ms);
    let play = play.map_err(|why| match why {
        NotDrawn::Empty => Code::SoldOut,
        NotDrawn::Chance(_) => Code::InvalidValue,
    })?;
    let (entropy, prize_id) = (play.entropy.into(), play.prize_id.into());
    Ok(Drawn { n: play.n, at: now, entropy, r: play.r, prize_id, head: play.hash, given })
}
