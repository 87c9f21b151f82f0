//! It is decided by hand who was heard of too late (A-S3-2).

use super::{Done, figures, give, open::open, say};
use crate::{
    CampaignId, Code, CustomerId, Refusal, WaveId,
    campaign::Desk,
    sprint::{Award, AwardStatus, Decided},
};

/// What is decided, of whom.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// The wave.
    pub wave_id: &'a WaveId,
    /// The member.
    pub customer_id: &'a CustomerId,
    /// The tier; it may be left out where one alone waits.
    pub tier: Option<u8>,
    /// Whether they have the prize.
    pub award: bool,
    /// Why.
    pub reason: &'a str,
    /// Who decides: the key's id.
    pub by: &'a str,
}

/// Gives a prize to one who had qualified after all, or takes it from one who had not, or leaves it. Decided once.
pub fn decide(desk: &mut dyn Desk<'_>, id: &CampaignId, word: &Word<'_>) -> Result<Done, Refusal> {
    let live = open(desk, id)?;
    let now = desk.now();
    let missing = |what: String| Refusal::with(Code::NotFound, what);
    let wave = live.terms.wave(word.wave_id).ok_or_else(|| missing(format!("no wave {}", word.wave_id)))?;
    let before = desk.member(id, word.wave_id, word.customer_id);
    let mut member = before.clone();
    let waits = |late: &&mut crate::sprint::Late| {
        late.decided.is_none() && word.tier.is_none_or(|tier| late.tier == tier)
    };
    let late = member.late.iter_mut().find(waits);
    let late =
        late.ok_or_else(|| missing(format!("nothing of {} waits for a decision", word.customer_id)))?;
    let tier = late.tier;
    let (award, reason) = (word.award, word.reason.to_owned());
    late.decided = Some(Decided { award, reason, by: word.by.to_owned(), at: now });
    let has = member.award(tier).is_some_and(|award| award.status != AwardStatus::Void);
    match (award, has) {
        (true, false) => {
            // One that was taken back is still theirs: it went to nobody else.
            if member.award(tier).is_none() {
                let place = usize::from(tier);
                let mut book = desk.sprint(id);
                if !book.is_done(&wave.wave_id) {
                    return Err(Refusal::with(Code::NotStarted, "the wave's draw goes on"));
                }
                if book.won(tier) >= live.terms.tiers[place].prize.winners() {
                    return Err(Refusal::with(Code::SoldOut, "every prize of the tier is won"));
                }
                book.run(&wave.wave_id, live.terms.tiers.len()).tiers[place].won += 1;
                desk.put_sprint(id, book);
            }
            member.awards.retain(|award| award.tier != tier);
            member.awards.push(Award::won(tier, now));
            give::give(desk, live, wave, word.customer_id, (&mut member, tier));
            say::won(desk, live, wave, word.customer_id);
        }
        (false, true) => {
            if let Some(award) = member.awards.iter_mut().find(|award| award.tier == tier) {
                give::void(desk, award);
            }
        }
        (true, true) | (false, false) => {}
    }
    if award != has {
        give::tell(desk, live, wave, word.customer_id, (&member, tier));
    }
    let done = Done::Decided(member.late.clone());
    figures::put(desk, live, wave, word.customer_id, (&before, member));
    Ok(done)
}
