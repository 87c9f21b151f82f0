//! What each verb asks of the API, and what of the answer a scenario can expect.

mod answer;
mod campaigns;
mod cashier;
mod customers;
mod events;
mod gaps;
mod offers;
mod orders;
mod platform_sprints;
mod pool;
mod promotions;
mod quotes;
mod rewards;
mod setup;
mod sprints;

use crate::args::Args;
use crate::outcome::Outcome;
use crate::script::Step;
use crate::world::World;

/// What a verb does: a request or two, and what came of them. `Err` when its words make no sense.
type Verb = fn(&mut World<'_>, &mut Args) -> Result<Outcome, String>;

const VERBS: [(&str, Verb); 97] = [
    ("day", setup::day),
    ("clock", setup::clock),
    ("shop", setup::shop),
    ("in", setup::turn_to),
    ("request", setup::request),
    ("hidden", setup::hidden),
    ("campaign", campaigns::create),
    ("validate", campaigns::validate),
    ("revise", campaigns::revise),
    ("publish", campaigns::publish),
    ("close", campaigns::close),
    ("status", campaigns::status),
    ("stats", campaigns::stats),
    ("import", campaigns::import),
    ("promotion", promotions::promotion),
    ("presale", promotions::presale),
    ("batch", promotions::batch),
    ("take", promotions::take),
    ("quote", quotes::quote),
    ("order", orders::place),
    ("state", orders::state),
    ("lines", orders::lines),
    ("timeline", orders::timeline),
    ("paid", events::paid),
    ("failed", events::failed),
    ("cancelled", events::cancelled),
    ("shipped", events::shipped),
    ("received", events::received),
    ("event", events::any),
    ("again", events::again),
    ("parked", events::parked),
    ("offers", offers::offers),
    ("withheld", offers::withheld),
    ("claim", offers::claim),
    ("coupon", offers::coupon),
    ("coupons", offers::coupons),
    ("conflicts", offers::conflicts),
    ("cashier", cashier::cashier),
    ("start", cashier::start),
    ("settlement", cashier::settlement),
    ("entries", cashier::entries),
    ("refund", cashier::refund),
    ("transfer", cashier::transfer),
    ("assign", cashier::assign),
    ("to-return", cashier::to_return),
    ("messages", customers::messages),
    ("risk", customers::risk),
    ("block", customers::block),
    ("allow", customers::allow),
    ("unlist", customers::unlist),
    ("gifting", pool::gifting),
    ("pooling", pool::pooling),
    ("rerun", pool::rerun),
    ("ranking", pool::ranking),
    ("override", pool::override_run),
    ("rehearse", pool::rehearse),
    ("download", pool::download),
    ("submit", pool::submit),
    ("out", pool::out),
    ("reject", pool::reject),
    ("recompute", pool::recompute),
    ("fulfil", pool::fulfil),
    ("watermark", pool::watermark),
    ("gap", gaps::gap),
    ("gaps", gaps::gaps),
    ("accept", gaps::accept),
    ("stock", pool::stock),
    ("add", pool::add),
    ("pooled", pool::pooled),
    ("gifts", pool::gifts),
    ("exceptions", pool::exceptions),
    ("dismiss", pool::dismiss),
    ("rewarding", rewards::rewarding),
    ("beta", rewards::beta),
    ("rewards", rewards::rewards),
    ("play", rewards::play),
    ("share", rewards::share),
    ("pause", rewards::pause),
    ("resume", rewards::resume),
    ("beacon", rewards::beacon),
    ("draw", rewards::draw),
    ("answers", rewards::answers),
    ("sprinting", sprints::sprinting),
    ("enroll", sprints::enroll),
    ("member", sprints::member),
    ("collect", sprints::collect),
    ("late", sprints::late),
    ("decide", sprints::decide),
    ("planned", platform_sprints::planned),
    ("invite", platform_sprints::invite),
    ("invited", platform_sprints::invited),
    ("answer", platform_sprints::answer),
    ("prize", platform_sprints::prize),
    ("approve", platform_sprints::approve),
    ("bind", platform_sprints::bind),
    ("batch-of", platform_sprints::batch_of),
    ("void", platform_sprints::void),
];

/// Does a step.
pub fn act(world: &mut World<'_>, step: &Step) -> Result<Outcome, String> {
    let found = VERBS.iter().find(|(name, _)| *name == step.verb);
    let Some((_, verb)) = found else {
        let known: Vec<&str> = VERBS.iter().map(|(name, _)| *name).collect();
        let verb = &step.verb;
        return Err(format!("`{verb}` is no verb; there are {}", known.join(", ")));
    };
    let mut args = Args::of(step);
    let outcome = verb(world, &mut args)?;
    args.done()?;
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_is_described() {
        let page = include_str!("../../../docs/scenarios.md");
        for (verb, _) in VERBS {
            let described = page.contains(&format!("`{verb} ")) || page.contains(&format!("`{verb}`"));
            assert!(described, "docs/scenarios.md says nothing of `{verb}`");
        }
    }
}
