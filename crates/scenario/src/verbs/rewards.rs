//! Rewards after payment: campaigns of them, what an order brought, playing it.

use super::answer::{is_refused, list, many, one};
use super::campaigns;
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{Day, fen, number};
use crate::world::World;
use serde_json::{Map, Value, json};

/// Days that a campaign runs when its scenario does not say.
const USUAL_DAYS: i64 = 30;

/// `rewarding c1 tier=100.00:coupon:b1`, `tier=50.00:survey:b1 ask=taste:strong,weak`, `tier=50.00:urn` or `tier=50.00:odds`
/// with `prize=cup:goods:39.00:x10`; `revise` changes it, `validate` only checks.
pub fn rewarding(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the campaign")?;
    let terms = terms(world.day(), args)?;
    let starts_at =
        args.find("starts").map_or_else(|| world.day().time("00:00"), |at| world.day().time(&at))?;
    let month = || world.day().moment(&starts_at).map(|at| at.plus_hours(24 * USUAL_DAYS).to_string());
    let ends_at = args.find("ends").map_or_else(month, |at| world.day().time(&at))?;
    let name = args.find("name").unwrap_or_else(|| id.clone());
    let form = json!({ "name": name, "starts_at": starts_at, "ends_at": ends_at, "terms": terms });
    if args.flag("revise") {
        return Ok(one(world.ask("PATCH", &format!("/campaigns/{id}"), &form), campaigns::campaign));
    }
    let mut form = form;
    form["kind"] = "post_payment".into();
    if args.flag("validate") {
        return Ok(many(world.ask("POST", "/campaigns/validate", &form), "violations", |violation| {
            Item::default().word(&violation["field"]).word(&violation["code"])
        }));
    }
    (form["campaign_id"], form["publish"]) = (id.into(), true.into());
    Ok(one(world.ask("POST", "/campaigns", &form), campaigns::campaign))
}

fn terms(day: &Day, args: &mut Args) -> Result<Value, String> {
    let questions = args.all("ask").iter().map(|text| question(text)).collect::<Vec<_>>();
    let draw = drawing(day, args)?;
    let tiers: Result<Vec<Value>, String> =
        args.all("tier").iter().map(|text| tier(text, &questions, &draw)).collect();
    let mut terms = json!({ "tiers": tiers? });
    for (word, field) in [
        ("each", "per_customer_limit"),
        ("daily", "per_day_limit"),
        ("total", "total_limit"),
        ("extra", "extra_chances"),
        ("holdout", "holdout_percent"),
    ] {
        if let Some(text) = args.find(word) {
            terms[field] = number(&text);
        }
    }
    if args.flag("members") {
        terms["members_only"] = true.into();
    }
    if let Some(days) = args.find("days") {
        terms["days"] = days.split(',').collect();
    }
    let hours = |text: &String| {
        let (from, to) = text.split_once('-').ok_or("hours=10:00-14:00")?;
        Ok(json!({ "from": from, "to": to }))
    };
    let hours: Result<Vec<Value>, String> = args.all("hours").iter().map(hours).collect();
    terms["hours"] = hours?.into();
    Ok(terms)
}

/// What of a draw stands beside its tier.
fn drawing(day: &Day, args: &mut Args) -> Result<Value, String> {
    let prizes = args.all("prize").iter().map(|text| prize(text)).collect::<Result<Vec<_>, _>>()?;
    let mut draw = json!({
        "prizes": prizes, "public": !args.flag("private"),
        "notice": {
            "organiser": args.find("organiser").unwrap_or_else(|| "Tea House".into()), "contact": "400-000-0000",
            "claim_days": 30, "claim_how": "sent to the order's address", "lapse": "not drawn again",
        },
    });
    if let Some(entropy) = args.find("entropy") {
        draw["entropy"] = entropy.into();
    }
    if let Some(round) = args.find("beacon") {
        draw["beacon_round"] = number(&round);
    }
    if let Some(until) = args.find("released") {
        draw["release"] = json!({ "until": day.time(&until)? });
    }
    Ok(draw)
}

/// `100.00:coupon:b1`, `50.00:survey[:b1]`, `50.00:urn` or `50.00:odds`; a draw is a scratch card with `:card` behind it.
fn tier(text: &str, questions: &[Value], draw: &Value) -> Result<Value, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [least, kind, rest @ ..] = &parts[..] else {
        return Err(format!(
            "`{text}`: a tier is AMOUNT:coupon:BATCH, AMOUNT:survey, AMOUNT:urn or AMOUNT:odds"
        ));
    };
    let mut action = match *kind {
        "urn" | "odds" => {
            let mut draw = draw.clone();
            draw["mode"] = (*kind).into();
            let shown = if *rest == ["card"] { "scratch_card" } else { "draw" };
            json!({ "kind": shown, "draw": draw })
        }
        "survey" => json!({ "kind": "survey", "questions": questions }),
        kind => json!({ "kind": kind }),
    };
    if let (Some(batch), "coupon" | "survey") = (rest.first(), *kind) {
        action["batch_id"] = (*batch).into();
    }
    Ok(json!({ "min_paid": fen(least)?, "action": action }))
}

