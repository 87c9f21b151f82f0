//! Customers: the messages they get, and what risk control thinks of them.

use super::answer::{many, one};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::world::World;
use serde_json::{Value, json};

/// `messages o1 [status=sent]` or `messages by u1`: each with its status and, where there is one, the
/// reason; `at` is when it was sent, or is due, `opens` the order that a tap leads to.
pub fn messages(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let mut query = vec!["limit=200".to_owned()];
    match args.find("by") {
        Some(customer) => query.push(format!("customer_id={customer}")),
        None => query.push(format!("order_id={}", args.next("the order")?)),
    }
    if let Some(status) = args.find("status") {
        query.push(format!("status={status}"));
    }
    let path = format!("/messages?{}", query.join("&"));
    Ok(many(world.read(&path), "data", |message| {
        let at = match &message["sent_at"] {
            Value::Null => &message["due_at"],
            sent => sent,
        };
        let order = message["order_id"].as_str().unwrap_or_default();
        let link = message["link"].as_str().unwrap_or_default();
        let opens = link.contains(&format!("/orders/{order}")).then_some(order);
        Item::default()
            .word(&message["status"])
            .word(&message["code"])
            .word(&message["order_id"])
            .word(&message["kind"])
            .word(&message["channel"])
            .time("at", at)
            .time("due", &message["due_at"])
            .text("opens", &json!(opens))
    }))
}

/// `risk u1`: blocked or free, by which rule or list, on what evidence.
pub fn risk(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/risk/customers/{}", args.next("the customer")?);
    Ok(one(world.read(&path), verdict))
}

/// `block u1 reason="..."`
pub fn block(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    edit(world, args, &json!("block"))
}

/// `allow u1 reason="..."`
pub fn allow(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    edit(world, args, &json!("allow"))
}

/// `unlist u1`: leaves the customer to the rule again.
pub fn unlist(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    edit(world, args, &Value::Null)
}

fn edit(world: &mut World<'_>, args: &mut Args, onto: &Value) -> Result<Outcome, String> {
    let path = format!("/risk/customers/{}", args.next("the customer")?);
    let reason = args.find("reason").unwrap_or_default();
    let body = json!({ "list": onto, "reason": reason });
    Ok(one(world.ask("PUT", &path, &body), verdict))
}

fn verdict(verdict: &Value) -> Item {
    let evidence = verdict["evidence"].as_array().map_or(0, Vec::len);
    Item::default()
        .says(if verdict["blocked"] == true { "blocked" } else { "free" })
        .word(&verdict["by"])
        .text("evidence", &evidence.into())
        .text("reason", &verdict["reason"])
        .time("until", &verdict["until"])
}
