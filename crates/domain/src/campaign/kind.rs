//! What a campaign kind is: its terms, and how it reacts.
//!
//! A kind is one folder here and one line in the list of kinds. It sees no other kind and queries nothing: it says
//! which rows it wants, and decides at a [`Desk`].

use super::{
    Campaign, Roster,
    comparison::{Comparison, Had, HoldoutPlan},
    desk::Desk,
    figure::Figure,
    tally::Tally,
    terms::KindTerms,
    wants::Wants,
};
use crate::{
    CampaignId, Code, CustomerId, Instant, OrderId, Refusal,
    event::Placed,
    message::Message,
    order::{Order, Scopes, State},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt::Debug;

/// One thing that happened to an order: it was placed, paid, cancelled, refunded.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// How the order stood before; `None` when it was just placed.
    pub before: Option<State>,
    /// When it happened.
    pub at: Instant,
}

/// What is told of a customer.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// They are a member of the shop since an earlier time than was known.
    Joined(&'a CustomerId),
    /// An account went up in another.
    Merged(&'a CustomerId),
}

/// A campaign kind. Everything but its terms has an answer that does nothing.
pub trait CampaignKind {
    /// What the merchant fills in.
    type Terms: KindTerms;
    /// What a customer or a merchant does with it; [`Nothing`] where there is nothing to do.
    type Action: Debug + Clone + Send;
    /// What that is answered.
    type Answer: Debug + Clone + PartialEq + Serialize + DeserializeOwned;

    /// What is said of what came of a campaign, in this order.
    const FIGURES: &'static [Figure] = &[];
    /// What the customers of its comparison group are compared by; `None` where it has none.
    const COMPARISON: Option<&'static Comparison> = None;

    /// Rows wanted beyond the order's own, said beside the code that reads them.
    fn wants(_: &Asked<'_>, _: &mut Wants) {}
    /// Rows that an action names.
    fn wants_for(_: &Self::Action, _: &mut Wants) {}
    /// Rows that publishing a campaign with such terms reads.
    fn wants_published(_: &Self::Terms, _: &mut Wants) {}
    /// The order that is placed, where its lines name a campaign of this kind.
    fn place(_: &dyn Desk<'_>, _: &Placed, _: Instant, _: &Scopes<'_>) -> Result<Option<Order>, Refusal> {
        Ok(None)
    }
    /// An order moved. Called once a step, in the order of the list of kinds.
    fn follow(_: &mut dyn Desk<'_>, _: &mut Order, _: Step) -> Result<(), Refusal> {
        Ok(())
    }
    /// All that a decision did to an order has happened, its refunds too. Called once a decision, in the order of the list
    /// of kinds.
    fn whole(_: &mut dyn Desk<'_>, _: &mut Order) {}
    /// A campaign of the kind is published, or a published one gets other terms. Refusing leaves it as it was.
    fn published(_: &mut dyn Desk<'_>, _: &Campaign) -> Result<(), Refusal> {
        Ok(())
    }
    /// Whether a campaign may be closed now, whatever was promised.
    fn may_close(_: &dyn Desk<'_>, _: &Campaign) -> Result<(), Refusal> {
        Ok(())
    }
    /// What a campaign that is closed now has promised in public and keeps no longer, for people.
    fn promised(_: &dyn Desk<'_>, _: &Campaign) -> Option<String> {
        None
    }
    /// What the order, as it is now, brings to the kind's own figures of its campaigns: what a campaign did to it, which
    /// the order remembers, or what came of it while a campaign was in force that was published by then. It may not
    /// depend on anything else, so that a campaign which is made later finds nothing that it brought before.
    fn brings(_: &Order, _: &Roster, _: &mut Tally) {}
    /// By which order a customer counts in the comparison of a campaign, and what; `None` while they do not.
    fn counts<'a>(_: &CampaignId, _: Had<'a>) -> Option<(&'a OrderId, Tally)> {
        None
    }
    /// Whether the order is kept with its customer as it stands, where the comparison of a campaign needs it.
    fn is_kept(_: &Campaign, _: &Order, _: Had<'_>) -> bool {
        true
    }
    /// What its terms say of the comparison group; `None` where they know of none.
    fn holdout(_: &Self::Terms) -> Option<HoldoutPlan> {
        None
    }
    /// The next moment of this kind's part of an open order.
    fn wake(_: &Order) -> Option<Instant> {
        None
    }
    /// The next moment of this kind's part of an order that is open no more.
    fn wake_settled(_: &Order) -> Option<Instant> {
        None
    }
    /// That moment has come. Fired twice or late it does what is right now; afterwards [`CampaignKind::wake`]
    /// names a later moment, or none.
    fn due(_: &mut dyn Desk<'_>, _: &mut Order) -> Result<(), Refusal> {
        Ok(())
    }
    /// A moment of the campaign's own has come. Fired twice or late it does what is right now.
    fn moment(_: &mut dyn Desk<'_>, _: &CampaignId) -> Result<(), Refusal> {
        Ok(())
    }
    /// A message of one of its campaigns that was let out did not reach its provider.
    fn undelivered(_: &mut dyn Desk<'_>, _: &Message, _: Code) -> Result<(), Refusal> {
        Ok(())
    }
    /// Something was told of a customer, whose standing says it already.
    fn told(_: &mut dyn Desk<'_>, _: Told<'_>) {}
    /// What a customer or a merchant does.
    fn act(_: &mut dyn Desk<'_>, _: &Self::Action) -> Result<Self::Answer, Refusal>;
}

/// What a kind is asked about when rows are looked up.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The order, or the one that is being placed.
    pub about: About<'a>,
    /// The shop's campaigns.
    pub campaigns: &'a Roster,
    /// Whether messages may be sent, or turn out not to have been: by timers and by news of a message alone.
    pub sends: bool,
}

/// An order that is there, one that is being placed, or one that is paid in the batch that places it.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// It is there.
    Order(&'a Order),
    /// It is being placed.
    Placed(&'a Placed),
    /// It is placed now and may be paid now: its money came before it, comes with it, or is none. The customer, and when
    /// it is placed.
    Paying(&'a CustomerId, Instant),
}

/// The action or answer of a kind that has none: there is no value of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nothing {}
