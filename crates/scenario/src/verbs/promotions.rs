//! Promotions, presales and coupon batches: what the merchant gives without waiting for an unpaid order.

use super::{
    answer::{many, one},
    campaigns,
};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{Day, fen, number};
use crate::world::World;
use serde_json::{Map, Value, json};

/// What a promotion needs beside an amount.
fn needs(args: &mut Args, terms: &mut Map<String, Value>) {
    for (word, field) in [("pieces", "min_quantity"), ("goods", "min_goods")] {
        if let Some(text) = args.find(word) {
            terms.insert(field.into(), number(&text));
        }
    }
}

/// What comes off a line or a unit.
fn off(args: &mut Args, terms: &mut Map<String, Value>) -> Result<(), String> {
    for (word, field) in [("price", "price"), ("amount", "amount_off")] {
        if let Some(text) = args.find(word) {
            terms.insert(field.into(), fen(&text)?.into());
        }
    }
    if let Some(percent) = args.find("percent") {
        terms.insert("percent_off".into(), number(&percent));
    }
    Ok(())
}

fn undiscounted(args: &mut Args, terms: &mut Map<String, Value>) {
    if args.flag("undiscounted") {
        terms.insert("exclude_discounted".into(), true.into());
    }
}

/// Units in groups.
fn units(args: &mut Args, terms: &mut Map<String, Value>) -> Result<(), String> {
    let goods = |text: &String| {
        let (quantity, skus) = text.split_once(':').map_or((&**text, vec![]), |(n, skus)| (n, words(skus)));
        json!({ "quantity": number(quantity), "skus": skus })
    };
    let buy: Vec<Value> = args.all("buy").iter().map(goods).collect();
    terms.insert("buy".into(), buy.into());
    off(args, terms)?;
    for (word, field) in [("together", "group_price"), ("further", "further_off"), ("spend", "spend")] {
        if let Some(text) = args.find(word) {
            terms.insert(field.into(), fen(&text)?.into());
        }
    }
    for (word, field) in [("get", "quantity"), ("times", "times"), ("max", "max_units")] {
        if let Some(text) = args.find(word) {
            terms.insert(field.into(), number(&text));
        }
    }
    for (word, field) in [("too", "buy_too"), ("stacks", "stacks"), ("members", "member_only")] {
        terms.insert(field.into(), args.flag(word).into());
    }
    if args.flag("dearest") {
        terms.insert("pick".into(), "dearest".into());
    }
    undiscounted(args, terms);
    needs(args, terms);
    Ok(())
}

/// `promotion p1 order tier=200.00-30.00 [every] [above]`, `promotion p1 item price=80.00`, both with `[pieces=3] [goods=2]`,
/// `promotion p1 freight tier=50.00-5.00` (or `-50%`, or `=3.00` for a price), all with more terms as JSON on the lines below,
/// `promotion p1 units [buy=2 | buy=2:A,B] [get=1] percent=100` (or `amount=`, `price=`, `together=`), with `[further=2.00] [times=3] [max=5]
/// [dearest] [too] [spend=20.00] [stacks] [members] [undiscounted]`, `promotion p1 gift main=A gift=G:1 [pool]`, `promotion p1 floor floor=A:50.00`. It runs for a month
/// from the day's beginning when `starts` and `ends` are not said.
pub fn promotion(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (id, kind) = (args.next("the promotion")?, args.next("its kind")?);
    let mut terms = Map::new();
    let kind = match kind.as_str() {
        "order" => {
            let tiers = args.all("tier").iter().map(|tier| benefit(tier)).collect::<Result<Vec<_>, _>>()?;
            terms.insert("tiers".into(), tiers.into());
            terms.insert("every".into(), args.flag("every").into());
            terms.insert("above".into(), args.flag("above").into());
            undiscounted(args, &mut terms);
            needs(args, &mut terms);
            "order_promotion"
        }
        "units" => {
            units(args, &mut terms)?;
            "unit_promotion"
        }
        "item" => {
            off(args, &mut terms)?;
            terms.insert("member_only".into(), args.flag("members").into());
            needs(args, &mut terms);
            "item_promotion"
        }
        "freight" => {
            let tiers = args.all("tier").iter().map(|tier| lowers(tier)).collect::<Result<Vec<_>, _>>()?;
            terms.insert("tiers".into(), tiers.into());
            terms.insert("member_only".into(), args.flag("members").into());
            needs(args, &mut terms);
            "freight_promotion"
        }
        "gift" => {
            terms.insert("main_skus".into(), words(&args.get("main")?).into());
            terms.insert("gifts".into(), gifts(args)?);
            terms.insert("pool".into(), args.flag("pool").into());
            "gift_promotion"
        }
        "floor" => {
            let floors = args.all("floor").iter().map(|text| floor(text)).collect::<Result<Vec<_>, _>>()?;
            terms.insert("floors".into(), floors.into());
            "price_floor"
        }
        other => {
            return Err(format!(
                "`{other}` is no kind; there are order, item, units, freight, gift and floor"
            ));
        }
    };
    if let Some(body) = args.body.take() {
        let more: Map<String, Value> =
            serde_json::from_str(&body).map_err(|error| format!("no terms: {error}"))?;
        terms.extend(more);
    }
    if let Some(priority) = args.find("priority") {
        terms.insert("priority".into(), number(&priority));
    }
    if let Some(group) = args.find("group") {
        terms.insert("group".into(), group.into());
    }
    if let Some(segments) = args.find("segments") {
        terms.insert("segments".into(), words(&segments).into());
    }
    let terms = Value::Object(terms);
    if args.flag("validate") {
        return validate(world, args, kind, &terms);
    }
    let form = form(world.day(), args, &id, kind, &terms)?;
    Ok(one(world.ask("POST", "/campaigns", &form), campaigns::campaign))
}

