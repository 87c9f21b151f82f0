//! What members are told by message: what is missing, that receipts are, and that they have won.
//!
//! Always holds: a shop whose switch is off for it tells nothing and writes nothing; what is on and cannot go is written down
//! with its reason. Each member is looked at once for each reminder, in steps, however often the engine is started.

use super::{Live, Terms, standing::shown};
use crate::{
    Code, CustomerId, Instant,
    campaign::Desk,
    message::{
        Channel, Kind, Message, MessageStatus,
        centre::{self, Letter},
        office::is_on,
        values::{Value, Values},
    },
    shop::Shop,
    sprint::{Along, Member, PlacesKey, Remind, ReminderRun, SprintBook, Wave},
};
use money::{Currency, Money};

/// Members are reminded so many hours before it is too late, or when what they are reminded of begins.
const AHEAD_HOURS: i64 = 24;
/// Members looked at in one step.
const STEP: usize = 128;
const CHANNELS: [Channel; 2] = [Channel::Sms, Channel::Wechat];

impl Remind {
    const ALL: [Self; 2] = [Self::Spend, Self::Receipt];

    /// From when on, and until when, members of a wave are reminded of it: outside the shop's quiet hours, where that is not
    /// too late.
    fn window(self, shop: Option<&Shop>, wave: &Wave) -> (Instant, Instant) {
        let (begins, ends) = match self {
            Self::Spend => (wave.sprint.starts_at, wave.sprint.ends_at),
            Self::Receipt => (wave.sprint.ends_at, wave.draw_at),
        };
        let begins = begins.max(ends.plus_hours(-AHEAD_HOURS));
        let quiet = shop.and_then(|shop| shop.quiet_hours.around(&shop.time_zone, begins));
        let after = quiet.map(|(_, end)| end).filter(|end| *end < ends);
        (after.unwrap_or(begins), ends)
    }
    const fn kind(self) -> Kind {
        match self {
            Self::Spend => Kind::SprintReminder,
            Self::Receipt => Kind::SprintReceipt,
        }
    }
    /// What a member lacks who is reminded of it.
    fn lacks(self, terms: &Terms, wave: &Wave, member: &Member) -> Option<Money> {
        let progress = shown(terms, wave, member)?.progress;
        let (has, comes_to) = (progress.received, progress.received + progress.awaiting);
        let mut thresholds = terms.tiers.iter().map(|tier| tier.threshold);
        match self {
            Self::Spend => thresholds.find(|threshold| *threshold > comes_to).map(|next| next - comes_to),
            Self::Receipt => thresholds.find(|next| *next > has && *next <= comes_to).map(|next| next - has),
        }
    }
}

/// The reminders that are not over and not done, with when each begins.
fn open<'t, 'b>(
    shop: Option<&'t Shop>,
    terms: &'t Terms,
    book: &'b SprintBook,
    now: Instant,
) -> impl Iterator<Item = (&'t Wave, Remind, Instant)> + use<'t, 'b> {
    let all = terms.waves.iter().flat_map(|wave| Remind::ALL.map(|of| (wave, of)));
    let is_done = |wave: &Wave, of: Remind| {
        let run = book.reminded.iter().find(|run| run.wave_id == wave.wave_id && run.of == of);
        run.is_some_and(|run| run.is_done)
    };
    all.filter_map(move |(wave, of)| {
        let (begins, ends) = of.window(shop, wave);
        (begins < ends && ends > now && !is_done(wave, of)).then_some((wave, of, begins))
    })
}

/// When members are to be reminded next.
pub fn wake(desk: &dyn Desk<'_>, terms: &Terms, book: &SprintBook) -> Option<Instant> {
    open(desk.shop().ok(), terms, book, desk.now()).map(|(.., begins)| begins).min()
}

