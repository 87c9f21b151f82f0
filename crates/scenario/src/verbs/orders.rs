//! Orders: placing one, and how it stands.

use super::{
    answer::{list, many, one},
    events,
};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{fen, number};
use crate::world::World;
use serde_json::{Map, Value, json};

/// `order o1 by u1 pays 100.00 [at 10:00] [source=pc] [kind=presale] [goods=virtual] [freight=6.00]
/// [checkout=c1] [cancel=...] [sku=A] [cat=phones] [line=l1:A-1:30.00x2:phones]... [off=shop_coupon:20.00:merchant[:coupon=k1]]...`
///
/// Without `line` it has one line of the price that leads to what it pays. A third-level category
/// that is not said is one of its own.
pub fn place(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (order, customer) = (args.next("the order")?, args.get("by")?);
    let payable = fen(&args.get("pays")?)?;
    let freight = args.find("freight").map_or(Ok(0), |text| fen(&text))?;
    let discounts = args.all("off");
    let discounts: Vec<Value> =
        discounts.iter().map(|d| events::discount(world, d)).collect::<Result<_, _>>()?;
    let off: i64 = discounts.iter().filter_map(|d| d["amount"].as_i64()).sum();
    let category = args.find("cat").unwrap_or_else(|| format!("of-{order}"));
    let sku = args.find("sku").unwrap_or_else(|| "SKU-1".into());
    let mut lines = Vec::new();
    for text in args.all("line") {
        lines.push(line(&text, &category)?);
    }
    if lines.is_empty() {
        let price = payable + off - freight;
        lines.push(line_of("l1", &sku, price, &json!(1), &category));
    }
    let mut placed = Map::new();
    for (name, value) in [
        ("order_id", json!(order)),
        ("customer_id", json!(customer)),
        ("lines", json!(lines)),
        ("discounts", json!(discounts)),
        ("freight", json!(freight)),
        ("payable", json!(payable)),
    ] {
        placed.insert(name.into(), value);
    }
    for (name, usual) in [("source", "app"), ("kind", "normal"), ("goods", "physical")] {
        let said = args.find(name).unwrap_or_else(|| usual.into());
        placed.insert(name.into(), said.into());
    }
    if let Some(presale) = args.find("presale") {
        placed.insert("kind".into(), "presale".into());
        for line in placed["lines"].as_array_mut().into_iter().flatten() {
            line["presale_campaign_id"] = presale.clone().into();
        }
    }
    if let Some(checkout) = args.find("checkout") {
        placed.insert("checkout_id".into(), checkout.into());
    }
    if let Some(at) = args.find("cancel") {
        placed.insert("cancel_at".into(), world.day().time(&at)?.into());
    }
    world.keep_customer(&order, &customer);
    events::send(world, args, "order.placed", &Value::Object(placed).to_string())
}

fn line(text: &str, category: &str) -> Result<Value, String> {
    let wrong = "a line is line=ID:SKU:PRICExQUANTITY or line=ID:SKU:PRICExQUANTITY:CATEGORY";
    let parts: Vec<&str> = text.split(':').collect();
    let (id, sku, price, category) = match parts[..] {
        [id, sku, price] => (id, sku, price, category),
        [id, sku, price, category] => (id, sku, price, category),
        _ => return Err(wrong.into()),
    };
    let (price, quantity) = price.split_once('x').ok_or(wrong)?;
    Ok(line_of(id, sku, fen(price)?, &number(quantity), category))
}

fn line_of(id: &str, sku: &str, price: i64, quantity: &Value, category: &str) -> Value {
    json!({
        "line_id": id, "sku": sku, "categories": ["all", "all.some", category],
        "quantity": quantity, "unit_price": price,
    })
}

/// `state o1`: open, paid or cancelled, with its times and amounts.
pub fn state(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/orders/{}", args.next("the order")?);
    Ok(one(world.read(&path), |order| {
        let stages = &order["stages"];
        let ended = match &stages["cancelled_at"] {
            Value::Null => &stages["paid_at"],
            at => at,
        };
        Item::default()
            .word(&order["status"])
            .word(&order["cancel_reason"])
            .text("by", &order["customer_id"])
            .fen("payable", &order["payable"])
            .fen("paid", &order["paid"])
            .fen("refunded", &order["refunded"])
            .word(&order["presale"]["stage"])
            .fen("deposit", &order["presale"]["deposit"])
            .fen("balance", &order["presale"]["balance"])
            .fen("gain", &order["presale"]["gain"])
            .fen("base", &order["presale"]["threshold_base"])
            .time("at", ended)
            .time("placed", &stages["placed_at"])
            .time("until", &stages["cancel_at"])
            .time("shipped", &stages["shipped_at"])
            .time("received", &stages["received_at"])
    }))
}

/// `lines o1`: each line with its stored shares, by the discount's kind.
pub fn lines(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/orders/{}", args.next("the order")?);
    Ok(many(world.read(&path), "lines", |line| {
        let mut item = Item::default()
            .word(&line["line_id"])
            .fen("list", &line["list"])
            .fen("payable", &line["payable"])
            .text("refunded", &line["refunded_quantity"]);
        for share in list(&line["shares"]) {
            item = item.fen(share["kind"].as_str().unwrap_or_default(), &share["amount"]);
        }
        item
    }))
}

/// `timeline o1`: what was decided and why; other entries may stand beside those expected.
pub fn timeline(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/orders/{}/timeline", args.next("the order")?);
    let entries = many(world.read(&path), "data", |entry| {
        Item::default()
            .word(&entry["what"])
            .word(&entry["code"])
            .word(&entry["campaign_id"])
            .time("at", &entry["at"])
    });
    Ok(entries.partly())
}
