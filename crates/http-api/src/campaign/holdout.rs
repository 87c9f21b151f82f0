//! What the comparison group of a campaign says, beside its figures (A-S2-21).
//!
//! The figures are the kind's, named by it; the weighing is `evidence`'s. Nothing is decided here.

use super::schema;
use domain::campaign::{Comparison, Counters, GroupFigures, HoldoutPlan};
use evidence::{Counts, Evidence, Group, Plan, Reason, Verdict, weigh};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Object, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// What the comparison group says: customers to whom the campaign does nothing, beside the others. A customer counts once,
/// by the first order that comes to the point at which the groups part, and not before that order's own time is over. `orders` are
/// customers, each with that order.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldoutView {
    /// The share of customers in the comparison group, as it was planned.
    percent: u8,
    /// Customers of both groups around which the comparison is most exact.
    planned_orders: u32,
    /// The half width in basis points at which "no difference" can be told.
    precision_bp: u32,
    /// Customers with whom the campaign does what it does.
    #[schema(value_type = Object)]
    treated: GroupView,
    /// The comparison group.
    #[schema(value_type = Object)]
    holdout: GroupView,
    /// Customers of both groups that do not count yet.
    #[schema(minimum = 0)]
    orders_ahead: u64,
    /// Treated less holdout, in basis points; null while a group has no customers.
    difference_bp: Option<i32>,
    /// Between these basis points the difference lies, whenever it is looked at: with all looks together it is missed in 5
    /// of 100 campaigns.
    #[schema(inline, min_items = 2, max_items = 2)]
    interval_bp: [i32; 2],
    /// Half of the interval's width.
    half_width_bp: i32,
    /// Further customers until the half width is `precision_bp`, at the rates seen so far.
    #[schema(minimum = 0)]
    orders_needed: u64,
    /// The comparison group's share of the customers, in basis points; null without customers.
    holdout_share_bp: Option<i32>,
    /// Whether the customers may be divided as it was planned. If not, orders were lost: there is no verdict. False too where a
    /// group has more who reached it than it has customers.
    split_ok: bool,
    // Its description is the type's: with one of the field's own the document would ask for an object too.
    #[schema(inline)]
    verdict: VerdictView,
    /// Why there is no verdict; null with one.
    #[schema(inline)]
    reason: Option<ReasonView>,
    /// The verdict as a sentence, in Chinese.
    text: String,
    /// The same in English.
    text_en: String,
}

/// What can be said. `better` and `worse` where the whole interval lies above or below 0, `no_difference_seen` where 0 lies in
/// it and half its width is within `precision_bp`; `none_yet` before.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum VerdictView {
    NoneYet,
    Better,
    Worse,
    NoDifferenceSeen,
}

/// Why there is no verdict: the split is off; a group has too few customers of one outcome; the interval is still wide.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReasonView {
    SplitOff,
    TooFew,
    TooWide,
}

#[derive(Debug)]
struct GroupView {
    group: Group,
    outcome: &'static str,
    share_bp: Option<i32>,
}

impl Serialize for GroupView {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(3))?;
        map.serialize_entry("orders", &self.group.customers())?;
        map.serialize_entry(self.outcome, &self.group.reached())?;
        map.serialize_entry(&format!("{}_bp", self.outcome), &self.share_bp)?;
        map.end()
    }
}

/// Weighs the figures of a campaign as they are now.
pub fn view(what: &Comparison, plan: HoldoutPlan, counters: &Counters) -> HoldoutView {
    let planned = Plan::new(
        u32::from(plan.percent) * 100,
        plan.planned_orders.into(),
        u32::from(plan.precision_points) * 100,
    );
    let counts = Counts { treated: group(what.treated, counters), holdout: group(what.holdout, counters) };
    let said = weigh(&counts, &planned);
    let ahead = [what.treated, what.holdout].map(|figures| counters.later.ahead(figures.customers));
    let shown = |group, share_bp| GroupView { group, outcome: what.outcome, share_bp };
    HoldoutView {
        percent: plan.percent,
        planned_orders: plan.planned_orders,
        precision_bp: planned.target_bp(),
        treated: shown(counts.treated, said.treated_bp),
        holdout: shown(counts.holdout, said.holdout_bp),
        orders_ahead: count(ahead.iter().sum()),
        difference_bp: said.difference_bp,
        interval_bp: said.interval_bp,
        half_width_bp: said.half_width_bp,
        orders_needed: said.orders_needed,
        holdout_share_bp: said.holdout_share_bp,
        split_ok: said.split_ok,
        verdict: verdict(&said),
        reason: said.reason.map(reason),
        text: said.told_zh(&planned, what.rate.zh),
        text_en: said.told_en(&planned, what.rate.en),
    }
}