fn validate(world: &mut World<'_>, args: &mut Args, kind: &str, terms: &Value) -> Result<Outcome, String> {
    let form = form(world.day(), args, "check", kind, terms)?;
    Ok(checked(world.ask("POST", "/campaigns/validate", &form)))
}

/// What a check found: fields and codes.
fn checked(mut answer: (u16, Value)) -> Outcome {
    let all = [answer.1["violations"].take(), answer.1["warnings"].take()];
    let all = all.iter().filter_map(Value::as_array).flatten().cloned().collect::<Vec<_>>();
    answer.1["all"] = all.into();
    many(answer, "all", |found| Item::default().word(&found["field"]).word(&found["code"]))
}

fn form(day: &Day, args: &mut Args, id: &str, kind: &str, terms: &Value) -> Result<Value, String> {
    let starts_at = args.find("starts").map_or_else(|| day.time("00:00"), |at| day.time(&at))?;
    let month = || day.moment(&starts_at).map(|at| at.plus_hours(24 * 30).to_string());
    let ends_at = args.find("ends").map_or_else(month, |at| day.time(&at))?;
    let scope = campaigns::scope(&args.find("scope").unwrap_or_else(|| "all".into()));
    Ok(json!({
        "campaign_id": id, "kind": kind, "name": id, "starts_at": starts_at, "ends_at": ends_at,
        "scope": scope, "terms": terms, "publish": true,
    }))
}

/// `presale ps1 item=A:100.00:10.00[:reduction:20.00 | :expansion:3] deposit=FROM..TO balance=FROM..TO`
/// `[type=normal] [main=true] [sms=false] [ship=...] [gift=G:1] [greater] [noresplit]`
pub fn presale(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the presale")?;
    let items = args.all("item").iter().map(|text| item(text)).collect::<Result<Vec<_>, _>>()?;
    let (deposit, balance) =
        (window(world.day(), &args.get("deposit")?)?, window(world.day(), &args.get("balance")?)?);
    let ship_at = args.find("ship").map_or_else(|| Ok(end(&balance)), |at| world.day().time(&at))?;
    let mut terms = json!({
        "presale_type": args.find("type").unwrap_or_else(|| "normal".into()),
        "items": items, "deposit_window": deposit, "balance_window": balance, "ship_at": ship_at,
        "sms": args.find("sms").is_none_or(|sms| sms == "true"),
    });
    if let Some(main) = args.find("main") {
        terms["main_process"] = (main == "true").into();
    }
    for (word, field) in [("greater", "require_greater"), ("noresplit", "no_resplit")] {
        if args.flag(word) {
            terms[field] = true.into();
        }
    }
    let gifts = gifts(args)?;
    if gifts.as_array().is_some_and(|gifts| !gifts.is_empty()) {
        terms["gifts"] = gifts;
    }
    let form = json!({
        "campaign_id": id, "kind": "presale", "name": id, "starts_at": terms["deposit_window"]["starts_at"],
        "ends_at": terms["balance_window"]["ends_at"], "terms": terms, "publish": true,
    });
    let mut answer = world.ask("POST", "/campaigns", &form);
    let main = answer.1["terms"]["main_process"].take();
    Ok(one(answer, |campaign| Item::default().word(&campaign["status"]).text("main", &main)))
}

fn end(window: &Value) -> String {
    window["ends_at"].as_str().unwrap_or_default().to_owned()
}

fn item(text: &str) -> Result<Value, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [sku, price, deposit, gain @ ..] = &parts[..] else {
        return Err("an item is item=SKU:PRICE:DEPOSIT[:reduction:AMOUNT | :expansion:MULTIPLIER]".into());
    };
    let gain = match gain {
        [] => json!({ "kind": "none" }),
        ["reduction", amount] => json!({ "kind": "reduction", "amount": fen(amount)? }),
        ["expansion", multiplier] => json!({ "kind": "expansion", "multiplier": multiplier }),
        _ => return Err(format!("`{text}`: a gain is reduction:AMOUNT or expansion:MULTIPLIER")),
    };
    Ok(json!({ "sku": sku, "presale_price": fen(price)?, "deposit": fen(deposit)?, "gain": gain }))
}

fn window(day: &Day, text: &str) -> Result<Value, String> {
    let (from, to) = text.split_once("..").ok_or("a window is FROM..TO")?;
    Ok(json!({ "starts_at": day.time(from)?, "ends_at": day.time(to)? }))
}

