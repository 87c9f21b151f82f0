//! Prizes are given, claimed and taken back.

use super::{
    Done, Live, Terms, figures, holder,
    open::{open, wave_of},
    reached::reached,
    terms::{COUPONS_EACH, PrizeKind},
};
use crate::{
    CampaignId, Code, CustomerId, Refusal, WaveId,
    campaign::Desk,
    coupon::CouponStatus,
    sprint::{Award, AwardStatus, Given, Member, Wave},
};
use serde_json::json;

/// Gives a prize that was won: both coupons or none (A-S3-11), or the goods. What stands against it is kept with it.
pub fn give(
    desk: &mut dyn Desk<'_>,
    live: Live<'_>,
    wave: &Wave,
    customer: &CustomerId,
    (member, tier): (&mut Member, u8),
) {
    let now = desk.now();
    let prize = &live.terms.tiers[usize::from(tier)].prize;
    let Some(award) = member.awards.iter_mut().find(|award| award.tier == tier) else { return };
    let given = match (prize.kind, &prize.batch_id, &prize.sku) {
        (PrizeKind::Coupon, Some(batch), _) => {
            let id = &live.campaign.campaign_id;
            desk.give_prize(batch, (customer, id), COUPONS_EACH, wave.redemption)
                .map(|coupons| Given::Coupons(coupons.into_iter().map(|coupon| coupon.coupon_id).collect()))
        }
        (PrizeKind::Goods, _, Some(sku)) => Ok(Given::Goods(sku.clone())),
        (PrizeKind::Coupon, None, _) | (PrizeKind::Goods, _, None) => Err(Code::PrizeMissing.into()),
    };
    match given {
        Ok(given) => {
            award.status = AwardStatus::Given;
            award.given_at = Some(now);
            award.given = Some(given);
            award.withheld = None;
        }
        Err(refusal) => award.withheld = Some(refusal.code),
    }
}

/// Tells the platform how a member's prize stands.
pub fn tell(
    desk: &mut dyn Desk<'_>,
    live: Live<'_>,
    wave: &Wave,
    customer: &CustomerId,
    (member, tier): (&Member, u8),
) {
    let Some(award) = member.award(tier) else { return };
    let (coupons, sku) = match &award.given {
        Some(Given::Coupons(coupons)) => (coupons.clone(), None),
        Some(Given::Goods(sku)) => (Vec::new(), Some(sku.clone())),
        None => (Vec::new(), None),
    };
    let body = json!({
        "campaign_id": live.campaign.campaign_id, "wave_id": wave.wave_id, "customer_id": customer, "tier": tier,
        "status": award.status, "coupons": coupons, "sku": sku, "code": award.withheld,
    });
    desk.publish("sprint.awarded", customer.as_str(), body);
}

/// A winner claims what they have won (A-S3-14): in the wave that is named, or in the first one whose award window it is and
/// in which they have won.
pub fn claim(
    desk: &mut dyn Desk<'_>,
    id: &CampaignId,
    named: Option<&WaveId>,
    customer: &CustomerId,
) -> Result<Done, Refusal> {
    let live = open(desk, id)?;
    let now = desk.now();
    let won_by = |wave: &Wave| holder::part(desk, live, wave, customer);
    let has_won = |wave: &Wave| !desk.member(id, &wave.wave_id, &won_by(wave)).awards.is_empty();
    let open_now = |wave: &Wave| wave.award.contains(now);
    let first = |fits: &dyn Fn(&Wave) -> bool| live.terms.waves.iter().find(|wave| fits(wave));
    // Where none is open, what they have won says whether they come too early or too late.
    let wave = wave_of(live.terms, named, |wave| open_now(wave) && has_won(wave))?;
    let wave = wave.or_else(|| first(&open_now)).or_else(|| first(&has_won));
    let wave = wave.ok_or_else(|| Refusal::with(Code::NotStarted, "no award window is open"))?;
    let customer = &won_by(wave);
    let before = desk.member(id, &wave.wave_id, customer);
    if before.awards.is_empty() {
        return Err(Refusal::with(
            Code::NotFound,
            format!("{customer} has won nothing in the wave {}", wave.wave_id),
        ));
    }
    let waits = |award: &&Award| award.status == AwardStatus::Won;
    let waiting: Vec<u8> = before.awards.iter().filter(waits).map(|award| award.tier).collect();
    if waiting.is_empty() {
        return Ok(claimed(wave, &before));
    }
    if now < wave.award.starts_at {
        return Err(Refusal::with(Code::NotStarted, format!("from {} on", desk.show(wave.award.starts_at))));
    }
    if now >= wave.award.ends_at {
        return Err(Refusal::with(Code::Expired, format!("until {}", desk.show(wave.award.ends_at))));
    }
    let mut member = before.clone();
    for tier in waiting {
        give(desk, live, wave, customer, (&mut member, tier));
        let withheld = member.award(tier).and_then(|award| award.withheld);
        if let Some(code) = withheld {
            return Err(code.into());
        }
        tell(desk, live, wave, customer, (&member, tier));
    }
    let done = claimed(wave, &member);
    figures::put(desk, live, wave, customer, (&before, member));
    Ok(done)
}

fn claimed(wave: &Wave, member: &Member) -> Done {
    Done::Claimed { wave_id: wave.wave_id.clone(), awards: member.awards.clone() }
}

/// Takes a prize back: unused coupons are void, one that was used stays used (A-S3-12).
pub fn void(desk: &mut dyn Desk<'_>, award: &mut Award) {
    let now = desk.now();
    award.status = AwardStatus::Void;
    let Some(Given::Coupons(coupons)) = &award.given else { return };
    for mut coupon in coupons.iter().filter_map(|id| desk.coupon(id)).collect::<Vec<_>>() {
        let from = coupon.status;
        if coupon.forfeit(now) {
            if from == CouponStatus::Available && coupon.void(now) {
                desk.publish_coupon("coupon.void", &coupon);
            }
            desk.move_coupon(coupon, from);
        }
    }
}

/// Where the sprint says so, a refund after the draw that takes a member below a tier voids its unused coupons (A-S3-12).
pub fn take_back(desk: &mut dyn Desk<'_>, terms: &Terms, wave: &Wave, member: &mut Member) {
    if !terms.void_after_refund {
        return;
    }
    let after_all = Wave { draw_at: crate::Instant::from_micros(i64::MAX), ..wave.clone() };
    let received_in_time = |member: &Member| Member {
        orders: member.orders.iter().filter(|order| order.is_received(wave.draw_at)).cloned().collect(),
        ..member.clone()
    };
    let left = reached(
        &Terms { tier_rule: super::TierRule::Each, ..terms.clone() },
        &after_all,
        &received_in_time(member),
    );
    let left = left.unwrap_or_default();
    let below = |award: &&mut Award| !left.iter().any(|reached| reached.tier == award.tier);
    let refunded = member.orders.iter().any(|order| order.refunds.iter().any(|(at, _)| *at >= wave.draw_at));
    if !refunded {
        return;
    }
    let by_hand = |tier: u8| {
        let decided =
            member.late.iter().filter(|late| late.tier == tier).filter_map(|late| late.decided.as_ref());
        decided.into_iter().any(|decided| decided.award)
    };
    let stays = |award: &Award| award.status == AwardStatus::Void || by_hand(award.tier);
    let mut awards = member.awards.clone();
    for award in awards.iter_mut().filter(below).filter(|award| !stays(award)) {
        void(desk, award);
    }
    member.awards = awards;
}