/// `taste:strong,weak` has one answer, `more*:tea,cup` several, `why` is answered in own words; the last two may be left
/// open.
fn question(text: &str) -> Value {
    let (id, options) = text.split_once(':').map_or((text, None), |(id, options)| (id, Some(options)));
    let name = id.trim_end_matches('*');
    let kind = match (options, name.len() < id.len()) {
        (None, _) => "free",
        (Some(_), true) => "multiple",
        (Some(_), false) => "single",
    };
    let options: Vec<&str> = options.map(|options| options.split(',').collect()).unwrap_or_default();
    let optional = kind != "single";
    json!({ "question_id": name, "text": name, "kind": kind, "options": options, "optional": optional })
}

/// `cup:goods:39.00:x10`, `c10:coupon:10.00:x2:b1`, `pts:points:1.00:x5:100`, `none:none:x6`; by odds with `@100000` and,
/// where there is an end of it, `>c10` behind it.
fn prize(text: &str) -> Result<Value, String> {
    let (text, fallback) = text.split_once('>').map_or((text, None), |(text, to)| (text, Some(to)));
    let (text, odds) = text.split_once('@').map_or((text, None), |(text, odds)| (text, Some(odds)));
    let mut parts = text.split(':');
    let (Some(id), Some(kind)) = (parts.next(), parts.next()) else {
        return Err(format!("`{text}`: a prize is NAME:KIND:VALUE:xNUMBER"));
    };
    let mut prize = Map::new();
    for (field, value) in [("prize_id", id), ("name", id), ("kind", kind)] {
        prize.insert(field.into(), value.into());
    }
    if kind == "goods" {
        prize.insert("sku".into(), id.to_uppercase().into());
    }
    for part in parts {
        if let Some(count) = part.strip_prefix('x') {
            prize.insert("stock".into(), number(count));
        } else if !prize.contains_key("value") && part.contains('.') {
            prize.insert("value".into(), fen(part)?.into());
        } else if kind == "points" {
            prize.insert("points".into(), number(part));
        } else {
            prize.insert("batch_id".into(), part.into());
        }
    }
    if let Some(odds) = odds {
        prize.insert("odds".into(), number(odds));
    }
    if let Some(fallback) = fallback {
        prize.insert("fallback".into(), fallback.into());
    }
    Ok(prize.into())
}

#[allow(clippy::unnecessary_wraps, reason = "as every verb")]
/// `beta apply`, `beta approve`, `beta on`, `beta off`, `beta`: where the shop stands with rewards.
pub fn beta(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let answer = match args.next("what is done").as_deref() {
        Ok("apply") => world.ask("POST", "/beta/post_payment/apply", &json!({})),
        Ok("approve") => world.ask("POST", "/beta/post_payment/approve", &json!({})),
        Ok(status) => world.ask("POST", "/beta/post_payment/approve", &json!({ "status": status })),
        Err(_) => world.read("/beta/post_payment"),
    };
    Ok(one(answer, |beta| Item::default().word(&beta["status"])))
}

/// `rewards o1 [as=k1]`: what the order brought, each with its status, campaign and kind; `withheld` campaigns with their
/// reason. The first coupon among them is called k1.
pub fn rewards(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/orders/{}/rewards", args.next("the order")?);
    let answer = world.read(&path);
    if is_refused(&answer) {
        return Ok(Outcome::refused(answer));
    }
    let mut given =
        list(&answer.1["data"]).iter().filter_map(|reward| reward["result"]["coupon_id"].as_str());
    if let (Some(name), Some(id)) = (args.find("as"), given.next()) {
        world.keep_coupon(&name, id);
    }
    let withheld =
        |row: &Value| Item::default().says("withheld").word(&row["campaign_id"]).word(&row["code"]);
    let items = list(&answer.1["data"]).iter().map(shown);
    let items = items.chain(list(&answer.1["withheld"]).iter().map(withheld)).collect();
    Ok(Outcome::done(answer, items))
}

fn shown(reward: &Value) -> Item {
    let (result, proof) = (&reward["result"], &reward["proof"]);
    let coupon = if result["coupon_id"].is_null() { Value::Null } else { "given".into() };
    Item::default()
        .word(&reward["status"])
        .word(&reward["code"])
        .word(&reward["campaign_id"])
        .word(&reward["action"]["kind"])
        .text("version", &reward["version"])
        .text("extra", &reward["extra"])
        .text("prize", &result["prize"]["prize_id"])
        .fen("value", &result["prize"]["value"])
        .text("coupon", &coupon)
        .text("missed", &result["missed"])
        .text("chance", &proof["chance"])
        .text("entropy", &proof["entropy"])
        .text("n", &proof["n"])
}

