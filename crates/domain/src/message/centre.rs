//! The message centre: kinds of campaigns and what happens to orders ask, it judges whether a message may go out to that
//! customer now, writes it, and holds what it costs.
//!
//! What it judges: whether the message may go ([`may_go`], which is asked again whenever it is handed over), how much a
//! customer and a number hear, templates, grants, the wallet. Whether a campaign still wants the message is for whoever
//! asks to say before.
//!
//! Always holds: what is judged is spent in the same decision; a message that is not let out spends nothing.

use super::{
    Channel, Kind, Message, Payer,
    alerts::Alert,
    going::{Going, Ready, may_go},
    numbers::NumberKey,
    office::{Said, TemplateVersion, chosen},
    sending::Sending,
    settings::{CUT_OVER, Chosen},
    template::Template,
    text,
    values::Values,
    wallet::{Reserved, Wallet},
};
use crate::{
    Code, Instant, Lang, OrderId,
    campaign::Desk,
    catalog::Category,
    customer::{Standing, WaitingSms},
    order::Order,
    shop::Shop,
    time::Zone,
};
use std::borrow::Cow;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Whether it waits for the end of quiet hours.
    pub quiet: Quiet,
    /// What it counts toward.
    pub cap: Cap<'a>,
}

/// What a message does in quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// It does not go out (S0-R38).
    Kept,
    /// They were looked at already, or its campaign keeps none (A-S1-17).
    PassedOver,
}

/// What a message counts toward, over all shops.
#[derive(Debug, Clone, Copy)]
pub enum Cap<'a> {
    /// Nothing.
    None,
    /// One reminder a day for each of these third-level categories (S0-R37, A-S0-14).
    Categories(&'a [&'a Category]),
    /// Three reminders of balances by SMS a day; places are kept for those that close earlier (S1-R23, A-S1-16).
    BalanceSms(&'a WaitingSms),
}

/// Lets a message out as far as its customer hears of all shops, or says why not; `everywhere` is its customer over all
/// shops, where the days are those of the platform's zone (A-G-13).
pub fn judge(
    shop: &Shop,
    platform_zone: &Zone,
    everywhere: &Standing,
    ask: Ask<'_>,
    now: Instant,
) -> Result<(), Code> {
    if ask.quiet == Quiet::Kept && shop.is_quiet(now) {
        return Err(Code::QuietHours);
    }
    let day = platform_zone.day(now);
    match ask.cap {
        Cap::Categories(categories) if everywhere.was_reminded(categories, day) => Err(Code::CategoryDay),
        Cap::BalanceSms(waiting) if !everywhere.reminder_sms.has_room(waiting, day) => Err(Code::DailyCap),
        Cap::None | Cap::Categories(_) | Cap::BalanceSms(_) => Ok(()),
    }
}

/// A message that is asked for by SMS or `WeChat`.
pub struct Letter<'a> {
    /// As it waits.
    pub message: Message,
    /// The order that it is about.
    pub order: Option<&'a Order>,
    /// Not to be sent from then on.
    pub until: Instant,
    /// Values beside those of the order.
    pub values: Values,
}

/// A message that may go out, with all that it spends.
struct Fit {
    said: Said,
    sending: Sending,
    /// When it goes.
    at: Instant,
    numbers: Vec<NumberKey>,
    /// The wallet without what it holds; none where it costs nothing.
    wallet: Option<Wallet>,
}

/// Lets a message out, or says why not. It is sent then as far as we know; in quiet hours it is planned for their end, and
/// holds until then what it costs.
pub fn let_out(desk: &mut dyn Desk<'_>, letter: Letter<'_>) -> Result<Message, Code> {
    let fit = fit(desk, &letter)?;
    let now = desk.now();
    let Letter { message, until, .. } = letter;
    spend(desk, &message, &fit);
    let let_out = Message { code: None, sending: Some(Box::new(fit.sending)), ..message };
    let let_out = if fit.at > now { let_out.planned_for(fit.at) } else { let_out.sent_at(now) };
    desk.post(let_out.clone());
    desk.send_as(let_out.clone(), until, Some(fit.said));
    Ok(let_out)
}

