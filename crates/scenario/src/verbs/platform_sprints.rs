//! Sprints of a platform: what it sets up, whom it invites, and a shop's prize until it takes part.

use super::answer::{is_refused, list, many, one};
use super::sprints::waves;
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{Day, fen, number};
use crate::world::World;
use serde_json::{Map, Value, json};

/// `planned p1 enroll=... sprint=... draw=... award=... redeem=... threshold=200.00 required=1000 pays=80 [value=20.00]`; `revise`
/// makes the next revision.
pub fn planned(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the sprint")?;
    let day = world.day().clone();
    let form = form(&day, &id, args)?;
    let revise = args.flag("revise");
    let (method, path) =
        if revise { ("PUT", format!("/v1/sprints/{id}")) } else { ("POST", "/v1/sprints".into()) };
    let answer = world.send(method, &path, "application/json", &form.to_string());
    Ok(one(answer, |plan| {
        let invited = &plan["invitations"];
        let item = Item::default().word(&plan["sprint_id"]).text("revision", &plan["revision"]);
        ["invited", "accepted", "declined", "closed"]
            .iter()
            .fold(item, |item, name| item.text(name, &invited[*name]))
    }))
}

fn form(day: &Day, id: &str, args: &mut Args) -> Result<Value, String> {
    let mut remark = json!({
        "required_quantity": number(&args.find("required").unwrap_or_else(|| "401".into())),
        "max_pay_percent": number(&args.find("pays").unwrap_or_else(|| "99".into())),
    });
    if let Some(value) = args.find("value") {
        remark["face_value"] = fen(&value)?.into();
    }
    let name = args.find("name").unwrap_or_else(|| id.to_owned());
    let mut form = json!({ "sprint_id": id, "name": name, "waves": waves(day, args)?, "remark": remark });
    let tiers = args.all("threshold");
    let tiers = tiers
        .iter()
        .map(|least| Ok(json!({ "threshold": fen(least)? })))
        .collect::<Result<Vec<_>, String>>()?;
    form["tiers"] = tiers.into();
    if let Some(open) = args.find("announced") {
        form["pre_submission"] = super::sprints::window(day, &open)?;
    }
    if let Some(kinds) = args.find("kinds") {
        form["conditions"]["shop_kinds"] = kinds.split(',').collect();
    }
    if let Some(sold) = args.find("sold") {
        form["conditions"]["sales"] = json!({ "least": fen(&sold)?, "days": 30 });
    }
    for (word, field) in [("counts", "counts_from"), ("by", "award_by"), ("which", "tier_rule")] {
        if let Some(text) = args.find(word) {
            form[field] = text.into();
        }
    }
    Ok(form)
}

/// `invite p1 s1 s2`, `invite p1 by-conditions`, with `dry-run` only what would be: each shop with what became of it.
pub fn invite(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the sprint")?;
    let dry = if args.flag("dry-run") { "?dry_run=true" } else { "" };
    let mut body = json!({});
    if args.flag("regardless") {
        body["regardless"] = true.into();
    }
    if args.flag("by-conditions") {
        body["by_conditions"] = true.into();
    } else {
        body["shop_ids"] = args.rest().into();
    }
    let path = format!("/v1/sprints/{id}/invitations{dry}");
    let answer = world.send("POST", &path, "application/json", &body.to_string());
    Ok(many(answer, "data", |shop| {
        Item::default().word(&shop["shop_id"]).word(&shop["outcome"]).word(&shop["code"])
    }))
}

/// `invited p1`: where the shop stands with the sprint, and with the prize of each tier.
pub fn invited(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/sprints/{}", args.next("the sprint")?);
    Ok(one(world.read(&path), standing))
}

fn standing(view: &Value) -> Item {
    let plan = &view["plan"];
    let item = Item::default()
        .word(&view["stage"])
        .word(&view["standing"])
        .word(&view["code"])
        .text("revision", &plan["revision"])
        .text("latest", &view["latest_revision"])
        .fen("threshold", &plan["tiers"][0]["threshold"])
        .time("closed", &view["closed_at"]);
    list(&view["prizes"]).iter().fold(item, |item, prize| item.word(&prize["status"]))
}

/// `answer p1 accept`, `answer p1 decline`, `answer p1 close`
pub fn answer(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (id, what) = (args.next("the sprint")?, args.next("accept, decline or close")?);
    let answer = world.ask("POST", &format!("/sprints/{id}/{what}"), &json!({}));
    Ok(one(answer, standing))
}