/// Reminds a stretch of members, where it is time; whether it was.
pub fn step(desk: &mut dyn Desk<'_>, live: Live<'_>, book: &mut SprintBook) -> bool {
    let now = desk.now();
    let due = open(desk.shop().ok(), live.terms, book, now).find(|(.., begins)| *begins <= now);
    let Some((wave, of, _)) = due else { return false };
    let place = book.reminded.iter().position(|run| run.wave_id == wave.wave_id && run.of == of);
    let place = place.unwrap_or_else(|| {
        let wave_id = wave.wave_id.clone();
        book.reminded.push(ReminderRun { wave_id, of, after: None, is_done: false });
        book.reminded.len() - 1
    });
    let run = &mut book.reminded[place];
    let members = if ways(desk, of.kind()).is_empty() { Vec::new() } else { stretch(desk, live, wave, run) };
    for customer in &members {
        let member = desk.member(&live.campaign.campaign_id, &wave.wave_id, customer);
        if let Some(lacks) = of.lacks(live.terms, wave, &member) {
            tell(desk, live, (of.kind(), customer), of.window(None, wave).1, Some(lacks));
        }
    }
    run.is_done = members.len() < STEP;
    run.after = members.into_iter().next_back().or(run.after.take());
    true
}

fn stretch(desk: &dyn Desk<'_>, live: Live<'_>, wave: &Wave, run: &ReminderRun) -> Vec<CustomerId> {
    let key = PlacesKey {
        shop_id: desk.shop_id().clone(),
        campaign_id: live.campaign.campaign_id.clone(),
        wave_id: wave.wave_id.clone(),
        tier: 0,
        along: Along::Enrolled,
        after: run.after.clone().map(|customer| (Instant::from_micros(0), customer)),
        skip: 0,
        limit: STEP,
    };
    desk.places(&key).into_iter().map(|(_, customer)| customer).collect()
}

/// A member has won: by when they claim their prize, or use it.
pub fn won(desk: &mut dyn Desk<'_>, live: Live<'_>, wave: &Wave, customer: &CustomerId) {
    let until = match live.terms.award_by {
        super::AwardBy::Push => wave.redemption.ends_at,
        super::AwardBy::Claim => wave.award.ends_at,
    };
    tell(desk, live, (Kind::SprintPrize, customer), until, None);
}

/// The ways by which the shop tells such a thing now.
fn ways(desk: &dyn Desk<'_>, kind: Kind) -> Vec<Channel> {
    CHANNELS.into_iter().filter(|channel| is_on(desk.centre(), kind, *channel, desk.now())).collect()
}

fn tell(
    desk: &mut dyn Desk<'_>,
    live: Live<'_>,
    (kind, customer): (Kind, &CustomerId),
    deadline: Instant,
    missing: Option<Money>,
) {
    let now = desk.now();
    let Ok((zone, currency)) =
        desk.shop().map(|shop| (shop.time_zone.clone(), Currency::of_stored(&shop.currency)))
    else {
        return;
    };
    let mut values = Values::default()
        .with("sprint", Value::Text(live.version.name.clone()))
        .with("deadline", Value::Moment(deadline, zone));
    if let Some(missing) = missing {
        values = values.with("missing", Value::Amount(missing, currency));
    }
    let too_late = kind.too_late_at(now, None).unwrap_or(deadline);
    for channel in ways(desk, kind) {
        let message = Message {
            message_id: desk.next_message(),
            shop_id: desk.shop_id().clone(),
            order_id: None,
            customer_id: customer.clone(),
            campaign_id: None,
            kind,
            channel,
            status: MessageStatus::Planned,
            code: None,
            due_at: now,
            sent_at: None,
            link: String::new(),
            sending: None,
        };
        let letter = Letter {
            message: message.clone(),
            order: None,
            until: deadline.min(too_late),
            values: values.clone(),
        };
        if let Err(code) = centre::let_out(desk, letter) {
            leave_out(desk, message, code);
        }
    }
}

fn leave_out(desk: &mut dyn Desk<'_>, message: Message, code: Code) {
    desk.post(Message { status: MessageStatus::Suppressed, code: Some(code), ..message });
}