fn group(figures: GroupFigures, counters: &Counters) -> Group {
    Group::new(count(counters.brought(figures.customers)), count(counters.brought(figures.reached)))
}

fn count(figure: i64) -> u64 {
    figure.try_into().unwrap_or_default()
}

fn verdict(said: &Evidence) -> VerdictView {
    match said.verdict {
        Verdict::NoneYet => VerdictView::NoneYet,
        Verdict::Better => VerdictView::Better,
        Verdict::Worse => VerdictView::Worse,
        Verdict::NoDifferenceSeen => VerdictView::NoDifferenceSeen,
    }
}

fn reason(reason: Reason) -> ReasonView {
    match reason {
        Reason::SplitOff => ReasonView::SplitOff,
        Reason::TooFew => ReasonView::TooFew,
        Reason::TooWide => ReasonView::TooWide,
    }
}

/// The schema for a kind: both groups say its own word for what their orders come to.
pub fn of_kind(what: &Comparison) -> Schema {
    let RefOr::T(Schema::Object(mut object)) = HoldoutView::schema() else {
        unreachable!("a struct is an object");
    };
    for (name, told) in [
        ("treated", "Customers with whom the campaign does what it does."),
        ("holdout", "The comparison group."),
    ] {
        object.properties.insert(name.to_owned(), RefOr::T(of_group(what, told).into()));
    }
    object.title = Some("Comparison group".to_owned());
    object.extensions = schema::extension(json!({ "of": "holdout", "label_zh": "对照组比较" }));
    object.into()
}

fn of_group(what: &Comparison, told: &str) -> Object {
    let count = || ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    let share = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Integer, Type::Null]));
    let share_name = format!("{}_bp", what.outcome);
    ObjectBuilder::new()
        .description(Some(told))
        .property("orders", count().description(Some("Customers whose time is over.")))
        .property(what.outcome, count().description(Some(format!("Of these: {}.", what.rate.en))))
        .property(
            &share_name,
            share.description(Some("Their share, in basis points; null without customers.")),
        )
        .required("orders")
        .required(what.outcome)
        .required(&share_name)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;
    use domain::campaign::COMPARISONS;
    use serde_json::Value;

    /// The answer for the counts and the plan that stand in an answer.
    fn answered(example: &Value) -> Value {
        let (_, what) = COMPARISONS.iter().find(|(kind, _)| *kind == "recovery").expect("it is a kind");
        let what = what.expect("it compares");
        let number = |pointer: &str| example.pointer(pointer).and_then(Value::as_i64).expect("a number");
        let mut counters = Counters::default();
        for (figures, group) in [(what.treated, "treated"), (what.holdout, "holdout")] {
            let brought = [(figures.customers, "orders"), (figures.reached, what.outcome)];
            for (figure, name) in brought {
                counters.brought.insert(figure.into(), number(&format!("/{group}/{name}")));
            }
        }
        counters.later.add(Instant::from_micros(1), what.treated.customers, number("/orders_ahead"));
        let plan = HoldoutPlan {
            percent: u8::try_from(number("/percent")).expect("a percentage"),
            planned_orders: u32::try_from(number("/planned_orders")).expect("a count"),
            precision_points: u8::try_from(number("/precision_bp") / 100).expect("points"),
        };
        serde_json::to_value(view(what, plan, &counters)).expect("it is JSON")
    }

    /// A-S2-21: every answer on the pages is the one that the server gives for these counts.
    #[test]
    fn a_s2_21_the_examples_on_the_pages_are_answers() {
        for page in ["holdout.md", "holdout.zh-CN.md"] {
            let path = format!("{}/../../docs/{page}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).expect("the page is there");
            let blocks = text.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
            let examples: Vec<Value> =
                blocks.map(|block| serde_json::from_str(block).expect("it is JSON")).collect();
            assert_eq!(examples.len(), 2, "{page}");
            for example in examples {
                let answer = answered(&example);
                assert_eq!(example, answer, "{page}: {answer:#}");
            }
        }
    }
}
