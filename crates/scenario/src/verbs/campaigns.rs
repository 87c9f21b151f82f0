//! What the merchant sets up, and how it goes.

use super::answer::{is_refused, list, many, one};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{Day, fen, number};
use crate::world::World;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Days that a campaign runs when its scenario does not say.
const USUAL_DAYS: i64 = 30;

/// `campaign c1 starts=12:00 ends=... after=15 spend=100.00 save=5.00 quantity=1000 [draft]`
/// What is left out is as written here, the end 30 days after the start.
pub fn create(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the campaign")?;
    let mut form = whole_form(world.day(), args)?;
    form.insert("name".into(), args.find("name").unwrap_or_else(|| id.clone()).into());
    form.insert("campaign_id".into(), id.into());
    form.insert("publish".into(), (!args.flag("draft")).into());
    let answer = world.ask("POST", "/campaigns", &Value::Object(form));
    Ok(one(answer, campaign))
}

/// `validate ...`: as `campaign`, without an id; shows each field at fault with its code, nothing
/// when all is well.
pub fn validate(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let mut form = whole_form(world.day(), args)?;
    form.insert("name".into(), args.find("name").unwrap_or_else(|| "check".into()).into());
    let answer = world.ask("POST", "/campaigns/validate", &Value::Object(form));
    Ok(many(answer, "violations", |violation| {
        Item::default().word(&violation["field"]).word(&violation["code"])
    }))
}

/// `revise c1 save=8.00`: only what is said changes.
pub fn revise(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the campaign")?;
    let form = form(world.day(), args)?;
    let answer = world.ask("PATCH", &format!("/campaigns/{id}"), &Value::Object(form));
    Ok(one(answer, campaign))
}

/// `publish c1`
pub fn publish(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/campaigns/{}/publish", args.next("the campaign")?);
    Ok(one(world.ask("POST", &path, &json!({})), campaign))
}

/// `close c1`, `close c1 confirm`
pub fn close(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/campaigns/{}/close", args.next("the campaign")?);
    let body = if args.flag("confirm") { json!({ "confirm": true }) } else { json!({}) };
    Ok(one(world.ask("POST", &path, &body), campaign))
}

/// What stands inside of a figure, by the way to it.
fn inside(mut item: Item, name: &str, value: &Value) -> Item {
    for (inner, value) in value.as_object().into_iter().flatten() {
        let name = format!("{name}.{inner}");
        item = inside(item.text(&name, value), &name, value);
    }
    item
}

/// `status c1`
pub fn status(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/campaigns/{}", args.next("the campaign")?);
    Ok(one(world.read(&path), campaign))
}

/// `stats c1`: the figures, those inside of others as `withheld.sold_out=3` and `holdout.treated.orders=8`.
pub fn stats(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/campaigns/{}/stats", args.next("the campaign")?);
    Ok(one(world.read(&path), |stats| {
        let mut item = Item::default();
        for (name, value) in stats.as_object().into_iter().flatten() {
            item = inside(item, name, value);
            item = match name.as_str() {
                "saved" | "recovered" => item.fen(name, value),
                _ => item.text(name, value),
            };
        }
        item
    }))
}

/// `import c1` with the CSV in `|` lines, or `numbered=20001` for rows SKU-1, SKU-2, ... Shows what
/// was accepted, and each row that was not.
pub fn import(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the campaign")?;
    let mut csv = args.body.take().unwrap_or_default();
    if let Some(count) = args.find("numbered") {
        for number in 1..=count.parse::<u32>().map_err(|_| "numbered=20001")? {
            let _ = writeln!(csv, "SKU-{number}");
        }
    }
    let path = format!("/v1/shops/{}/campaigns/{id}/scope/import", world.shop());
    let answer = world.send("POST", &path, "text/csv", &csv);
    if is_refused(&answer) {
        return Ok(Outcome::refused(answer));
    }
    let accepted = Item::default().text("accepted", &answer.1["accepted"]);
    let mut items = vec![accepted.text("version", &answer.1["version"])];
    items.extend(list(&answer.1["rejected"]).iter().map(|bad| {
        let item = Item::default().word(&bad["code"]);
        item.text("row", &bad["row"]).text("value", &bad["value"])
    }));
    Ok(Outcome::done(answer, items))
}

/// A campaign as scenarios compare it.
pub fn campaign(campaign: &Value) -> Item {
    Item::default()
        .word(&campaign["status"])
        .text("version", &campaign["version"])
        .text("methods", &campaign["methods"])
        .text("issued", &campaign["issued"])
        .text("mode", &campaign["scope"]["mode"])
        .text("skus", &campaign["scope"]["skus"])
        .fen("spend", &campaign["terms"]["spend"])
        .fen("save", &campaign["terms"]["save"])
        .time("starts", &campaign["starts_at"])
        .time("ends", &campaign["ends_at"])
}

/// The whole form: what is said, and the usual for the rest.
fn whole_form(day: &Day, args: &mut Args) -> Result<Map<String, Value>, String> {
    let mut form = form(day, args)?;
    let usual = json!({ "trigger_after_minutes": 15, "spend": 10_000, "save": 500, "quantity": 1000 });
    let terms = form.entry("terms").or_insert_with(|| json!({}));
    for (name, value) in usual.as_object().into_iter().flatten() {
        if terms[name].is_null() {
            terms[name] = value.clone();
        }
    }
    if !form.contains_key("ends_at") {
        let starts_at = form.get("starts_at").and_then(Value::as_str);
        let starts_at = day.moment(starts_at.ok_or("`starts` is missing")?)?;
        let ends_at = starts_at.plus_hours(24 * USUAL_DAYS).to_string();
        form.insert("ends_at".into(), ends_at.into());
    }
    form.insert("kind".into(), "recovery".into());
    Ok(form)
}

/// What is said of a campaign, as the API writes it.
fn form(day: &Day, args: &mut Args) -> Result<Map<String, Value>, String> {
    let (mut form, mut terms) = (Map::new(), Map::new());
    for (word, field) in [("starts", "starts_at"), ("ends", "ends_at")] {
        if let Some(at) = args.find(word) {
            form.insert(field.into(), day.time(&at)?.into());
        }
    }
    for (word, field) in [
        ("after", "trigger_after_minutes"),
        ("quantity", "quantity"),
        ("valid", "coupon_valid_hours"),
        ("holdout", "holdout_percent"),
    ] {
        if let Some(text) = args.find(word) {
            terms.insert(field.into(), number(&text));
        }
    }
    for amount in ["spend", "save"] {
        if let Some(text) = args.find(amount) {
            terms.insert(amount.into(), fen(&text)?.into());
        }
    }
    for (word, field) in [("bind", "bind"), ("frequency", "frequency_scope")] {
        if let Some(text) = args.find(word) {
            terms.insert(field.into(), text.into());
        }
    }
    if let Some(text) = args.find("scope") {
        form.insert("scope".into(), scope(&text));
    }
    if !terms.is_empty() {
        form.insert("terms".into(), Value::Object(terms));
    }
    Ok(form)
}

/// `all`, `whitelist:A,B` or `blacklist:A,B`; `@phones` is a category.
pub fn scope(text: &str) -> Value {
    let (mode, list) = text.split_once(':').unwrap_or((text, ""));
    let (categories, skus): (Vec<&str>, Vec<&str>) =
        list.split(',').filter(|word| !word.is_empty()).partition(|word| word.starts_with('@'));
    let categories: Vec<&str> = categories.iter().map(|word| &word[1..]).collect();
    json!({ "mode": mode, "skus": skus, "categories": categories })
}
