//! The clock, the shops, and requests as they are.

use super::answer::{is_refused, list, one};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{Day, number};
use crate::world::World;
use serde_json::{Map, Value, json};

/// `day 2022-06-10`: bare times are of that day, in +08:00.
pub fn day(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    world.set_day(Day::new(&args.next("the date")?)?);
    Ok(Outcome::silent())
}

/// `clock 12:00`: everything due up to then happens, in order.
pub fn clock(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let now = world.day().time(&args.next("the time")?)?;
    let body = json!({ "now": now }).to_string();
    let answer = world.send("PUT", "/v1/sandbox/clock", "application/json", &body);
    Ok(one(answer, |clock| {
        let item = Item::default().time("now", &clock["now"]);
        item.text("fired", &clock["fired"])
    }))
}

/// `shop s1 kind=sop`: makes or changes a shop; the steps that follow are about it.
pub fn shop(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the shop")?;
    world.set_shop(&id);
    let mut settings = Map::new();
    let name = args.find("name").unwrap_or(id);
    settings.insert("name".into(), name.into());
    let kind = args.find("kind").unwrap_or_else(|| "sop".into());
    settings.insert("kind".into(), kind.into());
    for (word, field) in [
        ("timeout", "payment_timeout_minutes"),
        ("lead", "push_lead_minutes"),
        ("lock", "payment_lock_minutes"),
    ] {
        if let Some(minutes) = args.find(word) {
            settings.insert(field.into(), number(&minutes));
        }
    }
    if let Some(currency) = args.find("currency") {
        settings.insert("currency".into(), currency.into());
    }
    if let Some(said) = args.find("bought") {
        let hides = match &*said {
            "hides" => true,
            "shows" => false,
            _ => return Err("bought=hides or bought=shows".into()),
        };
        settings.insert("hide_bought_elsewhere".into(), hides.into());
    }
    if let Some(zone) = args.find("zone") {
        settings.insert("time_zone".into(), zone.into());
    }
    if let Some(quiet) = args.find("quiet") {
        let (from, to) = quiet.split_once('-').ok_or("quiet=22:00-07:00")?;
        settings.insert("quiet_hours".into(), json!({ "from": from, "to": to }));
    }
    let answer = world.ask("PUT", "", &Value::Object(settings));
    Ok(one(answer, |shop| {
        let item = Item::default().word(&shop["kind"]);
        item.text("zone", &shop["time_zone"])
    }))
}

/// `in s2`: the steps that follow are about that shop.
pub fn turn_to(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    world.set_shop(&args.next("the shop")?);
    Ok(Outcome::silent())
}

/// `request PUT /v1/... type=text/csv`: a request as it is, its body in `|` lines. Shows the status,
/// the code, the fields at fault and the outcomes of events.
pub fn request(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (method, path) = (args.next("the method")?, args.next("the path")?);
    let kind = args.find("type").unwrap_or_else(|| "application/json".into());
    let answer = world.send(&method, &path, &kind, &args.body.take().unwrap_or_default());
    let (status, body) = &answer;
    let mut item = Item::default().word(&json!(status)).word(&body["code"]);
    for violation in list(&body["violations"]) {
        item = item.word(&violation["field"]).word(&violation["code"]);
    }
    for result in list(&body["results"]) {
        item = item.word(&result["outcome"]).word(&result["code"]);
    }
    for (name, value) in body.as_object().into_iter().flatten() {
        item = item.text(name, value);
    }
    let ok = !is_refused(&answer);
    Ok(Outcome { ok, ..Outcome::done(answer, vec![item]) })
}

/// `hidden "Summer sale" /orders/o1/offers`: that the text stands nowhere in the answer.
pub fn hidden(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (text, path) = (args.next("the text")?, args.next("the path")?);
    let answer = world.read(&path);
    let said = answer.1.to_string().contains(&text);
    let ok = !is_refused(&answer) && !said;
    let item = Item::default().says(if said { "shown" } else { "hidden" });
    Ok(Outcome { ok, ..Outcome::done(answer, vec![item]) })
}
