//! Member sprints: setting one up, enrolling, how a member stands, claiming, and what is heard too late.

use super::answer::{is_refused, list, many, one};
use super::campaigns;
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{Day, fen, number};
use crate::world::World;
use serde_json::{Value, json};

/// `sprinting c1 enroll=11-01..11-03 sprint=... draw=... award=... redeem=... tier=200.00:coupon:b1:x1000`; a wave for each
/// `enroll`, called w1, w2, ...; `revise` changes it, `validate` only checks.
pub fn sprinting(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the sprint")?;
    let terms = terms(world.day(), args)?;
    let waves = list(&terms["waves"]);
    let (first, last) = waves.first().zip(waves.last()).ok_or("`enroll` is missing")?;
    let starts_at = args
        .find("starts")
        .map_or_else(|| Ok(text(&first["enrollment"]["starts_at"])), |at| world.day().time(&at))?;
    let ends_at = args
        .find("ends")
        .map_or_else(|| Ok(text(&last["redemption"]["ends_at"])), |at| world.day().time(&at))?;
    let name = args.find("name").unwrap_or_else(|| id.clone());
    let mut form = json!({ "name": name, "starts_at": starts_at, "ends_at": ends_at, "terms": terms });
    if let Some(scope) = args.find("scope") {
        form["scope"] = campaigns::scope(&scope);
    }
    if args.flag("revise") {
        return Ok(one(world.ask("PATCH", &format!("/campaigns/{id}"), &form), campaigns::campaign));
    }
    form["kind"] = "sprint".into();
    if args.flag("validate") {
        return Ok(many(world.ask("POST", "/campaigns/validate", &form), "violations", |violation| {
            Item::default().word(&violation["field"]).word(&violation["code"])
        }));
    }
    (form["campaign_id"], form["publish"]) = (id.into(), true.into());
    Ok(one(world.ask("POST", "/campaigns", &form), campaigns::campaign))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn terms(day: &Day, args: &mut Args) -> Result<Value, String> {
    let tiers: Result<Vec<Value>, String> = args.all("tier").iter().map(|text| tier(text)).collect();
    let mut terms = json!({ "waves": waves(day, args)?, "tiers": tiers? });
    for (word, field) in [("counts", "counts_from"), ("by", "award_by"), ("which", "tier_rule")] {
        if let Some(text) = args.find(word) {
            terms[field] = text.into();
        }
    }
    if args.flag("void-after-refund") {
        terms["void_after_refund"] = true.into();
    }
    Ok(terms)
}

/// Each stage is said as often as there are waves.
pub fn waves(day: &Day, args: &mut Args) -> Result<Vec<Value>, String> {
    let [enroll, sprint, draw, award, redeem] =
        ["enroll", "sprint", "draw", "award", "redeem"].map(|word| args.all(word));
    let mut waves = Vec::new();
    for (place, enroll) in enroll.iter().enumerate() {
        let of = |said: &[String], word: &str| {
            said.get(place).cloned().ok_or_else(|| format!("`{word}` of the wave w{} is missing", place + 1))
        };
        waves.push(json!({
            "wave_id": format!("w{}", place + 1), "enrollment": window(day, enroll)?,
            "sprint": window(day, &of(&sprint, "sprint")?)?, "draw_at": day.time(&of(&draw, "draw")?)?,
            "award": window(day, &of(&award, "award")?)?, "redemption": window(day, &of(&redeem, "redeem")?)?,
        }));
    }
    Ok(waves)
}

/// `2022-10-20T00:00..2022-11-04T00:00`, from and to, the end not in it.
pub fn window(day: &Day, text: &str) -> Result<Value, String> {
    let (from, to) = text.split_once("..").ok_or_else(|| format!("`{text}`: a window is FROM..TO"))?;
    Ok(json!({ "starts_at": day.time(from)?, "ends_at": day.time(to)? }))
}

/// `200.00:coupon:b1:x1000` or `300.00:goods:POT:x5`.
fn tier(text: &str) -> Result<Value, String> {
    let wrong = || format!("`{text}`: a tier is AMOUNT:coupon:BATCH:xRELEASED or AMOUNT:goods:SKU:xSTOCK");
    let parts: Vec<&str> = text.split(':').collect();
    let [least, kind, what, count] = parts[..] else { return Err(wrong()) };
    let count = number(count.strip_prefix('x').ok_or_else(wrong)?);
    let prize = match kind {
        "goods" => json!({ "kind": kind, "sku": what, "stock": count }),
        kind => json!({ "kind": kind, "batch_id": what, "release_quantity": count }),
    };
    Ok(json!({ "threshold": fen(least)?, "prize": prize }))
}

/// `enroll s1 u1 [wave=w1]`
pub fn enroll(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (sprint, customer) = (args.next("the sprint")?, args.next("the customer")?);
    let mut body = json!({ "customer_id": customer });
    if let Some(wave) = args.find("wave") {
        body["wave_id"] = wave.into();
    }
    let answer = world.ask("POST", &format!("/sprints/{sprint}/enrollments"), &body);
    Ok(one(answer, |enrolled| {
        let item = Item::default().word(&enrolled["wave_id"]).time("at", &enrolled["enrolled_at"]);
        item.says(if enrolled["new_member"] == true { "new" } else { "old" })
    }))
}

/// `member s1 u1`: where they stand in each wave that they take part in, and what they have won in it.
pub fn member(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (sprint, customer) = (args.next("the sprint")?, args.next("the customer")?);
    Ok(many(world.read(&format!("/sprints/{sprint}/members/{customer}")), "waves", standing))
}

fn standing(wave: &Value) -> Item {
    let mut item = Item::default()
        .word(&wave["wave_id"])
        .says(if wave["qualified"] == true { "qualified" } else { "below" })
        .says(if wave["drawn"] == true { "drawn" } else { "open" })
        .text("tiers", &list(&wave["reached"]).len().into())
        .text("awards", &list(&wave["awards"]).len().into());
    for name in ["spent", "received", "awaiting", "refunded", "missing"] {
        item = item.fen(name, &wave[name]);
    }
    item = item.time("at", &wave["reached"][0]["qualified_at"]);
    list(&wave["awards"]).iter().fold(item, |item, award| item.word(&award["status"]).word(&award["code"]))
}

/// `collect s1 u1 [wave=w1] [as=k1]`: the member claims what they have won; its first coupon is called k1.
pub fn collect(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (sprint, customer) = (args.next("the sprint")?, args.next("the customer")?);
    let wave = args.find("wave").map(|wave| format!("?wave={wave}")).unwrap_or_default();
    let answer = world.ask("POST", &format!("/sprints/{sprint}/members/{customer}/claim{wave}"), &json!({}));
    if let (Some(name), Some(id)) = (args.find("as"), answer.1["data"][0]["coupons"][0].as_str()) {
        world.keep_coupon(&name, id);
    }
    Ok(many(answer, "data", |award| {
        let item =
            Item::default().word(&award["wave_id"]).word(&award["status"]).text("tier", &award["tier"]);
        item.text("coupons", &list(&award["coupons"]).len().into()).text("sku", &award["sku"])
    }))
}

/// `late s1 [wave=w1] [code=late_qualified]`: whom something was heard of too late and waits for a decision.
pub fn late(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let sprint = args.next("the sprint")?;
    let said = ["wave", "code"].map(|name| args.find(name).map(|value| format!("{name}={value}")));
    let query: Vec<String> = said.into_iter().flatten().collect();
    let path = format!("/sprints/{sprint}/exceptions?{}", query.join("&"));
    Ok(many(world.read(&path), "data", shown))
}

fn shown(late: &Value) -> Item {
    let item = Item::default().word(&late["customer_id"]).word(&late["wave_id"]).word(&late["code"]);
    let item = item.text("tier", &late["tier"]).time("at", &late["qualified_at"]);
    match &late["decided"] {
        Value::Null => item.says("waits"),
        decided => item.text("award", &decided["award"]).text("reason", &decided["reason"]),
    }
}

/// `decide s1 u1 wave=w1 award because="..."`; with `refuse` they have no prize.
pub fn decide(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (sprint, customer) = (args.next("the sprint")?, args.next("the customer")?);
    let award = match args.next("`award` or `refuse`")?.as_str() {
        "award" => true,
        "refuse" => false,
        other => return Err(format!("`{other}` is neither `award` nor `refuse`")),
    };
    let body = json!({
        "wave_id": args.get("wave")?, "award": award, "reason": args.find("because").unwrap_or_default(),
    });
    let answer = world.ask("POST", &format!("/sprints/{sprint}/exceptions/{customer}"), &body);
    if is_refused(&answer) {
        return Ok(Outcome::refused(answer));
    }
    Ok(many(answer, "data", shown))
}
