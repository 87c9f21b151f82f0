//! Money: the cashier, payments that start, the books, refunds.

use super::answer::{is_refused, list, many, one};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::{fen, number};
use crate::world::World;
use serde_json::{Map, Value, json};

/// `cashier o1`: `total` without a coupon, and every method with its label.
pub fn cashier(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/orders/{}/cashier", args.next("the order")?);
    let answer = world.read(&path);
    if is_refused(&answer) {
        return Ok(Outcome::refused(answer));
    }
    let mut items = vec![Item::default().says("total").fen("payable", &answer.1["payable"])];
    items.extend(list(&answer.1["methods"]).iter().map(|method| {
        Item::default()
            .word(&method["method"])
            .word(&method["label"])
            .word(&method["label_en"])
            .fen("saving", &method["saving"])
            .fen("payable", &method["payable"])
            .text("coupon", &method["coupon_id"])
    }));
    Ok(Outcome::done(answer, items).partly())
}

/// `start o1 jd_pay [payment=p1] [coupon=o1] [checkout=c1]`: the customer begins to pay.
pub fn start(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (order, method) = (args.next("the order")?, args.next("the method")?);
    let payment = args.find("payment").unwrap_or_else(|| format!("pay-{order}"));
    let mut body = json!({ "payment_id": payment, "method": method });
    if let Some(coupon) = args.find("coupon") {
        body["coupon_id"] = world.coupon(&coupon).into();
    }
    if let Some(checkout) = args.find("checkout") {
        body["checkout_id"] = checkout.into();
    }
    let answer = world.ask("POST", &format!("/orders/{order}/payments"), &body);
    Ok(one(answer, |payment| {
        Item::default()
            .word(&payment["coupon_status"])
            .word(&payment["status"])
            .fen("amount", &payment["amount"])
            .fen("saving", &payment["saving"])
    }))
}

/// `settlement o1`
pub fn settlement(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/orders/{}/settlement", args.next("the order")?);
    Ok(one(world.read(&path), |books| {
        Item::default()
            .fen("gross", &books["gross"])
            .fen("paid", &books["paid"])
            .fen("settled", &books["settled"])
            .text("entries", &list(&books["entries"]).len().into())
    }))
}

/// `entries o1 merchant`: the entries of the books to which every word said applies: account, reason
/// or who bears it; what each comes from, and its `number` in the shop's books.
pub fn entries(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/orders/{}/settlement", args.next("the order")?);
    let answer = world.read(&path);
    if is_refused(&answer) {
        return Ok(Outcome::refused(answer));
    }
    let wanted = args.rest();
    let entries = list(&answer.1["entries"]).iter().map(|entry| {
        Item::default()
            .word(&entry["account"])
            .word(&entry["reason"])
            .word(&entry["funded_by"])
            .fen("amount", &entry["amount"])
            .text("number", &entry["number"])
            .text("method", &entry["method"])
            .text("payment", &entry["payment_id"])
            .text("refund", &entry["refund_id"])
            .text("campaign", &entry["campaign_id"])
            .text("coupon", &entry["coupon_id"])
            .text("batch", &entry["batch_id"])
    });
    let items = entries.filter(|item| wanted.iter().all(|word| item.has(word))).collect();
    Ok(Outcome::done(answer, items))
}

/// `refund o1 r1 [line=l1x2]... [amount=5.00] [payment=b2] [fault=customer] [dry]`; all that is left when neither lines
/// nor amount are said; `dry` keeps nothing. Shows what goes back to the `platform`, and each line's amount by its name.
pub fn refund(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (order, refund) = (args.next("the order")?, args.next("the refund")?);
    let mut body = Map::new();
    body.insert("refund_id".into(), refund.into());
    let lines = units(args)?;
    if !lines.is_empty() {
        body.insert("lines".into(), lines.into());
    }
    if let Some(amount) = args.find("amount") {
        body.insert("amount".into(), fen(&amount)?.into());
    }
    if let Some(payment) = args.find("payment") {
        body.insert("payment_id".into(), payment.into());
    }
    if let Some(fault) = args.find("fault") {
        body.insert("fault".into(), fault.into());
    }
    if args.flag("dry") {
        body.insert("dry_run".into(), true.into());
    }
    let path = format!("/orders/{order}/refunds");
    Ok(one(world.ask("POST", &path, &Value::Object(body)), shown))
}

fn units(args: &mut Args) -> Result<Vec<Value>, String> {
    let unit = |text: &String| {
        let (id, quantity) = text.rsplit_once('x').ok_or("a line is line=IDxQUANTITY")?;
        Ok(json!({ "line_id": id, "quantity": number(quantity) }))
    };
    args.all("line").iter().map(unit).collect()
}

/// `transfer o1 r1 amount=5.00 tail=4412 proof=... at=10:00`: what was paid back outside the system. Shows the refund.
pub fn transfer(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (order, refund) = (args.next("the order")?, args.next("the refund")?);
    let body = json!({
        "amount": fen(&args.get("amount")?)?, "account_tail": args.get("tail")?, "proof": args.get("proof")?,
        "at": world.day().time(&args.get("at")?)?,
    });
    let path = format!("/orders/{order}/refunds/{refund}/offline-transfer");
    Ok(one(world.ask("POST", &path, &body), shown))
}

/// A refund: each line's amount by its name, and the payments that it goes back to as `way`; why it is to be transferred,
/// and the transfer; when its money can be there.
fn shown(refund: &Value) -> Item {
    let (arrival, transfer) = (&refund["arrival"], &refund["offline_transfer"]);
    let mut item = Item::default()
        .word(&refund["status"])
        .word(&refund["of"])
        .word(&refund["code"])
        .text("earliest", &arrival["earliest"])
        .text("latest", &arrival["latest"])
        .text("tail", &transfer["account_tail"])
        .text("by", &transfer["by"])
        .text("proof", &transfer["proof"])
        .time("left", &transfer["at"])
        .fen("amount", &refund["amount"])
        .fen("platform", &refund["platform_share"]);
    for line in list(&refund["lines"]) {
        item = item.fen(line["line_id"].as_str().unwrap_or_default(), &line["amount"]);
    }
    for part in list(&refund["payments"]) {
        item = item.text("way", &part["payment_id"]);
    }
    item
}

/// `assign o1 r1 payment=b2` or `assign o1 r1 line=l1x2`: what a refund is of that may be of either.
pub fn assign(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (order, refund) = (args.next("the order")?, args.next("the refund")?);
    let mut body = Map::new();
    if let Some(payment) = args.find("payment") {
        body.insert("payment_id".into(), payment.into());
    }
    let lines = units(args)?;
    if !lines.is_empty() {
        body.insert("lines".into(), lines.into());
    }
    let path = format!("/orders/{order}/refunds/{refund}/assign");
    Ok(one(world.ask("POST", &path, &Value::Object(body)), shown))
}

/// `to-return`: refused or late payments that have not gone back.
#[allow(clippy::unnecessary_wraps, reason = "every verb has this shape")]
pub fn to_return(world: &mut World<'_>, _: &mut Args) -> Result<Outcome, String> {
    Ok(many(world.read("/money-to-return"), "data", |row| {
        let item = Item::default()
            .word(&row["order_id"])
            .word(&row["payment_id"])
            .word(&row["method"])
            .word(&row["reason"])
            .fen("amount", &row["amount"]);
        list(&row["refunds"]).iter().fold(item, Item::word)
    }))
}
