//! The presale pool: strategies, downloads, moves, gifts.

use super::answer::{list, many, one};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{Day, fen, number};
use crate::world::World;
use serde_json::{Map, Value, json};

/// `gifting g basis=first_payment main=A gift=X:1` or `tier=200.00:X:1`, with `first=3 group priority
/// once activity=FROM..TO validity=FROM..TO`: a gift strategy.
pub fn gifting(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the strategy")?;
    let (activity, validity) = windows(world.day(), args)?;
    let main = args.find("main").unwrap_or_else(|| "A".into());
    let basis = args.find("basis").unwrap_or_else(|| "first_payment".into());
    let mut body = json!({
        "name": id, "basis": basis, "activity": activity, "validity": validity,
        "main_skus": main.split(',').collect::<Vec<_>>(), "one_per_customer": args.flag("once"),
    });
    for (word, field) in [("first", "first_n"), ("group", "group"), ("priority", "priority")] {
        if let Some(text) = args.find(word) {
            body[field] = number(&text);
        }
    }
    let tiers = args.all("tier").iter().map(|text| tier(text)).collect::<Result<Vec<_>, _>>()?;
    if tiers.is_empty() {
        let gifts = args.all("gift").iter().map(|text| unit(text)).collect::<Result<Vec<_>, _>>()?;
        body["gifts"] = gifts.into();
    } else {
        body["tiers"] = tiers.into();
    }
    Ok(one(world.ask("PUT", &format!("/gift-strategies/{id}"), &body), gift_strategy))
}

/// `pooling p goods=A activation=TIME timing=activation gifts=g,h validity=FROM..TO | same=g opens=TIME`:
/// a presale strategy; what it warns of stands behind the status.
pub fn pooling(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the strategy")?;
    let mut body = Map::new();
    body.insert("name".into(), id.clone().into());
    let goods = args.find("goods").unwrap_or_else(|| "A".into());
    body.insert("goods".into(), goods.split(',').collect::<Vec<_>>().into());
    body.insert("activation_at".into(), world.day().time(&args.get("activation")?)?.into());
    let validity = match args.find("same") {
        Some(gift) => json!({ "same_as": gift }),
        None => windows(world.day(), args)?.1,
    };
    body.insert("validity".into(), validity);
    if let Some(timing) = args.find("timing") {
        body.insert("timing".into(), timing.into());
    }
    if let Some(gifts) = args.find("gifts") {
        body.insert("gift_strategies".into(), gifts.split(',').collect::<Vec<_>>().into());
    }
    if let Some(opens) = args.find("opens") {
        body.insert("balance_opens_at".into(), world.day().time(&opens)?.into());
    }
    let answer = world.ask("PUT", &format!("/presale-strategies/{id}"), &body.into());
    Ok(one(answer, presale_strategy))
}

/// `rerun p activation=TIME`
pub fn rerun(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the strategy")?;
    let body = json!({ "activation_at": world.day().time(&args.get("activation")?)? });
    Ok(one(world.ask("POST", &format!("/presale-strategies/{id}/rerun"), &body), presale_strategy))
}

/// `ranking g`: how far the strategy's run has come: `given candidates`, `waiting` and why.
pub fn ranking(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the strategy")?;
    Ok(one(world.read(&format!("/gift-strategies/{id}")), gift_strategy))
}

/// `override g`: ranks are given out before the download has come through.
pub fn override_run(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the strategy")?;
    Ok(one(world.ask("POST", &format!("/gift-strategies/{id}/override"), &json!({})), gift_strategy))
}

/// `rehearse g [now=TIME] [watermark=TIME]`: what would be given now: each order with what and why.
pub fn rehearse(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = args.next("the strategy")?;
    let mut body = Map::new();
    for field in ["now", "watermark"] {
        if let Some(time) = args.find(field) {
            body.insert(field.into(), world.day().time(&time)?.into());
        }
    }
    let answer = world.ask("POST", &format!("/gift-strategies/{id}/dry-run"), &body.into());
    Ok(many(answer, "data", |row| {
        let item = Item::default().word(&row["order_id"]).word(&row["outcome"]).word(&row["code"]);
        let item = item.text("rank", &row["rank"]);
        list(&row["gifts"]).iter().fold(item, |item, gift| item.word(&gift["sku"]))
    }))
}

