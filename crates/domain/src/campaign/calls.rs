//! What is asked of every kind, in the order of the list.

use super::{
    Campaign,
    comparison::{Comparison, Had, HoldoutPlan},
    desk::Desk,
    figure::Figure,
    kind::{Asked, CampaignKind, Step, Told},
    kinds::Terms,
    roster::Roster,
    tally::Tally,
    terms::KindTerms,
    wants::Wants,
};
use crate::{
    CampaignId, Code, Instant, OrderId, Refusal,
    event::Placed,
    message::{Message, notices},
    order::{Order, Scopes, State},
};
use serde::{Deserialize, Serialize};

macro_rules! calls_of_kinds {
    ($($(#[$about:meta])* $Kind:ident: $module:ident,)+) => {
        /// What is done with a campaign of each kind.
        #[derive(Debug, Clone)]
        pub enum Action { $($(#[$about])* $Kind(<super::$module::Kind as CampaignKind>::Action)),+ }

        /// What that is answered.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[allow(clippy::large_enum_variant, reason = "an answer is made, sent and dropped")]
        #[serde(tag = "kind", content = "answer", rename_all = "snake_case")]
        pub enum Answer { $($(#[$about])* $Kind(<super::$module::Kind as CampaignKind>::Answer)),+ }

        /// The figures of every kind, by the kind's name.
        pub const FIGURES: &[(&str, &[Figure])] = &[
            $((<super::$module::Kind as CampaignKind>::Terms::NAME, super::$module::Kind::FIGURES)),+
        ];
        /// What is said of what came of a campaign with such terms, in this order.
        pub fn figures(terms: &Terms) -> &'static [Figure] {
            match terms { $(Terms::$Kind(_) => super::$module::Kind::FIGURES),+ }
        }
        /// What the customers of each kind's comparison groups are compared by, by the kind's name.
        pub const COMPARISONS: &[(&str, Option<&Comparison>)] = &[
            $((<super::$module::Kind as CampaignKind>::Terms::NAME, super::$module::Kind::COMPARISON)),+
        ];
        fn comparison(terms: &Terms) -> Option<&'static Comparison> {
            match terms { $(Terms::$Kind(_) => super::$module::Kind::COMPARISON),+ }
        }
        fn holdout(terms: &Terms) -> Option<HoldoutPlan> {
            match terms { $(Terms::$Kind(terms) => super::$module::Kind::holdout(terms)),+ }
        }
        /// Rows that any kind wants.
        pub fn wants(asked: &Asked<'_>, wants: &mut Wants) {
            $(super::$module::Kind::wants(asked, wants);)+
        }
        /// Rows that an action names.
        pub fn wants_for(action: &Action, wants: &mut Wants) {
            match action { $(Action::$Kind(action) => super::$module::Kind::wants_for(action, wants)),+ }
        }
        /// Rows that publishing a campaign reads.
        pub fn wants_published(terms: &Terms, wants: &mut Wants) {
            match terms { $(Terms::$Kind(terms) => super::$module::Kind::wants_published(terms, wants)),+ }
        }
        /// All that a decision did to an order has happened.
        pub fn whole(desk: &mut dyn Desk<'_>, order: &mut Order) {
            $(super::$module::Kind::whole(desk, order);)+
        }
        /// Something was told of a customer.
        pub fn told(desk: &mut dyn Desk<'_>, told: Told<'_>) {
            $(super::$module::Kind::told(desk, told);)+
        }
        /// A campaign is published, or gets other terms.
        pub fn published(desk: &mut dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
            match campaign.current().terms {
                $(Terms::$Kind(_) => super::$module::Kind::published(desk, campaign)),+
            }
        }
        /// Whether a campaign may be closed now.
        pub fn may_close(desk: &dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
            match campaign.current().terms {
                $(Terms::$Kind(_) => super::$module::Kind::may_close(desk, campaign)),+
            }
        }
        /// What a campaign that is closed now has promised in public and keeps no longer.
        pub fn promised(desk: &dyn Desk<'_>, campaign: &Campaign) -> Option<String> {
            match campaign.current().terms {
                $(Terms::$Kind(_) => super::$module::Kind::promised(desk, campaign)),+
            }
        }
        /// The order that is placed, by the kind of which its lines name a campaign; `None` for an ordinary one.
        pub fn place(
            desk: &dyn Desk<'_>, placed: &Placed, at: Instant, scopes: &Scopes<'_>,
        ) -> Result<Option<Order>, Refusal> {
            $(if let Some(order) = super::$module::Kind::place(desk, placed, at, scopes)? {
                return Ok(Some(order));
            })+
            Ok(None)
        }
        /// Every kind follows an order that has moved.
        pub fn follow(desk: &mut dyn Desk<'_>, order: &mut Order, step: Step) -> Result<(), Refusal> {
            $(super::$module::Kind::follow(desk, order, step)?;)+
            Ok(())
        }
        /// What the order, as it is now, brings to the figures of campaigns.
        pub fn brings(order: &Order, campaigns: &Roster) -> Tally {
            let mut tally = Tally::default();
            $(super::$module::Kind::brings(order, campaigns, &mut tally);)+
            tally
        }
        /// By which order a customer counts in the comparison of a campaign, and what; `None` while they do not.
        pub fn counts<'a>(campaign: &Campaign, had: Had<'a>) -> Option<(&'a OrderId, Tally)> {
            let id = &campaign.campaign_id;
            match campaign.current().terms {
                $(Terms::$Kind(_) => super::$module::Kind::counts(id, had)),+
            }
        }
        /// Whether the order is kept with its customer as it stands, where the comparison of a campaign needs it.
        pub fn is_kept(campaign: &Campaign, order: &Order, had: Had<'_>) -> bool {
            match campaign.current().terms {
                $(Terms::$Kind(_) => super::$module::Kind::is_kept(campaign, order, had)),+
            }
        }
        /// The first kind whose moment has come does what is due. `false` where none has.
        pub fn due(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<bool, Refusal> {
            let now = desk.now();
            let is_open = matches!(order.state, State::Open);
            $(let wake = if is_open { super::$module::Kind::wake(order) } else { super::$module::Kind::wake_settled(order) };
            if wake.is_some_and(|due| due <= now) {
                return super::$module::Kind::due(desk, order).map(|()| true);
            })+
            Ok(notices::due(desk, order))
        }
        fn wake(order: &Order) -> Option<Instant> {
            [$(super::$module::Kind::wake(order)),+].into_iter().flatten().min()
        }
        fn wake_settled(order: &Order) -> Option<Instant> {
            [$(super::$module::Kind::wake_settled(order)),+].into_iter().flatten().min()
        }
        /// A message did not reach its provider: the kind of its campaign takes it back.
        pub fn undelivered(desk: &mut dyn Desk<'_>, message: &Message, code: Code) -> Result<(), Refusal> {
            let Some(campaign_id) = &message.campaign_id else {
                notices::undelivered(desk, message, code);
                return Ok(());
            };
            let Some(row) = desk.campaign(campaign_id) else { return Ok(()) };
            match row.campaign.current().terms {
                $(Terms::$Kind(_) => super::$module::Kind::undelivered(desk, message, code)),+
            }
        }
        /// A moment of a campaign's own has come; of one that is not there nothing does.
        pub fn moment(desk: &mut dyn Desk<'_>, id: &CampaignId) -> Result<(), Refusal> {
            let Some(row) = desk.campaign(id) else { return Ok(()) };
            match row.campaign.current().terms {
                $(Terms::$Kind(_) => super::$module::Kind::moment(desk, id)),+
            }
        }
        /// What a customer or a merchant does.
        pub fn act(desk: &mut dyn Desk<'_>, action: &Action) -> Result<Answer, Refusal> {
            Ok(match action {
                $(Action::$Kind(action) => Answer::$Kind(super::$module::Kind::act(desk, action)?)),+
            })
        }
    };
}
kinds!(calls_of_kinds);

/// The comparison that a campaign makes, or made until its group was given up; `None` where it never had one.
pub fn compared(campaign: &Campaign) -> Option<(&'static Comparison, HoldoutPlan)> {
    let what = comparison(&campaign.current().terms)?;
    let mut plans = campaign.in_public().iter().rev().filter_map(|version| holdout(&version.terms));
    Some((what, plans.find(|plan| plan.percent > 0)?))
}

/// When an order must be looked at next: at the next moment of any kind's part of it, when a notice is due, at the opening of a balance of 0
/// (A-G-14), or at its deadline.
pub fn order_wake(order: &Order) -> Option<Instant> {
    let notice = order.notices.wake();
    if !matches!(order.state, State::Open) {
        return wake_settled(order).into_iter().chain(notice).min();
    }
    wake(order).into_iter().chain(order.opens_free_at()).chain(order.cancel_at).chain(notice).min()
}