/// `prize p1 [tier=0] released=1000 applied=1001 value=40.00 quota=200.00 [cats=phones]`, `key=BA_x released=1000`,
/// `goods=POT stock=500`; any other field as `region=all`.
pub fn prize(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the sprint")?;
    let tier = args.find("tier").unwrap_or_else(|| "0".into());
    let form = sheet(&id, args)?;
    let answer = world.ask("PUT", &format!("/sprints/{id}/prize?tier={tier}"), &Value::Object(form));
    Ok(one(answer, |prize| {
        let item = Item::default().word(&prize["status"]).text("author", &prize["author"]);
        list(&prize["warnings"]).iter().fold(item, |item, warning| item.word(&warning["code"]))
    }))
}

fn sheet(id: &str, args: &mut Args) -> Result<Map<String, Value>, String> {
    let mut form = Map::new();
    for (word, field) in
        [("released", "release_quantity"), ("applied", "applied_quantity"), ("stock", "stock")]
    {
        if let Some(count) = args.find(word) {
            form.insert(field.into(), number(&count));
        }
    }
    for (word, field) in [("value", "face_value"), ("quota", "quota")] {
        if let Some(amount) = args.find(word) {
            form.insert(field.into(), fen(&amount)?.into());
        }
    }
    if let Some(sku) = args.find("goods") {
        form.insert("kind".into(), "goods".into());
        form.insert("sku".into(), sku.into());
    }
    if let Some(key) = args.find("key") {
        form.insert("key".into(), key.into());
    } else {
        form.insert("name".into(), args.find("name").unwrap_or_else(|| format!("prize of {id}")).into());
    }
    if form.contains_key("applied_quantity") {
        let categories = args.find("cats").unwrap_or_else(|| "all".into());
        form.insert("categories".into(), categories.split(',').collect());
    }
    for (name, value) in args.others() {
        let value = match &*value {
            "true" => true.into(),
            "false" => false.into(),
            text => number(text),
        };
        form.insert(name, value);
    }
    Ok(form)
}

/// `approve p1 [tier=0] [as=k]`: somebody else approves; with `oneself` whoever filled it in. The key is called k.
pub fn approve(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (id, tier) = (args.next("the sprint")?, args.find("tier").unwrap_or_else(|| "0".into()));
    let path = format!("/sprints/{id}/prize/approve?tier={tier}");
    let answer = if args.flag("oneself") {
        world.ask("POST", &path, &json!({}))
    } else {
        world.ask_by_another("POST", &path, &json!({}))
    };
    if let (Some(name), Some(key)) = (args.find("as"), answer.1["key"].as_str()) {
        world.keep_coupon(&name, key);
    }
    Ok(one(answer, approved))
}

fn approved(view: &Value) -> Item {
    let is_key = view["key"].as_str().is_some_and(|key| key.starts_with("BA_"));
    standing(&view["sprint"]).text("bound", &view["bound"]).says(if is_key { "keyed" } else { "keyless" })
}

/// `bind p1 BA_zv2bmpn [tier=0]`: binds an approved key.
pub fn bind(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (id, key) = (args.next("the sprint")?, args.next("the key")?);
    let tier = args.find("tier").unwrap_or_else(|| "0".into());
    let key = world.coupon(&key);
    let answer = world.ask("POST", &format!("/sprints/{id}/prize/bind?tier={tier}"), &json!({ "key": key }));
    Ok(one(answer, approved))
}

/// `batch-of k`: the coupon batch of an approved key: `quantity`, `spend`, `save`, its window, open or void.
pub fn batch_of(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let key = world.coupon(&args.next("the key")?);
    let answer = world.read(&format!("/coupon-batches/{key}"));
    if is_refused(&answer) {
        return Ok(Outcome::refused(answer));
    }
    Ok(one(answer, |batch| {
        Item::default()
            .word(&batch["status"])
            .word(&batch["kind"])
            .text("quantity", &batch["quantity"])
            .fen("spend", &batch["spend"])
            .fen("save", &batch["save"])
            .time("starts", &batch["starts_at"])
            .time("ends", &batch["ends_at"])
    }))
}

/// `void k`: takes the batch of a key back.
pub fn void(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let key = world.coupon(&args.next("the key")?);
    Ok(one(world.ask("POST", &format!("/coupon-batches/{key}/void"), &json!({})), |batch| {
        Item::default().word(&batch["status"])
    }))
}