/// `download O1 by u1 first=TIME balance=TIME opens=TIME closes=TIME closed=TIME paid=320.00 [costs=400.00] [sku=A]
/// [single|two_stages] [as_of=TIME] [parent=P]`: `ordered` is the first payment's time where it is not said, and what it costs is
/// what was paid.
pub fn download(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let order = args.next("the order")?;
    let mut told = Map::new();
    told.insert("order_id".into(), order.into());
    told.insert("customer_id".into(), args.find("by").unwrap_or_else(|| "u1".into()).into());
    for (word, field) in [
        ("first", "first_paid_at"),
        ("balance", "balance_paid_at"),
        ("opens", "balance_opens_at"),
        ("closes", "balance_closes_at"),
        ("closed", "closed_at"),
        ("ordered", "ordered_at"),
    ] {
        if let Some(time) = args.find(word) {
            told.insert(field.into(), world.day().time(&time)?.into());
        }
    }
    if !told.contains_key("ordered_at") {
        let first = told.get("first_paid_at").ok_or("say when it was `ordered` or its `first` payment")?;
        told.insert("ordered_at".into(), first.clone());
    }
    let paid = fen(&args.find("paid").unwrap_or_else(|| "320.00".into()))?;
    let sku = args.find("sku").unwrap_or_else(|| "A".into());
    let costs = args.find("costs").map_or(Ok(paid), |costs| fen(&costs))?;
    told.insert("goods_paid".into(), paid.into());
    told.insert("lines".into(), json!([{ "sku": sku, "quantity": 1, "amount": costs }]));
    if let Some(parent) = args.find("parent") {
        told.insert("parent_id".into(), parent.into());
    }
    for (word, is_single) in [("single", true), ("two_stages", false)] {
        if args.flag(word) {
            told.insert("single_stage".into(), is_single.into());
        }
    }
    let path = match args.find("as_of") {
        Some(time) => format!("/shop-orders?as_of={}", world.day().time(&time)?.replace('+', "%2B")),
        None => "/shop-orders".to_owned(),
    };
    let answer = world.ask("POST", &path, &json!([told]));
    Ok(many(answer, "results", result))
}

/// `submit O1`: to the pool or to review.
#[allow(clippy::unnecessary_wraps, reason = "what every verb answers")]
pub fn submit(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    Ok(moved(world, args, "submit", Map::new()))
}

/// `out O1`: from the pool to review, by hand.
#[allow(clippy::unnecessary_wraps, reason = "what every verb answers")]
pub fn out(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    Ok(moved(world, args, "transfer-out", Map::new()))
}

/// `reject O1 [forget] [confirm]`: back to a shop order.
#[allow(clippy::unnecessary_wraps, reason = "what every verb answers")]
pub fn reject(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let mut body = Map::new();
    for (word, field) in [("forget", "forget_first_payment"), ("confirm", "confirm")] {
        if args.flag(word) {
            body.insert(field.into(), true.into());
        }
    }
    Ok(moved(world, args, "reject", body))
}

/// `recompute O1`: its gifts, in review.
#[allow(clippy::unnecessary_wraps, reason = "what every verb answers")]
pub fn recompute(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    Ok(moved(world, args, "recompute", Map::new()))
}

/// `fulfil O1 [accept] [unpaid] [reason=WORD]`: to the warehouse; `accept` gifts that are not settled, `unpaid` money
/// that is not whole.
#[allow(clippy::unnecessary_wraps, reason = "what every verb answers")]
pub fn fulfil(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let mut body = Map::new();
    if args.flag("accept") {
        body.insert("accept_undecided".into(), true.into());
    }
    if args.flag("unpaid") {
        body.insert("accept_unpaid".into(), true.into());
    }
    if let Some(reason) = args.find("reason") {
        body.insert("reason".into(), reason.into());
    }
    Ok(moved(world, args, "fulfil", body))
}

/// `dismiss O1`: what is listed of it was looked at.
#[allow(clippy::unnecessary_wraps, reason = "what every verb answers")]
pub fn dismiss(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    Ok(moved(world, args, "dismiss", Map::new()))
}

fn moved(world: &mut World<'_>, args: &mut Args, how: &str, mut body: Map<String, Value>) -> Outcome {
    body.insert("order_ids".into(), args.rest().into());
    many(world.ask("POST", &format!("/pool-orders/{how}"), &body.into()), "results", result)
}

/// `watermark TIME`: every order up to then has been downloaded.
pub fn watermark(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let through = world.day().time(&args.next("the time")?)?;
    let answer = world.ask("PUT", "/download-watermark", &json!({ "through": through }));
    Ok(one(answer, |mark| Item::default().time("through", &mark["through"])))
}

/// `stock X 5`: so many of a gift are there, in all.
pub fn stock(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (sku, quantity) = (args.next("the gift")?, args.find("set"));
    let path = format!("/gift-stock/{sku}");
    let answer = match quantity {
        Some(quantity) => world.ask("PUT", &path, &json!({ "quantity": number(&quantity) })),
        None => world.read(&path),
    };
    Ok(one(answer, |stock| {
        let item = Item::default().text("quantity", &stock["quantity"]);
        item.text("given", &stock["given"]).text("left", &stock["left"])
    }))
}

