//! What the platform tells: events as they come in, once, twice or too early.

use super::answer::{is_refused, list, many};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::fen;
use crate::world::World;
use serde_json::{Map, Value, json};

/// Sends an event; `id`, `at` and `sender` may be said. Shows what became of it.
pub fn send(world: &mut World<'_>, args: &mut Args, kind: &str, data: &str) -> Result<Outcome, String> {
    let id = args.find("id").unwrap_or_else(|| world.next_event());
    let sender = args.find("sender").unwrap_or_else(|| "scenario".into());
    let time = match args.find("at") {
        Some(at) => format!("\"time\":{},", json!(world.day().time(&at)?)),
        None => String::new(),
    };
    // The data stays as it is written, so that a scenario can send what no program would.
    let (id, sender, kind) = (json!(id), json!(sender), json!(kind));
    let event = format!(
        "{{\"specversion\":\"1.0\",\"id\":{id},\"source\":{sender},\"type\":{kind},{time}\"data\":{data}}}"
    );
    let answer = world.send_event(event);
    Ok(result(answer))
}

fn result(answer: (u16, Value)) -> Outcome {
    if is_refused(&answer) {
        return Outcome::refused(answer);
    }
    let result = &answer.1["results"][0];
    let mut item = Item::default().word(&result["outcome"]).word(&result["code"]);
    for violation in list(&result["violations"]) {
        item = item.word(&violation["field"]).word(&violation["code"]);
    }
    let ok = !item.has("rejected");
    Outcome { ok, ..Outcome::done(answer, vec![item]) }
}

/// `shop_coupon:20.00:merchant:coupon=k1`, of a promotion `:id=p1`; the party and the name may be left out.
pub fn discount(world: &World<'_>, text: &str) -> Result<Value, String> {
    let mut said = text.split(':');
    let (kind, amount) = (said.next(), said.next());
    let (Some(kind), Some(amount)) = (kind, amount) else {
        return Err("a discount is off=KIND:AMOUNT, off=KIND:AMOUNT:PARTY or with :coupon=k1 after it".into());
    };
    let party = said.next().unwrap_or("merchant");
    let mut discount = json!({ "kind": kind, "amount": fen(amount)?, "funded_by": party });
    if let Some(name) = said.next() {
        let id = name.strip_prefix("id=").map(str::to_owned);
        let coupon = || name.strip_prefix("coupon=").map(|name| world.coupon(name));
        let id =
            id.or_else(coupon).ok_or("a discount names its coupon as coupon=k1, a promotion as id=p1")?;
        discount["id"] = id.into();
    }
    Ok(discount)
}

/// `paid o1 jd_pay 95.00 [payment=p1] [coupon=o1] [stage=full] [checkout=c1] [transaction=t1]`; `coupon` names the order it was
/// claimed on.
pub fn paid(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let (order, method) = (args.next("the order")?, args.next("the method")?);
    let amount = fen(&args.next("the amount")?)?;
    let payment = args.find("payment").unwrap_or_else(|| format!("pay-{order}"));
    let mut data = Map::new();
    for (name, value) in [
        ("order_id", json!(order)),
        ("payment_id", json!(payment)),
        ("stage", json!(args.find("stage").unwrap_or_else(|| "full".into()))),
        ("method", json!(method)),
        ("amount", json!(amount)),
    ] {
        data.insert(name.into(), value);
    }
    if let Some(coupon) = args.find("coupon") {
        data.insert("coupon_id".into(), world.coupon(&coupon).into());
    }
    if let Some(checkout) = args.find("checkout") {
        data.insert("checkout_id".into(), checkout.into());
    }
    if let Some(transaction) = args.find("transaction") {
        data.insert("transaction_id".into(), transaction.into());
    }
    let discounts =
        args.all("off").iter().map(|text| discount(world, text)).collect::<Result<Vec<_>, _>>()?;
    if !discounts.is_empty() {
        data.insert("discounts".into(), discounts.into());
    }
    send(world, args, "payment.succeeded", &Value::Object(data).to_string())
}

/// `failed o1 payment=p1`
pub fn failed(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let order = args.next("the order")?;
    let payment = args.find("payment").unwrap_or_else(|| format!("pay-{order}"));
    let data = json!({ "order_id": order, "payment_id": payment });
    send(world, args, "payment.failed", &data.to_string())
}

/// `cancelled o1 [reason=customer]`
pub fn cancelled(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let order = args.next("the order")?;
    let reason = args.find("reason").unwrap_or_else(|| "customer".into());
    let data = json!({ "order_id": order, "reason": reason });
    send(world, args, "order.cancelled", &data.to_string())
}

/// `shipped o1`
pub fn shipped(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let data = json!({ "order_id": args.next("the order")? });
    send(world, args, "order.shipped", &data.to_string())
}

/// `received o1`
pub fn received(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let data = json!({ "order_id": args.next("the order")? });
    send(world, args, "order.received", &data.to_string())
}

/// `event refund.succeeded` with the data as JSON in `|` lines.
pub fn any(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let kind = args.next("the type")?;
    let data = args.body.take().unwrap_or_else(|| "{}".into());
    send(world, args, &kind, data.trim())
}

/// `again`: the last event once more, byte for byte.
pub fn again(world: &mut World<'_>, _: &mut Args) -> Result<Outcome, String> {
    let answer = world.send_again();
    answer.map(result).ok_or_else(|| "no event was sent before".into())
}

/// `parked`: the shop's events that wait for another one.
#[allow(clippy::unnecessary_wraps, reason = "every verb has this shape")]
pub fn parked(world: &mut World<'_>, _: &mut Args) -> Result<Outcome, String> {
    Ok(many(world.read("/events/parked"), "data", |event| {
        Item::default().word(&event["id"]).word(&event["order_id"])
    }))
}