/// The reward of an order, by its campaign and the number of its extra chance.
fn find(world: &mut World<'_>, args: &mut Args, order: &str) -> Value {
    let (of, extra) =
        (args.find("of"), args.find("extra").and_then(|extra| extra.parse::<u64>().ok()).unwrap_or_default());
    let mut answer = world.read(&format!("/orders/{order}/rewards"));
    let is_meant = |reward: &&mut Value| {
        let of_campaign = of.as_deref().is_none_or(|of| reward["campaign_id"] == of);
        of_campaign && reward["extra"] == extra
    };
    let rewards = answer.1["data"].as_array_mut().into_iter().flatten();
    rewards.into_iter().find(is_meant).map(Value::take).unwrap_or_default()
}

/// `play o1 [of=c1] [extra=1] [by u1] [answer=taste:strong] [as=k1]`: plays the order's reward; a coupon that it brings
/// is called k1.
pub fn play(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let order = args.next("the order")?;
    let customer = args.find("by").map_or_else(|| world.customer(&order), Ok)?;
    let reward = find(world, args, &order);
    let mut answers = Map::new();
    for answer in args.all("answer") {
        let (question, said) = answer.split_once(':').ok_or("answer=QUESTION:OPTION")?;
        let several = said.split_once('+').map(|_| said.split('+').collect::<Vec<_>>());
        answers.insert(question.into(), several.map_or_else(|| said.into(), Into::into));
    }
    let path = format!("/rewards/{}/play", reward["reward_id"].as_str().unwrap_or("none"));
    let body = json!({ "customer_id": customer, "answers": answers });
    let answer = world.ask("POST", &path, &body);
    if let (Some(name), Some(id)) = (args.find("as"), answer.1["result"]["coupon_id"].as_str()) {
        world.keep_coupon(&name, id);
    }
    if answer.1["code"] == "invalid_answers" {
        let at_fault =
            |item: Item, violation: &Value| item.word(&violation["field"]).word(&violation["code"]);
        let item =
            list(&answer.1["violations"]).iter().fold(Item::default().word(&answer.1["code"]), at_fault);
        return Ok(Outcome { ok: false, ..Outcome::done(answer, vec![item]) });
    }
    Ok(one(answer, shown))
}

/// `share o1 by u2 [of=c1]`: that customer follows the link of the order's reward.
pub fn share(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (order, customer) = (args.next("the order")?, args.get("by")?);
    let reward = find(world, args, &order);
    let Some(link) = reward["link"].as_str() else {
        return Err(format!("order {order} has no reward with a link"));
    };
    let body = json!({ "customer_id": customer }).to_string();
    let answer = world.send("POST", &format!("{link}/follow"), "application/json", &body);
    Ok(one(answer, |_| Item::default().says("followed")))
}

/// `pause c1`
pub fn pause(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    rest(world, args, "pause")
}

/// `resume c1`
pub fn resume(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    rest(world, args, "resume")
}

fn rest(world: &mut World<'_>, args: &mut Args, what: &str) -> Result<Outcome, String> {
    let path = format!("/campaigns/{}/{what}", args.next("the campaign")?);
    Ok(one(world.ask("POST", &path, &json!({})), |view| Item::default().text("paused", &view["paused"])))
}

/// `beacon c1 657413 SIGNATURE`: posts the round of the public beacon.
pub fn beacon(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (id, round) = (args.next("the campaign")?, args.next("the round")?);
    let body = json!({ "round": number(&round), "signature": args.next("the signature")? });
    let answer = world.ask("POST", &format!("/campaigns/{id}/draw/beacon"), &body);
    Ok(one(answer, |_| Item::default().says("posted")))
}

/// `draw c1`: how the draw stands: `plays winners`, what is left of each prize by its name; `sealed` or `revealed`.
pub fn draw(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/campaigns/{}/draw", args.next("the campaign")?);
    Ok(one(world.read(&path), |draw| {
        let sealed = draw["revealed_seed"].is_null();
        let item = Item::default().word(&draw["mode"]).says(if sealed { "sealed" } else { "revealed" });
        let item = item.text("plays", &draw["plays"]);
        let item = item.text("winners", &list(&draw["winners_over_500"]).len().into());
        let left = |item: Item, prize: &Value| {
            item.text(prize["prize_id"].as_str().unwrap_or_default(), &prize["left"])
        };
        list(&draw["prizes"]).iter().fold(item, left)
    }))
}

/// `answers c1`: how many answered, and how often each option was chosen, as `taste.strong=2`.
pub fn answers(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/campaigns/{}/survey", args.next("the campaign")?);
    Ok(one(world.read(&path), |survey| {
        let mut item = Item::default().text("answered", &survey["answered"]);
        for question in list(&survey["questions"]) {
            let id = question["question_id"].as_str().unwrap_or_default();
            item = item.text(id, &question["answers"]);
            for option in list(&question["options"]) {
                let name = format!("{id}.{}", option["option"].as_str().unwrap_or_default());
                item = item.text(&name, &option["count"]);
            }
        }
        item
    }))
}