fn fit(desk: &mut dyn Desk<'_>, letter: &Letter<'_>) -> Result<Fit, Code> {
    let (now, message) = (desk.now(), &letter.message);
    let (kind, channel) = (message.kind, message.channel);
    let going = Going { message, order: letter.order, until: letter.until, by: now };
    let Ready { at, numbers } = may_go(desk, &going)?;
    let chosen = chosen(desk.centre(), now);
    // Until then the platform sent, whatever a shop had chosen for later (S2-R11, S2-R16).
    let is_cut_over = now >= CUT_OVER;
    if channel == Channel::Sms {
        numbers.iter().try_for_each(|key| desk.number(key).has_room(chosen.caps, at))?;
    }
    let own = desk.centre().and_then(|centre| centre.template(kind, channel));
    if own.is_some_and(|version| version.blocked.is_some()) {
        return Err(Code::TemplateBlocked);
    }
    let shop = desk.shop().map_err(|refusal| refusal.code)?;
    let values = values(kind, shop, message.order_id.as_ref(), letter);
    let template = in_use(own, kind, channel, &chosen, &values)?;
    let said = template.render(kind, channel, &values).map_err(|unfit| unfit.code())?;
    let payer = payer(kind, channel, own.is_some(), is_cut_over);
    let mut sending = Sending::new(payer, said.segments, Reserved::default());
    sending.template = own.map(|version| version.number);
    sending.number = numbers.first().cloned();
    sending.numbers_before = numbers.get(1..).unwrap_or_default().to_vec();
    sending.grant = said.wechat.as_ref().map(|data| data.template_id.clone());
    if sending
        .grant
        .as_deref()
        .is_some_and(|template| desk.addressee(&message.customer_id).grants(template) == 0)
    {
        return Err(Code::NoGrant);
    }
    let mut wallet = Some(desk.wallet()).filter(|wallet| payer == Payer::Merchant && wallet.is_billed);
    match &mut wallet {
        Some(wallet) => {
            let reserved = wallet.reserve(said.segments.into(), now);
            sending.reserved = reserved.map_err(|_| Code::NoBalance)?;
        }
        None => sending.payer = Payer::Free,
    }
    Ok(Fit { said, sending, at, numbers, wallet })
}

/// Spends what a fit message costs: segments, a place of its number, a grant.
fn spend(desk: &mut dyn Desk<'_>, message: &Message, fit: &Fit) {
    if let Some(wallet) = &fit.wallet {
        keep(desk, wallet.clone());
    }
    if message.channel == Channel::Sms {
        for key in &fit.numbers {
            let mut number = desk.number(key);
            number.count(fit.at, &fit.said.signature);
            desk.put_number(key, number);
        }
    }
    if let Some(template) = &fit.sending.grant {
        let mut addressee = desk.addressee(&message.customer_id);
        addressee.spend_grant(template);
        desk.put_addressee(&message.customer_id, addressee);
    }
}

/// Keeps a wallet that has changed, and says it where little is left (S2-R14).
pub fn keep(desk: &mut dyn Desk<'_>, mut wallet: Wallet) {
    let now = desk.now();
    let below = chosen(desk.centre(), now).alert_below;
    if wallet.alert(below, now) {
        desk.alert(&Alert::LowBalance { free: wallet.free(now), alert_below: below });
    }
    desk.put_wallet(wallet);
}

/// The shop's own template, or our text.
fn in_use<'t>(
    own: Option<&'t TemplateVersion>,
    kind: Kind,
    channel: Channel,
    chosen: &Chosen,
    values: &Values,
) -> Result<Cow<'t, Template>, Code> {
    if let Some(version) = own {
        return Ok(Cow::Borrowed(&version.template));
    }
    if channel == Channel::Wechat {
        // Its messages go by a template of the shop's own account.
        return Err(Code::TemplateMissing);
    }
    let mut usual = text::built_in(kind, channel, Lang::Zh, values);
    usual.signature.clone_from(&chosen.signature);
    Ok(Cow::Owned(usual))
}

fn values(kind: Kind, shop: &Shop, order_id: Option<&OrderId>, letter: &Letter<'_>) -> Values {
    let of_order = order_id.map(|id| Values::of_order(kind, Some(shop), id, letter.order));
    of_order.unwrap_or_else(|| Values::of_shop(shop)).and(letter.values.clone())
}

/// A platform's notice costs the merchant only with a template of the merchant's own (A-S2-11).
fn payer(kind: Kind, channel: Channel, is_own_template: bool, is_cut_over: bool) -> Payer {
    match (channel, kind.about().payer) {
        (Channel::Sms, Payer::Merchant) if is_cut_over => Payer::Merchant,
        (Channel::Sms, Payer::Free) if is_cut_over && is_own_template => Payer::Merchant,
        (Channel::Push | Channel::Sms | Channel::Wechat, Payer::Free | Payer::Merchant) => Payer::Free,
    }
}
