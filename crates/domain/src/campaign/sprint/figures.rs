//! What a sprint says of itself: sums over its members as they are.

use super::Live;
use crate::{
    CampaignId, CustomerId,
    campaign::{
        Brought, Count, Desk, Tally,
        figure::{Figure, Unit},
    },
    sprint::{AwardStatus, Counting, Given, Member, Wave, happened},
};
use serde_json::json;

/// Members, what they spent, who won, and what came of the prizes.
pub const FIGURES: &[Figure] = &[
    Figure::kept("enrolled", Unit::Count, "Members enrolled, once a wave", "报名会员（按批次）"),
    Figure::kept("new_members", Unit::Count, "New members among them", "其中新会员"),
    Figure::kept("active", Unit::Count, "Members with an order that counts", "有计入订单的会员"),
    Figure::kept(
        "spent",
        Unit::Money,
        "Paid for goods of the scope in orders that count",
        "计入订单的实付金额",
    ),
    Figure::kept("received", Unit::Money, "What stays of those received in time", "其中已确认收货净额"),
    Figure::kept("refunded", Unit::Money, "What went back of them in time", "其中已退款金额"),
    Figure::kept("qualified", Unit::Count, "Members who reached a tier", "达标会员"),
    Figure::kept("won", Unit::Count, "Prizes won", "获奖份数"),
    Figure::kept("given", Unit::Count, "Prizes given", "已发奖品份数"),
    Figure::kept("void", Unit::Count, "Prizes taken back", "收回奖品份数"),
    Figure::kept("goods", Unit::Count, "Goods among those given", "其中实物份数"),
    Figure::shown("coupons", Unit::Count, "Coupons given", "发出优惠券", |c| json!(c.issued)),
    Figure::shown("coupons_used", Unit::Count, "Coupons used", "核销优惠券", |c| json!(c.used)),
    Figure::brought("saved", Unit::Money, "What these coupons took off", "奖券优惠金额"),
];

/// What a member brings as they are.
pub fn tally(live: Live<'_>, wave: &Wave, member: &Member) -> Tally {
    let (mut tally, id) = (Tally::default(), &live.campaign.campaign_id);
    let Some(enrolled_at) = member.enrolled_at else { return tally };
    tally.one(id, "enrolled");
    tally.add(id, "new_members", i64::from(member.is_new));
    let progress = Counting::of(wave, live.terms.counts_from, enrolled_at).progress(&member.orders);
    tally.add(id, "active", i64::from(progress.spent.is_positive()));
    tally.money(id, "spent", progress.spent);
    tally.money(id, "received", progress.received);
    tally.money(id, "refunded", progress.refunded);
    tally.add(id, "qualified", i64::from(!member.reached.is_empty()));
    prizes(id, member, &mut tally);
    tally
}

/// The sums over members, by figure.
pub fn sums(tally: &Tally) -> impl Iterator<Item = (&'static str, i64)> {
    FIGURES.iter().filter(|figure| figure.is_kept()).map(|figure| {
        let of = tally.0.iter().filter(|brought| brought.figure == figure.name);
        (figure.name, of.map(|brought| brought.amount).sum())
    })
}

fn prizes(id: &CampaignId, member: &Member, tally: &mut Tally) {
    for award in &member.awards {
        tally.one(id, "won");
        match award.status {
            AwardStatus::Won => {}
            AwardStatus::Given => tally.one(id, "given"),
            AwardStatus::Void => tally.one(id, "void"),
        }
        let is_goods = award.status == AwardStatus::Given && matches!(award.given, Some(Given::Goods(_)));
        tally.add(id, "goods", i64::from(is_goods));
    }
}

/// Counts what changes from a member as they were to one as they are.
fn count(desk: &mut dyn Desk<'_>, live: Live<'_>, wave: &Wave, (before, after): (&Member, &Member)) {
    let (id, now) = (&live.campaign.campaign_id, desk.now());
    let changed = tally(live, wave, after).since(&tally(live, wave, before));
    for Brought { figure, amount, from, .. } in changed.0 {
        desk.count(id, Count::Brought { figure, by: amount, placed_at: now, now, from });
    }
}

/// Keeps a member as it is now, and counts the difference.
pub fn put(
    desk: &mut dyn Desk<'_>,
    live: Live<'_>,
    wave: &Wave,
    customer: &CustomerId,
    (before, member): (&Member, Member),
) {
    let id = &live.campaign.campaign_id;
    count(desk, live, wave, (before, &member));
    let mut sums = happened(wave, live.terms.counts_from, &member);
    for (quarter, was) in happened(wave, live.terms.counts_from, before) {
        sums.entry(quarter).or_default().add(&was, -1);
    }
    for (quarter, sums) in sums.iter().filter(|(_, sums)| !sums.is_nothing()) {
        desk.add_happened(id, &wave.wave_id, *quarter, sums);
    }
    desk.put_member(id, &wave.wave_id, customer, member);
}