/// `batch b1 dong 80.00-10.00 [quantity=1000] [limit=10] [scope=...] [funded=platform] [starts] [ends] [validate]`
pub fn batch(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (id, kind) = (args.next("the batch")?, args.next("its kind")?);
    let mut form = benefit(&args.next("what it takes off")?)?;
    let ends = args.find("ends").map(|at| world.day().time(&at)).transpose()?;
    let base = self::form(world.day(), args, &id, "", &Value::Null)?;
    // Longer than a campaign that gives its coupons, with the days to claim after it.
    let starts_at = base["starts_at"].as_str().unwrap_or_default();
    let season = || world.day().moment(starts_at).map(|at| at.plus_hours(24 * 90).to_string());
    let ends = ends.map_or_else(season, Ok)?;
    for (name, value) in [
        ("batch_id", json!(id)),
        ("name", json!(id)),
        ("kind", json!(kind)),
        ("quantity", number(&args.find("quantity").unwrap_or_else(|| "1000".into()))),
        ("per_customer_limit", number(&args.find("limit").unwrap_or_else(|| "10".into()))),
        ("funded_by", json!(args.find("funded").unwrap_or_else(|| "merchant".into()))),
        ("return_on_full_refund", json!(args.flag("returns"))),
        ("starts_at", base["starts_at"].clone()),
        ("ends_at", json!(ends)),
        ("scope", base["scope"].clone()),
    ] {
        form[name] = value;
    }
    if args.flag("validate") {
        return Ok(checked(world.ask("POST", "/coupon-batches/validate", &form)));
    }
    Ok(one(world.ask("POST", "/coupon-batches", &form), |batch| {
        Item::default().word(&batch["batch_id"]).word(&batch["kind"]).text("quantity", &batch["quantity"])
    }))
}

/// `take b1 by u1 as=k1`: claims a coupon of the batch, which is called k1 from then on.
pub fn take(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (batch, customer) = (args.next("the batch")?, args.get("by")?);
    let path = format!("/coupon-batches/{}/claim", world.coupon(&batch));
    let answer = world.ask("POST", &path, &json!({ "customer_id": customer }));
    if let (Some(name), Some(id)) = (args.find("as"), answer.1["coupons"][0]["coupon_id"].as_str()) {
        world.keep_coupon(&name, id);
    }
    Ok(many(answer, "coupons", |coupon| {
        Item::default().word(&coupon["status"]).word(&coupon["kind"]).time("until", &coupon["usable_until"])
    }))
}

/// `200.00-30.00`, `200.00-20%` or `200.00-20%<50.00` (at most 50.00).
fn benefit(text: &str) -> Result<Value, String> {
    let (spend, off) =
        text.split_once('-').ok_or_else(|| format!("`{text}`: write 200.00-30.00 or 200.00-20%"))?;
    let mut tier = json!({ "spend": fen(spend)? });
    let (off, cap) = off.split_once('<').map_or((off, None), |(off, cap)| (off, Some(cap)));
    match off.strip_suffix('%') {
        Some(percent) => tier["percent_off"] = number(percent),
        None => tier["save"] = fen(off)?.into(),
    }
    if let Some(cap) = cap {
        tier["cap"] = fen(cap)?.into();
    }
    Ok(tier)
}

/// `50.00-5.00`, `50.00-50%`, `50.00=3.00`.
fn lowers(text: &str) -> Result<Value, String> {
    let wrong = "a freight tier is tier=SPEND-SAVING, SPEND-N% or SPEND=PRICE";
    if let Some((spend, price)) = text.split_once('=') {
        return Ok(json!({ "spend": fen(spend)?, "price": fen(price)? }));
    }
    let (spend, off) = text.split_once('-').ok_or(wrong)?;
    let off = match off.strip_suffix('%') {
        Some(percent) => ("percent_off", number(percent)),
        None => ("amount_off", fen(off)?.into()),
    };
    Ok(json!({ "spend": fen(spend)?, off.0: off.1 }))
}

fn floor(text: &str) -> Result<Value, String> {
    let (sku, rest) = text.split_once(':').ok_or("a floor is floor=SKU:AMOUNT[:LIST]")?;
    let (amount, list) = rest.split_once(':').map_or((rest, None), |(amount, list)| (amount, Some(list)));
    let mut floor = json!({ "sku": sku, "floor": fen(amount)? });
    if let Some(list) = list {
        floor["list_price"] = fen(list)?.into();
    }
    Ok(floor)
}

fn gifts(args: &mut Args) -> Result<Value, String> {
    let gift = |text: &String| {
        let (sku, quantity) = text.split_once(':').ok_or("a gift is gift=SKU:QUANTITY")?;
        Ok(json!({ "sku": sku, "quantity": number(quantity) }))
    };
    let gifts: Result<Vec<Value>, String> = args.all("gift").iter().map(gift).collect();
    gifts.map(Value::from)
}

fn words(text: &str) -> Vec<&str> {
    text.split(',').collect()
}
