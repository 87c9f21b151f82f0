//! Quotes: a cart in, a price and its reasons out.

use super::answer::{is_refused, list};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{fen, number};
use crate::world::World;
use serde_json::{Map, Value, json};

/// `quote by u1 line=l1:A:120.00x1[:category] balance=o1/l1 coupons=k1,k2 | best [stage=balance]`
/// `[beans=5.00] [redpacket=5.00] [ecard=5.00] [members] [segments=a,b] [now=...] [version=3]`
/// `[nth=1] [method=wechat] [source=app] [region=BJ] [ships=express]`
///
/// Shows `cart payable freight version`, each line with `payable list` and its adjustments by kind, each
/// adjustment as `KIND SOURCE amount base`, and what was left as `rejected SOURCE CODE shortfall`, gifts
/// as `gift SKU quantity`; a line is `ORDER/LINE` where others have its name too. Others may stand beside those expected.
pub fn quote(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let mut ask = Map::new();
    if let Some(customer) = args.find("by") {
        ask.insert("customer_id".into(), customer.into());
    }
    let mut lines = Vec::new();
    for text in args.all("line") {
        lines.push(line(&text)?);
    }
    for text in args.all("balance") {
        let (order, line) = text.split_once('/').ok_or("a balance is balance=ORDER/LINE")?;
        lines.push(json!({ "order_id": order, "line_id": line }));
    }
    ask.insert("lines".into(), lines.into());
    if let Some(stage) = args.find("stage") {
        ask.insert("stage".into(), stage.into());
    }
    match args.find("coupons").as_deref() {
        Some("best") => drop(ask.insert("coupons".into(), "best".into())),
        Some(names) => {
            let ids: Vec<String> = names.split(',').map(|name| world.coupon(name)).collect();
            ask.insert("coupons".into(), ids.into());
        }
        None => {}
    }
    let mut assets = Map::new();
    for (word, field) in [("beans", "beans"), ("redpacket", "red_packet"), ("ecard", "e_card")] {
        if let Some(text) = args.find(word) {
            assets.insert(field.into(), fen(&text)?.into());
        }
    }
    ask.insert("assets".into(), assets.into());
    ask.insert("member".into(), args.flag("members").into());
    if let Some(segments) = args.find("segments") {
        ask.insert("segments".into(), segments.split(',').collect::<Vec<_>>().into());
    }
    for (word, field) in
        [("method", "method"), ("source", "source"), ("region", "region"), ("ships", "shipping_method")]
    {
        if let Some(text) = args.find(word) {
            ask.insert(field.into(), text.into());
        }
    }
    if let Some(nth) = args.find("nth") {
        ask.insert("order_number".into(), number(&nth));
    }
    if let Some(now) = args.find("now") {
        ask.insert("now".into(), world.day().time(&now)?.into());
    }
    if let Some(version) = args.find("version") {
        ask.insert("rule_version".into(), number(&version));
    }
    let answer = world.ask("POST", "/quotes", &Value::Object(ask));
    if is_refused(&answer) {
        return Ok(Outcome::refused(answer));
    }
    let items = show(world, &answer.1);
    Ok(Outcome::done(answer, items).partly())
}

fn line(text: &str) -> Result<Value, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let (id, sku, price, categories) = match parts[..] {
        [id, sku, price] => (id, sku, price, vec![]),
        [id, sku, price, category] => (id, sku, price, vec![category]),
        _ => return Err("a line is line=ID:SKU:PRICExQUANTITY[:CATEGORY]".into()),
    };
    let (price, quantity) = price.split_once('x').ok_or("a line is line=ID:SKU:PRICExQUANTITY[:CATEGORY]")?;
    Ok(json!({
        "line_id": id, "sku": sku, "categories": categories, "quantity": number(quantity),
        "unit_price": fen(price)?,
    }))
}

fn show(world: &World<'_>, quote: &Value) -> Vec<Item> {
    let cart =
        Item::default().says("cart").fen("payable", &quote["payable"]).fen("freight", &quote["freight"]);
    let mut items = vec![cart.text("version", &quote["rule_version"])];
    let lines = list(&quote["lines"]);
    for line in lines {
        let twice = lines.iter().filter(|other| other["line_id"] == line["line_id"]).count() > 1;
        let name = match (line["order_id"].as_str(), line["line_id"].as_str()) {
            (Some(order), Some(name)) if twice => format!("{order}/{name}").into(),
            _ => line["line_id"].clone(),
        };
        let mut item =
            Item::default().word(&name).fen("list", &line["list"]).fen("payable", &line["payable"]);
        for part in list(&line["adjustments"]) {
            item = item.fen(part["kind"].as_str().unwrap_or_default(), &part["amount"]);
        }
        items.push(item);
    }
    let source = |of: &Value| Value::from(world.coupon_name(of["source_id"].as_str().unwrap_or_default()));
    for part in list(&quote["adjustments"]) {
        let item = Item::default().word(&part["kind"]).word(&source(part)).word(&part["funded_by"]);
        items.push(item.fen("amount", &part["amount"]).fen("base", &part["threshold_base"]));
    }
    for left in list(&quote["rejected"]) {
        let item = Item::default().says("rejected").word(&source(left)).word(&left["code"]);
        let item = item.fen("shortfall", &left["shortfall"]).fen("base", &left["base"]);
        items.push(item.text("pieces", &left["missing_quantity"]).text("goods", &left["missing_goods"]));
    }
    for near in list(&quote["nearby"]) {
        let item = Item::default().says("nearby").word(&source(near));
        let item = item.fen("shortfall", &near["shortfall"]).fen("saving", &near["saving"]);
        items.push(item.text("pieces", &near["missing_quantity"]).text("goods", &near["missing_goods"]));
    }
    for gift in list(&quote["gifts"]) {
        let item = Item::default().says("gift").word(&gift["sku"]).word(&source(gift));
        items.push(item.text("quantity", &gift["quantity"]));
    }
    items
}