/// `add O1 X reason="..."`: a gift by hand.
pub fn add(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (order, sku) = (args.next("the order")?, args.next("the gift")?);
    let reason = args.find("reason").unwrap_or_else(|| "by hand".into());
    let body = json!({ "sku": sku, "quantity": 1, "reason": reason });
    Ok(one(world.ask("POST", &format!("/pool-orders/{order}/gifts"), &body), pooled_item))
}

/// `pooled O1`: its stage, times, what it is an exception for, and when it came there (`moved`).
pub fn pooled(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let order = args.next("the order")?;
    Ok(one(world.read(&format!("/pool-orders/{order}")), pooled_item))
}

/// `gifts O1`: each gift with its strategy, `rank`, and `by_hand`.
pub fn gifts(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let order = args.next("the order")?;
    let answer = world.read(&format!("/pool-orders/{order}"));
    Ok(many(answer, "gifts", |gift| {
        let item = Item::default().word(&gift["sku"]).word(&gift["strategy_id"]).text("rank", &gift["rank"]);
        if gift["manual"] == true { item.says("by_hand") } else { item }
    }))
}

/// `exceptions`: orders that people must look at, each with its codes.
#[allow(clippy::unnecessary_wraps, reason = "what every verb answers")]
pub fn exceptions(world: &mut World<'_>, _: &mut Args) -> Result<Outcome, String> {
    let answer = world.read("/pool-orders?exception=true");
    Ok(many(answer, "data", |order| {
        let item = Item::default().word(&order["order_id"]);
        list(&order["exceptions"]).iter().fold(item, |item, found| item.word(&found["code"]))
    }))
}

fn pooled_item(order: &Value) -> Item {
    let times = &order["times"];
    let last = list(&order["moves"]).last().map_or(Value::Null, |step| step["at"].clone());
    let accepted = list(&order["moves"]).last().map_or(Value::Null, |step| step["reason"].clone());
    let item = Item::default()
        .word(&order["stage"])
        .word(&order["presale_strategy"])
        .text("reason", &accepted)
        .time("first", &times["first_paid_at"])
        .time("balance", &times["balance_paid_at"])
        .fen("amount", &order["goods_paid"])
        .text("stages", &order["payment_stages"])
        .time("moved", &last);
    list(&order["exceptions"]).iter().fold(item, |item, found| item.word(&found["code"]))
}

fn result(result: &Value) -> Item {
    Item::default()
        .word(&result["order_id"])
        .word(&result["outcome"])
        .word(&result["stage"])
        .word(&result["code"])
}

fn presale_strategy(strategy: &Value) -> Item {
    let item = Item::default().word(&strategy["status"]).text("version", &strategy["version"]);
    let item = item
        .time("starts", &strategy["validity"]["starts_at"])
        .time("ends", &strategy["validity"]["ends_at"]);
    list(&strategy["warnings"]).iter().fold(item, |item, found| item.word(&found["code"]))
}

fn gift_strategy(strategy: &Value) -> Item {
    let run = &strategy["run"];
    let item =
        list(&strategy["warnings"]).iter().fold(Item::default(), |item, found| item.word(&found["code"]));
    item.word(&run["waits"]["code"])
        .text("version", &strategy["version"])
        .text("given", &run["given"])
        .text("candidates", &run["candidates"])
        .text("certain", &run["waits"]["certain"])
        .time("needs", &run["waits"]["needs_through"])
}

/// `activity` and `validity`; one stands for the other where it is not said.
fn windows(day: &Day, args: &mut Args) -> Result<(Value, Value), String> {
    let read = |text: String| {
        let (from, to) = text.split_once("..").ok_or("a window is FROM..TO")?;
        Ok::<_, String>(json!({ "starts_at": day.time(from)?, "ends_at": day.time(to)? }))
    };
    let activity = args.find("activity").map(read).transpose()?;
    let validity = args.find("validity").map(read).transpose()?;
    let either = activity.clone().or_else(|| validity.clone()).ok_or("`validity` is missing")?;
    Ok((activity.unwrap_or_else(|| either.clone()), validity.unwrap_or(either)))
}

fn unit(text: &str) -> Result<Value, String> {
    let (sku, quantity) = text.split_once(':').ok_or("a gift is gift=SKU:QUANTITY")?;
    Ok(json!({ "sku": sku, "quantity": number(quantity) }))
}

fn tier(text: &str) -> Result<Value, String> {
    let (min, gift) = text.split_once(':').ok_or("a tier is tier=AMOUNT:SKU:QUANTITY")?;
    Ok(json!({ "min": fen(min)?, "gifts": [unit(gift)?] }))
}
